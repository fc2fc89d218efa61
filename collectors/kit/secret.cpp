// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/secret.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>

#include "collectors/kit/regular_file.h"
#include "collectors/kit/text.h"

namespace mixnet {
namespace {

bool fits_in_a_header(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

Result<std::string> secret_path(std::string_view path) {
  if (path.starts_with('/')) return std::string(path);
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  if (directory == nullptr || *directory == '\0') {
    return fail(Fault::unavailable,
                in_quotes(path) +
                    " is not an absolute path, and systemd handed over no credentials: $CREDENTIALS_DIRECTORY "
                    "is not set");
  }
  return std::string(directory).append("/").append(path);
}

Result<std::string> read_secret(std::string_view path) {
  const auto file = TRY(secret_path(path));
  auto text = read_regular_file(file, kSecretBytesMax);
  if (!text) {
    // The operator named it, so that it is not there is a failure, unlike with the kernel's files.
    if (text.error().fault == Fault::absent) text.error().fault = Fault::unavailable;
    return text;
  }
  const auto secret = trim(*text);
  if (secret.empty()) return fail(Fault::malformed, file + ": empty");
  if (!fits_in_a_header(secret)) {
    return fail(Fault::malformed, file + ": has characters that are not printable ASCII, or more than one line");
  }
  return std::string(secret);
}

bool is_readable_by_all(std::string_view path) {
  const auto file = secret_path(path);
  struct stat status {};
  return file && ::stat(file->c_str(), &status) == 0 && (status.st_mode & S_IROTH) != 0;
}

}  // namespace mixnet
