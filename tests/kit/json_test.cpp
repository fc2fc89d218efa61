// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mixnet {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Json parsed(std::string_view text) {
  auto json = Json::parse(text);
  EXPECT_TRUE(json) << json.error().message;
  return json.value_or(Json());
}

std::string error(std::string_view text) {
  const auto json = Json::parse(text);
  return json ? "none" : json.error().message;
}

TEST(Json, ReadsValuesOfEachType) {
  const auto json = parsed(
      R"({"text":"a\u00e9","yes":true,"no":false,"whole":7,"less":-7,"real":1.5,"nothing":null,"list":[1,[2]],"in":{"x":1}})");
  EXPECT_EQ(json["text"].text(), "a\xc3\xa9");
  EXPECT_EQ(json["yes"].boolean(), true);
  EXPECT_EQ(json["no"].boolean(), false);
  EXPECT_EQ(json["whole"].integer<int>(), 7);
  EXPECT_EQ(json["whole"].number(), 7);
  EXPECT_EQ(json["less"].number(), -7);
  EXPECT_EQ(json["real"].number(), 1.5);
  EXPECT_TRUE(json["nothing"].is_null());
  EXPECT_EQ(json["list"].size(), 2U);
  EXPECT_EQ(json["list"].at(1).at(0).integer<int>(), 2);
  EXPECT_EQ(json["in"]["x"].integer<int>(), 1);
  EXPECT_EQ(json["in"].keys(), std::vector<std::string>{"x"});
  EXPECT_EQ(json.size(), 9U);
}

TEST(Json, GivesNothingForWhatIsMissingOrOfAnotherType) {
  const auto json =
      parsed(R"({"text":"1","number":1,"less":-1,"real":1.0,"big":300,"bigger":18446744073709551616,"nothing":null})");
  EXPECT_FALSE(json["missing"]);
  EXPECT_FALSE(json["missing"]["further"].at(3).text());
  EXPECT_FALSE(json["text"].number());
  EXPECT_FALSE(json["number"].text());
  EXPECT_FALSE(json["number"].boolean());
  EXPECT_FALSE(json["less"].integer<int>());
  EXPECT_FALSE(json["real"].integer<int>());
  EXPECT_FALSE(json["big"].integer<std::uint8_t>());
  EXPECT_TRUE(json["big"].integer<std::uint16_t>());
  EXPECT_FALSE(json["bigger"].integer<std::uint64_t>());
  EXPECT_FALSE(json["nothing"].text());
  EXPECT_EQ(json["number"].size(), 0U);
  EXPECT_TRUE(json["number"].keys().empty());
  EXPECT_FALSE(json.at(0));
}

TEST(Json, OutlivesTheDocumentItCameFrom) {
  Json inner;
  { inner = parsed(R"({"a":{"b":"c"}})")["a"]; }
  EXPECT_EQ(inner["b"].text(), "c");
}

TEST(Json, TheLastOfTwoEqualKeysCounts) { EXPECT_EQ(parsed(R"({"a":1,"a":2})")["a"].integer<int>(), 2); }

TEST(Json, RefusesWhatIsNoJson) {
  for (const auto* text :
       {"", "{", "{\"a\"}", "[1,]", "nul", "1 2", "{\"a\":1}x", "\"\xff\"", "\x01", "<html>", "{'a':1}", "01", "[1"}) {
    EXPECT_NE(error(text), "none") << text;
    EXPECT_NE(error(text), "") << text;
  }
  EXPECT_THAT(error("{\n \"a\": x}"), HasSubstr("line 2, column 7"));
}

TEST(Json, ShowsNothingOfWhatItRefuses) {
  EXPECT_THAT(error(R"(["9b1dc0ffee" 1])"), Not(HasSubstr("9b1d")));
  EXPECT_THAT(error("[1e999]"), Not(HasSubstr("999")));
}

TEST(Json, RefusesDepthWithoutReadingIt) {
  EXPECT_EQ(error(std::string(64, '[') + std::string(64, ']')), "none");
  EXPECT_EQ(error(std::string(65, '[') + std::string(65, ']')), "nested more than 64 deep");
  EXPECT_EQ(error(std::string(1'000'000, '[')), "nested more than 64 deep");
  std::string objects;
  for (int depth = 0; depth < 65; ++depth) objects += "{\"a\":";
  EXPECT_EQ(error(objects), "nested more than 64 deep");
}

