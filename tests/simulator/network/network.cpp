// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/network/network.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "tests/simulator/network/dice.h"

namespace mixnet::simulator {
namespace {

using std::chrono::seconds;

constexpr std::uint32_t kFirstEpoch = 24'120;
constexpr seconds kDescribePeriod{4500};
constexpr seconds kAnnotatePeriod{305};
/// Epochs that have passed at once are drawn one after the other up to so many; of a longer time only the last.
constexpr std::uint32_t kMostEpochsAtOnce = 100'000;

struct RoleSize {
  EpochRole role;
  std::size_t size;
};

constexpr RoleSize kRoleSizes[] = {
    {EpochRole::entry_gateway, 80}, {EpochRole::exit_gateway, 100}, {EpochRole::layer1, 20},
    {EpochRole::layer2, 20},        {EpochRole::layer3, 20},
};

std::chrono::system_clock::duration as_duration(double value) {
  return std::chrono::duration_cast<std::chrono::system_clock::duration>(std::chrono::duration<double>(value));
}

bool may_be(const Member& member, EpochRole role) {
  if (role == EpochRole::entry_gateway) return member.entry;
  if (role == EpochRole::exit_gateway) return member.exit;
  return member.mixnode;
}

std::optional<EpochRole> role_named(std::string_view name) {
  constexpr std::pair<std::string_view, EpochRole> kNames[] = {{"entryGateway", EpochRole::entry_gateway},
                                                               {"exitGateway", EpochRole::exit_gateway},
                                                               {"layer1", EpochRole::layer1},
                                                               {"layer2", EpochRole::layer2},
                                                               {"layer3", EpochRole::layer3},
                                                               {"standby", EpochRole::standby}};
  for (const auto& [known, role] : kNames) {
    if (known == name) return role;
  }
  return std::nullopt;
}

Time last_of(Time first, Time now, seconds period) { return now < first ? first : first + (now - first) / period * period; }

}  // namespace

Network::Network(const NetworkOptions& options)
    : options_(options), shape_(options.shape), started_(std::chrono::system_clock::now()), restarted_(started_) {
  releases_ = {{"1.28.0", 19'104'017}, {"1.28.1", 19'220'410}, {"1.29.0", 19'811'203}, {"1.30.0", 20'050'010}};
  for (const auto& known : releases_) release_numbers_.push_back(*parse_release(known.version));
  release("1.31.0");
  for (std::uint32_t i = 0; i < options_.nodes; ++i) {
    members_.push_back(generate_member(options_.seed, i, options_.bonded_nodes()));
  }
  // The options have been read, so that there is no mistake in them any more.
  for (const auto& text : options_.placed) place(parse_member(text, options_.seed).value());
  // The epoch is under way for a sixth of its time when all begins.
  epoch_ = {kFirstEpoch, started_ - as_duration(options_.epoch_seconds / 6)};
  refresh();
}

void Network::place(Member member) {
  if (member.id == 0) member.id = next_free_id_++;
  std::erase_if(members_, [&](const Member& other) { return other.id == member.id || other.identity == member.identity; });
  members_.insert(std::ranges::upper_bound(members_, member.id, {}, &Member::id), std::move(member));
  redraw_ = true;
  ++revision_;
}

Time Network::now() const {
  const auto base = options_.manual_clock ? started_ : std::chrono::system_clock::now();
  return base + as_duration(advanced_);
}

double Network::uptime() const { return std::chrono::duration<double>(now() - restarted_).count(); }

Time Network::described_at() const { return last_of(started_ - seconds(1200), now(), kDescribePeriod); }

Time Network::annotated_at() const { return last_of(started_ - seconds(100), now(), kAnnotatePeriod); }

const Member* Network::find(std::uint32_t id) const {
  const auto found = std::ranges::lower_bound(members_, id, {}, &Member::id);
  return found != members_.end() && found->id == id ? &*found : nullptr;
}

const Member* Network::find(std::string_view identity) const {
  const auto found = std::ranges::find(members_, identity, &Member::identity);
  return found == members_.end() ? nullptr : &*found;
}

Member* Network::change(std::uint32_t id) {
  const Member* found = find(id);
  if (found == nullptr) return nullptr;
  ++revision_;
  redraw_ = true;
  return &members_[static_cast<std::size_t>(found - members_.data())];
}

std::uint64_t Network::refresh() {
  pass_epochs();
  if (redraw_) draw_roles();
  redraw_ = false;
  if (described_at() != seen_described_ || annotated_at() != seen_annotated_) ++revision_;
  seen_described_ = described_at();
  seen_annotated_ = annotated_at();
  return revision_;
}

void Network::pass_epochs() {
  if (overdue_) return;
  const auto passed = std::chrono::duration<double>(now() - epoch_.start).count() / options_.epoch_seconds;
  if (!(passed >= 1)) return;
  const auto count = static_cast<std::uint32_t>(std::min<double>(passed, kMostEpochsAtOnce));
  epoch_.number += count;
  epoch_.start += as_duration(options_.epoch_seconds * count);
  redraw_ = true;
  ++revision_;
}

void Network::advance_epochs(std::uint32_t count) {
  pass_epochs();
  overdue_ = false;
  epoch_.number += count;
  epoch_.start = now();
  redraw_ = true;
  ++revision_;
}

void Network::make_overdue(double late) {
  overdue_ = true;
  epoch_.start = now() - as_duration(options_.epoch_seconds + late);
  ++revision_;
}

void Network::release(const std::string& version) {
  const auto height = releases_.back().height + 240'541;
  releases_.push_back({version, height});
  release_numbers_.push_back(*parse_release(version));
  redraw_ = true;
  ++revision_;
}

void Network::set_shape(Shape shape) {
  shape_ = shape;
  ++revision_;
}

/// Weighted by saturation and the twentieth power of performance, without putting back; a node has one role. The same network
/// draws the same set in the same epoch.
void Network::draw_roles() {
  std::vector<std::pair<double, const Member*>> tickets;
  roles_.clear();
  for (const auto& member : members_) {
    if (!member.in_contract()) continue;
    if (const auto pinned = role_named(member.pinned_role)) roles_[member.id] = *pinned;
    if (!member.pinned_role.empty() || member.unbonding || !member.described || !member.annotated) continue;
    const double weight = std::min(1.0, static_cast<double>(saturation_of(member))) * std::pow(scores(member).performance, 20);
    if (!(weight > 0)) continue;
    const Dice dice(seed(), "epoch " + std::to_string(epoch_.number));
    tickets.emplace_back(-std::log(1 - dice.fraction(std::to_string(member.id))) / weight, &member);
  }
  std::ranges::sort(tickets);
  for (const auto& [role, size] : kRoleSizes) {
    std::size_t filled = 0;
    for (const auto& [ticket, member] : tickets) {
      if (filled == size) break;
      if (may_be(*member, role) && roles_.emplace(member->id, role).second) ++filled;
    }
  }
}

}  // namespace mixnet::simulator
