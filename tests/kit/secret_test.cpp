// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/secret.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace mixnet {
namespace {

using testing::HasSubstr;
using testing::Not;

class Secret : public testing::Test {
 protected:
  Secret() {
    std::string name = testing::TempDir() + "secret.XXXXXX";
    directory_ = ::mkdtemp(name.data());
    ::unsetenv("CREDENTIALS_DIRECTORY");
  }
  ~Secret() override {
    ::unsetenv("CREDENTIALS_DIRECTORY");
    std::filesystem::remove_all(directory_);
  }

  std::string file(const std::string& name, const std::string& text) {
    const auto path = directory_ + "/" + name;
    std::ofstream(path) << text;
    return path;
  }

  std::string directory_;
};

TEST_F(Secret, IsTheFileWithoutTheWhiteSpaceAroundIt) {
  EXPECT_EQ(read_secret(file("a", "lorem-ipsum\n")).value(), "lorem-ipsum");
  EXPECT_EQ(read_secret(file("b", "  lorem ipsum\r\n\n")).value(), "lorem ipsum");
  EXPECT_EQ(read_secret(file("c", std::string(kSecretBytesMax, 'x'))).value().size(), kSecretBytesMax);
}

TEST_F(Secret, RelativePathsAreCredentialsOfSystemd) {
  file("nym-token", "lorem");
  const auto without = read_secret("nym-token");
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().fault, Fault::unavailable);
  EXPECT_THAT(without.error().message, HasSubstr("CREDENTIALS_DIRECTORY"));
  ::setenv("CREDENTIALS_DIRECTORY", directory_.c_str(), 1);
  EXPECT_EQ(read_secret("nym-token").value(), "lorem");
}

TEST_F(Secret, WhatIsNoSecretIsRefusedWithoutShowingIt) {
  for (const auto& text : {std::string(), std::string("\n \n"), std::string("lorem\nipsum"), std::string("lor\0em", 6),
                           std::string("l\xc3\xb6rem"), std::string(kSecretBytesMax + 1, 'l')}) {
    const auto secret = read_secret(file("bad", text));
    ASSERT_FALSE(secret) << text.size();
    EXPECT_EQ(secret.error().fault, Fault::malformed);
    EXPECT_THAT(secret.error().message, HasSubstr(directory_ + "/bad: "));
    EXPECT_THAT(secret.error().message, Not(HasSubstr("lor")));
  }
}

TEST_F(Secret, WhatCannotBeReadIsAFailure) {
  EXPECT_EQ(read_secret(directory_ + "/missing").error().fault, Fault::unavailable);
  EXPECT_EQ(read_secret(directory_).error().fault, Fault::malformed);
  ASSERT_EQ(::mkfifo((directory_ + "/fifo").c_str(), 0600), 0);
  EXPECT_THAT(read_secret(directory_ + "/fifo").error().message, HasSubstr("not a regular file"));
  if (::geteuid() == 0) return;  // root reads everything
  const auto path = file("denied", "lorem");
  ::chmod(path.c_str(), 0);
  EXPECT_EQ(read_secret(path).error().fault, Fault::denied);
}

TEST_F(Secret, KnowsWhoElseCanReadIt) {
  const auto path = file("token", "lorem");
  ::chmod(path.c_str(), 0644);
  EXPECT_TRUE(is_readable_by_all(path));
  ::chmod(path.c_str(), 0640);
  EXPECT_FALSE(is_readable_by_all(path));
  EXPECT_FALSE(is_readable_by_all(directory_ + "/missing"));
}

}  // namespace
}  // namespace mixnet
