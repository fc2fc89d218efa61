// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kit/http.h"
#include "collectors/kit/http_reason.h"
#include "collectors/kit/json.h"
#include "collectors/kit/remarks.h"
#include "collectors/kit/samples.h"
#include "collectors/kit/state_folder.h"
#include "collectors/network/api_bases.h"

namespace mixnet {

/// A kind of document that an API has, and how it is asked for.
struct ApiResourceKind {
  std::string_view name;        ///< label `resource`: "annotation"
  std::chrono::seconds period;  ///< from one good answer to the next, no shorter than the server's own refresh
  std::chrono::seconds keep;    ///< for so long an answer holds where no other comes
  std::size_t body_bytes_max = 1 << 20;
  std::chrono::seconds timeout{10};
  int none_status = 0;  ///< with which the server says that there is no such thing: an answer too, Json() is read
};

/// One document of an API: when it is asked for, and how that went. What it says is with who reads it.
class ApiResource {
 public:
  /// A new answer. malformed: it is of no use; it counts as a failure then.
  using Read = std::function<Result<void>(const Json& body)>;
  /// Is this entry of a list wanted? Of a long list only those entries are in what is read.
  using Keep = std::function<bool(const Json& entry)>;

  /// `paths` are those under which releases of the server have had it, the likeliest first; where one is not found the next is
  /// asked. `node` is label `node` and part of what it is remembered under; empty for what all nodes have in common. `variant`
  /// says which entries of a list are wanted: one that was kept with another is asked for again at once.
  ApiResource(const ApiResourceKind& kind, std::vector<std::string> paths, std::string node, Read read, Keep keep = {},
              std::string variant = {});

  const ApiResourceKind& kind() const { return *kind_; }
  const std::string& node() const { return node_; }

  /// To be called when the entries of a list begin to come, for who looks at all of them.
  void before_reading(std::function<void()> begin) { begin_ = std::move(begin); }

  /// Is there an answer, and not too old?
  bool holds(std::chrono::system_clock::time_point now) const { return got_ && now < *got_ + kind_->keep; }
  /// When the answer that is held was had, or confirmed.
  std::optional<std::chrono::system_clock::time_point> got() const { return got_; }
  /// Is what is held of a list what was kept of it for another variant? Of entries that were not wanted then it says nothing.
  bool is_of_another_variant() const { return of_another_variant_; }
  /// Why the last request gave nothing; nothing where it did, or none was made.
  std::optional<HttpReason> reason() const { return reason_; }
  /// The same as a sentence.
  std::optional<Error> error() const { return reason_ ? std::optional(error_) : std::nullopt; }

  /// To be asked for at `time`, if that is sooner.
  void hurry(std::chrono::steady_clock::time_point time) { due_ = std::min(due_, time); }
  /// To be asked for at `time` and no sooner.
  void postpone(std::chrono::steady_clock::time_point time) { due_ = std::max(due_, time); }

 private:
  friend class ApiSource;

  std::string file_name() const;
  const std::string& path() const { return paths_[path_]; }
  void take_next_path();

  const ApiResourceKind* kind_;
  std::vector<std::string> paths_;
  std::size_t path_ = 0;  ///< the one that was found last
  std::string node_, variant_;
  Read read_;
  Keep keep_;
  std::function<void()> begin_;
  std::chrono::steady_clock::time_point due_{};
  std::optional<std::chrono::system_clock::time_point> got_;
  bool of_another_variant_ = false;
  std::string etag_, last_modified_;
  std::size_t written_ = 0;  ///< a digest of what stands in the state folder
  std::optional<HttpReason> reason_;
  Error error_{Fault::absent, {}};
  std::uint32_t failures_ = 0;  ///< in a row
  bool asked_ = false;
  double took_s_ = 0;
};

/// An API that is asked for many documents, one after the other, politely: each no more often than its kind says, a little
/// later by chance; after failures less and less often; not at all for as long as the server asks with Retry-After. Of several
/// base URLs the first is used while it works, then the next; after a while the first is tried again.
///
/// Answers are remembered in a state folder: after a restart they are read from there, with their age, and asked for again when
/// they would have been. Who has no such folder forgets.
class ApiSource {
 public:
  /// However many nodes are asked about: so many requests at once, then one every four seconds.
  static constexpr double kAllowanceMax = 60;
  static constexpr std::chrono::seconds kAllowanceEvery{4};

  /// As the clocks stand, or as a test would have them.
  struct Moment {
    std::chrono::steady_clock::time_point steady;
    std::chrono::system_clock::time_point system;
  };
  using Clock = std::function<Moment()>;
  static Moment real_clock() { return {std::chrono::steady_clock::now(), std::chrono::system_clock::now()}; }

  struct Place {
    std::vector<std::string> bases;  ///< the preferred first, without a slash at the end
    std::string proxy, ca_file;
    bool operator==(const Place&) const = default;
  };

  /// `name` is label `api`: "nym_api". `random` moves the times of asking.
  ApiSource(std::string name, StateFolder state, std::uint32_t random, Clock clock = real_clock);

  /// Where the API is, as it is known now.
  void follow(const Place& place);

  /// Takes what is remembered of a resource, where there is anything of this API.
  void recall(ApiResource& resource);

  /// Asks for those that are due, the longest due first, until `until`, from when on none is begun.
  void ask_due(std::span<ApiResource* const> resources, std::chrono::steady_clock::time_point until,
               const std::stop_token& stop);

  /// How each resource does, and a remark for each that does not.
  void add_to(Samples& out, Remarks& remarks, std::span<ApiResource* const> resources) const;

 private:
  struct Answer {
    HttpReason reason = HttpReason::other;
    bool ok = false, unchanged = false;
    Error error{Fault::unavailable, {}};
    Json body;
    HttpResponse response;  ///< without the body
  };

  bool take_allowance(std::chrono::steady_clock::time_point now);
  void ask(ApiResource& resource, const std::stop_token& stop);
  Answer fetch(const ApiResource& resource, const std::string& base, const std::stop_token& stop);
  Result<Json> read_body(const ApiResource& resource, HttpExchange& exchange, const std::stop_token& stop);
  void succeed(ApiResource& resource, Answer& answer, const std::string& base);
  void fail_with(ApiResource& resource, Answer& answer);
  void remember(ApiResource& resource, const Json& body, const std::string& base);
  std::chrono::milliseconds with_jitter(std::chrono::milliseconds time);
  void add_remarks(Remarks& remarks, std::span<ApiResource* const> resources) const;

  std::string name_;
  StateFolder state_;
  std::minstd_rand random_;
  Clock clock_;
  Place place_;
  ApiBases bases_;
  std::chrono::steady_clock::time_point not_before_{};  ///< for all of it
  double allowance_ = kAllowanceMax;                    ///< requests that may be made at once
  std::chrono::steady_clock::time_point allowed_at_{};  ///< when it was counted
  std::uint32_t unreachable_ = 0;                       ///< times in a row that no base answered
  std::uint64_t requests_ = 0;
  std::array<std::uint64_t, kHttpReasons> failed_{};
  std::optional<Error> state_error_;
  Http http_;
};

}  // namespace mixnet
