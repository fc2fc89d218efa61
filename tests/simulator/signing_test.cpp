// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/signing.h"

#include <gtest/gtest.h>

#include "tests/simulator/bodies.h"
#include "tests/simulator/keys.h"

namespace mixnet::simulator {
namespace {

Json host_information(const Options& options) { return bodies::host_information(Node(options)); }

TEST(Signing, KeysAreMadeOfSeedAndName) {
  EXPECT_EQ(SigningKey(1, "identity").public_text(), SigningKey(1, "identity").public_text());
  EXPECT_NE(SigningKey(1, "identity").public_text(), SigningKey(2, "identity").public_text());
  EXPECT_EQ(base58(SigningKey(1, "identity").public_bytes()), SigningKey(1, "identity").public_text());
  EXPECT_EQ(32U, SigningKey(1, "identity").public_bytes().size());
}

TEST(Signing, WhatIsSignedIsTheDataAsItIsSent) {
  for (const auto& release : {Release{"1.0.0", 1, 0}, Release{"1.20.0", 1, 20}, Release{"1.27.0", 1, 27}, Release{}}) {
    Options options;
    options.release = release;
    const auto body = host_information(options);
    EXPECT_EQ(SigningKey(0, "identity").sign(body["data"].dump()), body["signature"]) << release.text;
  }
}

TEST(Signing, TheFormOfToday) {
  const SigningKey identity(0, "identity");
  const auto sphinx = public_key(0, "sphinx 167");
  EXPECT_EQ(
      R"({"ip_address":["203.0.113.17","2001:db8:4::17"],"hostname":"nym-node.example.org","keys":{"ed25519_identity":")" +
          identity.public_text() + R"(","x25519_sphinx":")" + sphinx +
          R"(","primary_x25519_sphinx_key":{"rotation_id":167,"public_key":")" + sphinx +
          R"("},"pre_announced_x25519_sphinx_key":null,"x25519_versioned_noise":{"supported_version":1,"x25519_pubkey":")" +
          public_key(0, "noise") + R"("}}})",
      host_information({})["data"].dump());
}

TEST(Signing, AWrongSignatureAndAWrongIdentity) {
  Options options;
  options.wrong_signature = true;
  const auto wrong = host_information(options);
  EXPECT_EQ(SigningKey(0, "identity").public_text(), wrong["data"]["keys"]["ed25519_identity"]);
  EXPECT_NE(SigningKey(0, "identity").sign(wrong["data"].dump()), wrong["signature"]);
  options = {};
  options.foreign_identity = true;
  const auto foreign = host_information(options);
  const SigningKey somebody(0, "somebody else's identity");
  EXPECT_EQ(somebody.public_text(), foreign["data"]["keys"]["ed25519_identity"]);
  EXPECT_EQ(somebody.sign(foreign["data"].dump()), foreign["signature"]);
}

TEST(Signing, TheNextKeyMayBeAnnounced) {
  Options options;
  options.rotation = 168;
  options.pre_announced = true;
  const auto keys = host_information(options)["data"]["keys"];
  EXPECT_EQ(168, keys["primary_x25519_sphinx_key"]["rotation_id"]);
  EXPECT_EQ(169, keys["pre_announced_x25519_sphinx_key"]["rotation_id"]);
  EXPECT_EQ(keys["x25519_sphinx"], keys["primary_x25519_sphinx_key"]["public_key"]);
  EXPECT_NE(keys["x25519_sphinx"], keys["pre_announced_x25519_sphinx_key"]["public_key"]);
}

}  // namespace
}  // namespace mixnet::simulator
