// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/host_signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "collectors/kit/base58.h"
#include "collectors/kit/text.h"
#include "collectors/network/ed25519.h"
#include "tests/support/host.h"

namespace mixnet {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

Json json(std::string_view text) { return Json::parse(text).value(); }

std::string bytes(std::string_view hex) {
  std::string out;
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
    out += static_cast<char>(std::stoi(std::string(hex.substr(at, 2)), nullptr, 16));
  }
  return out;
}

// RFC 8032, section 7.1, tests 1 to 3.
TEST(Ed25519, VerifiesTheVectorsOfItsDocument) {
  struct Vector {
    const char *key, *text, *signature;
  };
  constexpr Vector kVectors[] = {
      {"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
       "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe246551414"
       "38e"
       "7a100b"},
      {"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
       "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291"
       "612"
       "bb0c00"},
      {"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
       "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027bec"
       "eea"
       "1ec40a"},
  };
  for (const auto& [key, text, signature] : kVectors) {
    EXPECT_TRUE(is_signed(bytes(text), bytes(key), bytes(signature)).value()) << text;
    EXPECT_FALSE(is_signed(bytes(text) + "x", bytes(key), bytes(signature)).value());
    auto wrong = bytes(signature);
    wrong[63] = static_cast<char>(wrong[63] ^ 1);
    EXPECT_FALSE(is_signed(bytes(text), bytes(key), wrong).value());
    auto other = bytes(key);
    other[0] = static_cast<char>(other[0] ^ 1);
    EXPECT_FALSE(is_signed(bytes(text), other, bytes(signature)).value());
  }
}

TEST(Ed25519, WhatIsNoKeyAndNoSignatureSignsNothing) {
  const auto& [key, signature] = std::pair(std::string(32, '\0'), std::string(64, '\0'));
  EXPECT_FALSE(is_signed("text", "", "").value());
  EXPECT_FALSE(is_signed("text", key.substr(1), signature).value());
  EXPECT_FALSE(is_signed("text", key, signature.substr(1)).value());
  EXPECT_FALSE(is_signed("text", key, signature + "x").value());
  EXPECT_FALSE(is_signed("text", std::string(32, '\xff'), signature).value());
}

/// The line of that name of tests/fixtures/network/host_information.jsonl, which tests/tools/sign_host_information.py made.
Json sample(std::string_view name) {
  const auto text = test::fixture("network/host_information.jsonl");
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    if (auto entry = json(line); entry["name"].text() == name) return entry["body"];
  }
  ADD_FAILURE() << name;
  return {};
}

TEST(HostSignature, IsGoodInAllTheFormsThatNymApiAccepts) {
  const auto text = test::fixture("network/host_information.jsonl");
  Lines lines(text);
  int count = 0;
  for (std::string_view line; lines.next(line); ++count) {
    const auto entry = json(line);
    const auto good = has_good_signature(entry["body"]);
    ASSERT_TRUE(good) << *entry["name"].text();
    EXPECT_EQ(*good, entry["good"].boolean()) << *entry["name"].text();
  }
  EXPECT_EQ(count, 26);
}