TEST(Json, TakesLongListsInTimeByTheirLength) {
  std::string list = "[{}";
  for (int count = 0; count < 300'000; ++count) list += ",{}";
  EXPECT_EQ(parsed(list + "]").size(), 300'001U);  // by the square of it this would take minutes
}

TEST(JsonEntries, AreHandedOverWithTheirPath) {
  std::vector<std::string> entries;
  const auto json = Json::parse_entries(
      R"({"a":{"list":[{"n":1,"in":[{"n":9}]},7,{"n":2}],"after":"x"},"other":[{"n":3}],"lists":[[{"n":4}]],"last":true})",
      [&](std::string_view path, const Json& entry) {
        entries.push_back(std::string(path) + " " + std::to_string(entry["n"].integer<int>().value_or(-1)) + " " +
                          std::to_string(entry["in"].size()));
      });
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_THAT(entries, ElementsAre("a.list 1 1", "a.list 2 0", "other 3 0"));
  EXPECT_EQ((*json)["a"]["list"].size(), 1U);  // the number
  EXPECT_EQ((*json)["a"]["after"].text(), "x");
  EXPECT_EQ((*json)["last"].boolean(), true);
  EXPECT_EQ((*json)["lists"].at(0).at(0)["n"].integer<int>(), 4);
}

TEST(JsonEntries, OfAListAtTheTopHaveNoPath) {
  int count = 0;
  ASSERT_TRUE(Json::parse_entries(R"([{"n":1},{}])", [&](std::string_view path, const Json&) { count += path.empty(); }));
  EXPECT_EQ(count, 2);
}

TEST(JsonEntries, AreNotKeptHoweverMany) {
  std::string text = "{\"list\":[{\"a\":1}";
  for (int more = 0; more < 100'000; ++more) text += ",{\"a\":1}";
  int count = 0;
  const auto json = Json::parse_entries(text + "]}", [&](std::string_view, const Json&) { ++count; });
  ASSERT_TRUE(json);
  EXPECT_EQ(count, 100'001);
  EXPECT_EQ((*json)["list"].size(), 0U);
  std::string numbers = "[1";
  for (int more = 0; more < 100'000; ++more) numbers += ",1";
  EXPECT_EQ(Json::parse_entries(numbers + "]", [](std::string_view, const Json&) {}).error().message, "more than 10000 values");
}

TEST(JsonEntries, NothingOfASecretListIsKept) {
  const auto json =
      Json::parse_entries(R"({"secret":["9b1d",{"a":["e07c"],"b":{}},[1,[2]]],"open":["x"],"in":{"secret":["y"]}})",
                          [](std::string_view path, const Json&) { ADD_FAILURE() << path; }, "secret");
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_TRUE((*json)["secret"].is_list());
  EXPECT_EQ((*json)["secret"].size(), 0U);
  EXPECT_EQ((*json)["open"].size(), 1U);
  EXPECT_EQ((*json)["in"]["secret"].size(), 1U);
}

/// Hands out a text in pieces of so many bytes.
Json::NextPiece in_pieces(std::string_view text, std::size_t bytes) {
  return [text, bytes]() mutable {
    const auto piece = text.substr(0, bytes);
    text.remove_prefix(piece.size());
    return piece;
  };
}

TEST(Json, ReadsADocumentThatComesInPieces) {
  constexpr std::string_view kText = R"({"pagination":{"total":2},"data":[{"id":1,"name":"a\u00e4"},{"id":22}],"end":true})";
  for (std::size_t bytes = 1; bytes <= kText.size(); ++bytes) {
    std::vector<std::string> entries;
    const auto rest = Json::parse_entries(in_pieces(kText, bytes), [&](std::string_view path, const Json& entry) {
      entries.push_back(std::string(path) + " " + entry.serialized());
    });
    ASSERT_TRUE(rest) << rest.error().message;
    EXPECT_EQ(entries, (std::vector<std::string>{R"(data {"id":1,"name":"aä"})", R"(data {"id":22})"}));
    EXPECT_EQ(rest->serialized(), R"({"data":[],"end":true,"pagination":{"total":2}})");
  }
}

TEST(Json, RefusesAValueOfWhateverLength) {
  for (const std::string begin : {"{\"data\":[{\"id\":\"", "{\"data\":[1,\"a\",", "{\""}) {
    std::string piece = begin;
    std::size_t bytes = 0;
    const auto endless = [&]() -> std::string_view {
      if (bytes > 0) piece.assign(65536, begin.back() == ',' ? ' ' : 'x');
      bytes += piece.size();
      return piece;
    };
    const auto refused = Json::parse_entries(endless, [](auto, const Json&) {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "a value of more than 2097152 bytes");
    EXPECT_LT(bytes, 3U << 20);
  }
}

TEST(Json, RefusesADocumentThatEndsTooSoon) {
  std::size_t taken = 0;
  const auto rest = Json::parse_entries(in_pieces(R"({"data":[{"id":1},{"id":)", 7), [&](auto, const Json&) { ++taken; });
  ASSERT_FALSE(rest);
  EXPECT_EQ(rest.error().fault, Fault::malformed);
  EXPECT_EQ(taken, 1U) << "what came before is known to the caller, who is to drop it";
  EXPECT_FALSE(Json::parse_entries(in_pieces("", 1), [](auto, const Json&) {}));
  EXPECT_FALSE(Json::parse_entries(in_pieces("{} {}", 2), [](auto, const Json&) {})) << "one document, not two";
}

}  // namespace
}  // namespace mixnet
