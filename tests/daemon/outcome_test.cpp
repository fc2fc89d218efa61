// SPDX-License-Identifier: Apache-2.0
#include "daemon/outcome.h"

#include <gtest/gtest.h>

#include "tests/support/allocations.h"

namespace mixnet {
namespace {

constexpr Metric kValue = gauge("node_value", "A value.");
constexpr const Metric* kMetrics[] = {&kValue};
constexpr Collector kQuiet{
    "quiet", "Lacks nothing.", true, Schedule::at_scrape, kMetrics, [](Context&, Samples&) { return Result<void>(); }};
constexpr Collector kLacking{"lacking", "Lacks a right.", true, Schedule::at_scrape, kMetrics, [](Context& context, Samples&) {
                               context.remarks.add("a node with a long name", "a part with one", Fault::absent,
                                                   "the right to read it, which a drop-in of the unit gives");
                               return Result<void>();
                             }};

TEST(CollectOnce, RemarksInMemoryThatIsUsedAgain) {
  Context context({}, {});
  Outcome quiet, lacking;
  const auto collect = [&] {
    collect_once(kQuiet, context, quiet);
    collect_once(kLacking, context, lacking);
  };
  collect();
  const auto before = test::allocations();
  collect();
  EXPECT_EQ(test::allocations(), before);
  ASSERT_EQ(lacking.remarks.all().size(), 1U);
  EXPECT_EQ(lacking.remarks.all()[0].subject, "a node with a long name: a part with one");
  EXPECT_TRUE(quiet.remarks.all().empty());
}

/// What is compared next: a collector that fails with `error` where there is one, and sources with their errors.
void set(Outcome& outcome, std::optional<Error> error, std::initializer_list<Remark> remarks = {}) {
  outcome.error = std::move(error);
  outcome.remarks.clear();
  for (const auto& remark : remarks) outcome.remarks.add(remark.subject, remark.error);
}

/// "collector: broken; exit1 /load: works; " of the changes that one more outcome brings.
std::string told(OutcomeChanges& changes, const Outcome& outcome) {
  changes.compare(outcome);
  std::string out;
  for (const auto& change : changes.last()) {
    out.append(change.source.empty() ? "collector" : change.source).append(": ");
    out.append(change.error.empty() ? "works" : change.error).append("; ");
  }
  return out;
}

TEST(OutcomeChanges, TellsOfACollectorsFailureOnceAndOfItsEnd) {
  OutcomeChanges changes;
  Outcome outcome;
  set(outcome, std::nullopt);
  EXPECT_EQ(told(changes, outcome), "");
  set(outcome, Error{Fault::unavailable, "broken"});
  EXPECT_EQ(told(changes, outcome), "collector: broken; ");
  EXPECT_EQ(told(changes, outcome), "");
  set(outcome, Error{Fault::denied, "forbidden"});
  EXPECT_EQ(told(changes, outcome), "collector: forbidden; ");
  set(outcome, Error{Fault::absent, "gone"});
  EXPECT_EQ(told(changes, outcome), "collector: works; ") << "what is absent is no failure";
  EXPECT_EQ(told(changes, outcome), "");
}

TEST(OutcomeChanges, TellsOfEachSourceByItself) {
  OutcomeChanges changes;
  Outcome outcome;
  const Remark load{"exit1 /load", {Fault::unavailable, "timed out"}};
  const Remark token{"exit1 token", {Fault::denied, "wrong"}};
  set(outcome, std::nullopt, {load});
  EXPECT_EQ(told(changes, outcome), "exit1 /load: timed out; ");
  set(outcome, std::nullopt, {token, load});
  EXPECT_EQ(told(changes, outcome), "exit1 token: wrong; ");
  set(outcome, std::nullopt, {load, token});
  EXPECT_EQ(told(changes, outcome), "") << "their order does not matter";
  set(outcome, std::nullopt, {{"exit1 /load", {Fault::unavailable, "refused"}}, token});
  EXPECT_EQ(told(changes, outcome), "exit1 /load: refused; ");
  set(outcome, std::nullopt);
  EXPECT_EQ(told(changes, outcome), "exit1 /load: works; exit1 token: works; ");
}

TEST(OutcomeChanges, SaysNothingOfAbsentSources) {
  OutcomeChanges changes;
  Outcome outcome;
  set(outcome, std::nullopt, {{"exit1 io", {Fault::absent, "needs a capability"}}});
  EXPECT_EQ(told(changes, outcome), "");
  set(outcome, std::nullopt);
  EXPECT_EQ(told(changes, outcome), "");
}

TEST(OutcomeChanges, KnowsNothingOfTheSourcesOfACollectorThatFails) {
  OutcomeChanges changes;
  Outcome outcome;
  const Remark load{"exit1 /load", {Fault::unavailable, "timed out"}};
  set(outcome, std::nullopt, {load});
  (void)told(changes, outcome);
  set(outcome, Error{Fault::unavailable, "broken"});
  EXPECT_EQ(told(changes, outcome), "collector: broken; ");
  set(outcome, std::nullopt, {load});
  EXPECT_EQ(told(changes, outcome), "collector: works; ") << "the source fails as before, which has been told";
}

TEST(OutcomeChanges, HasNothingToTellOfACollectionWithoutTheCollector) {
  OutcomeChanges changes;
  Outcome outcome;
  set(outcome, Error{Fault::unavailable, "broken"});
  (void)told(changes, outcome);
  changes.clear();
  EXPECT_TRUE(changes.last().empty());
  EXPECT_EQ(told(changes, outcome), "");
}

}  // namespace
}  // namespace mixnet