/// `text` with `from` replaced, which has to be there.
std::string with(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(HostSignature, IsOfEachFieldThatIsRead) {
  const auto body = sample("today, the next key announced");
  const auto text = body.serialized();
  ASSERT_EQ(has_good_signature(json(text)), true);
  const auto keys = body["data"]["keys"];
  const auto sphinx = "\"x25519_sphinx\":\"" + *keys["x25519_sphinx"].text() + "\"";
  const auto identity = *keys["ed25519_identity"].text();
  const auto noise = *keys["x25519_versioned_noise"]["x25519_pubkey"].text();
  const auto primary = *keys["primary_x25519_sphinx_key"]["public_key"].text();
  const auto next = *keys["pre_announced_x25519_sphinx_key"]["public_key"].text();
  const auto signature = *body["signature"].text();
  const std::pair<std::string, std::string> changes[] = {
      {"203.0.113.17", "203.0.113.18"},
      {"\"203.0.113.17\",", ""},
      {"2001:db8:4::17", "2001:db8:4::18"},
      {"nym-exit.example.org", "nym-exit.example.net"},
      {"\"nym-exit.example.org\"", "null"},
      {identity, noise},
      {sphinx, "\"x25519_sphinx\":\"" + noise + "\""},
      {"\"public_key\":\"" + primary, "\"public_key\":\"" + noise},
      {"\"rotation_id\":167", "\"rotation_id\":166"},
      {"\"rotation_id\":168", "\"rotation_id\":169"},
      {next, noise},
      {"\"supported_version\":1", "\"supported_version\":2"},
      {noise, next},
      {signature, *sample("today")["signature"].text()},
  };
  for (const auto& [from, to] : changes) {
    const auto good = has_good_signature(json(with(text, from, to)));
    ASSERT_TRUE(good) << from << " " << to;
    EXPECT_FALSE(*good) << from << " " << to;
  }
}

TEST(HostSignature, WhatNymApiCannotReadIsMalformed) {
  const auto body = sample("today");
  const auto text = body.serialized();
  const auto keys = body["data"]["keys"];
  const auto identity = *keys["ed25519_identity"].text();
  const auto noise = *keys["x25519_versioned_noise"]["x25519_pubkey"].text();
  const auto signature = *body["signature"].text();
  const std::pair<std::string, std::string> changes[] = {
      {"\"data\"", "\"date\""},
      {"\"ip_address\"", "\"ip_addresses\""},
      {R"(["203.0.113.17","2001:db8:4::17"])", R"("203.0.113.17")"},
      {"\"203.0.113.17\"", "7"},
      {"203.0.113.17", "203.0.113.017"},
      {"203.0.113.17", "nym-exit.example.org"},
      {"\"nym-exit.example.org\"", "7"},
      {"\"keys\"", "\"key\""},
      {"\"ed25519_identity\"", "\"identity\""},
      {identity, identity.substr(2)},
      {identity, "0" + identity.substr(1)},
      {"\"" + identity + "\"", "null"},
      {"\"x25519_sphinx\"", "\"sphinx\""},
      {"\"rotation_id\":167", "\"rotation_id\":\"167\""},
      {"\"rotation_id\":167", "\"rotation_id\":4294967296"},
      {"\"rotation_id\":167", "\"rotation_id\":-1"},
      {"\"pre_announced_x25519_sphinx_key\":null", "\"pre_announced_x25519_sphinx_key\":{}"},
      {"\"supported_version\":1", "\"supported_version\":256"},
      {noise, "short"},
      {"\"signature\"", "\"signed\""},
      {"\"" + signature + "\"", "null"},
      {signature, ""},
      {signature, signature.substr(2)},
      {signature, "0" + signature.substr(1)},
  };
  for (const auto& [from, to] : changes) {
    const auto good = has_good_signature(json(with(text, from, to)));
    ASSERT_FALSE(good) << from << " " << to;
    EXPECT_EQ(good.error().fault, Fault::malformed);
  }
  for (const auto* other : {"null", "[]", "7", "{}", R"({"data":[]})"}) EXPECT_FALSE(has_good_signature(json(other))) << other;
  EXPECT_FALSE(has_good_signature({}));
}

TEST(HostSignature, HasATextForEachRelease) {
  EXPECT_THAT(signed_texts(sample("today")["data"]), SizeIs(4));
  EXPECT_THAT(signed_texts({}), IsEmpty());
}

TEST(HostSignature, HasABoundOnAddresses) {
  std::string many = "\"203.0.113.17\"";
  for (int more = 0; more < 64; ++more) many += ",\"203.0.113.17\"";
  const auto text = sample("no addresses").serialized();
  EXPECT_FALSE(has_good_signature(json(with(text, "[]", "[" + many + "]"))));
}

TEST(PublicAddresses, AreThoseThatAnybodyCouldReach) {
  for (const auto* good : {R"([])", R"(["203.0.113.17"])", R"(["10.0.0.1","2001:db8::1"])", R"(["223.255.255.255"])",
                           R"(["fe80::1"])", R"(["::ffff:127.0.0.1"])"}) {
    EXPECT_TRUE(are_public(json(good))) << good;
  }
  for (const auto* bad : {R"(["0.0.0.0"])", R"(["127.0.0.1"])", R"(["127.255.0.9"])", R"(["224.0.0.1"])", R"(["::"])",
                          R"(["::1"])", R"(["ff02::1"])", R"(["203.0.113.17","127.0.0.1"])"}) {
    EXPECT_FALSE(are_public(json(bad))) << bad;
  }
}

}  // namespace
}  // namespace mixnet
