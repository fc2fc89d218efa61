// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/recording.h"

#include <algorithm>

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

using Together = Recording::Together;

constexpr std::string_view kNameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:";

/// What is left to read of an expression.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text), rest_(text) { skip_space(); }

  bool at_end() const { return rest_.empty(); }

  bool take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    skip_space();
    return true;
  }

  Result<void> expect(std::string_view token) {
    if (take(token)) return {};
    return wrong(in_quotes(token) + " expected");
  }

  Result<std::string> name() {
    const auto length = std::min(rest_.find_first_not_of(kNameCharacters), rest_.size());
    if (length == 0 || (rest_.front() >= '0' && rest_.front() <= '9')) return wrong("a name expected");
    std::string out(rest_.substr(0, length));
    rest_.remove_prefix(length);
    skip_space();
    return out;
  }

  Result<std::string> quoted() {
    if (!rest_.starts_with('"')) return wrong("a value in double quotes expected");
    std::string out;
    for (std::size_t at = 1; at < rest_.size(); ++at) {
      if (rest_[at] == '"') {
        rest_.remove_prefix(at + 1);
        skip_space();
        return out;
      }
      if (rest_[at] == '\\' && at + 1 < rest_.size()) ++at;
      out += rest_[at];
    }
    return wrong("a double quote that is not closed");
  }

  tl::unexpected<Error> wrong(std::string reason) const {
    return fail(Fault::malformed,
                std::move(reason) + (at_end() ? " at the end" : " at " + in_quotes(rest_)) + " of " + in_quotes(text_));
  }

 private:
  void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }

  std::string_view text_, rest_;
};

Result<Recording::Matcher> parse_matcher(Reader& reader) {
  Recording::Matcher matcher;
  matcher.label = TRY(reader.name());
  bool is_expression = false;
  if (reader.take("=~")) {
    is_expression = true;
  } else if (reader.take("!~")) {
    is_expression = matcher.negated = true;
  } else if (reader.take("!=")) {
    matcher.negated = true;
  } else {
    TRY(reader.expect("="));
  }
  matcher.value = TRY(reader.quoted());
  if (is_expression) matcher.expression = TRY(Regex::compile("^(?:" + matcher.value + ")$"));
  return matcher;
}

Result<void> parse_selector(Reader& reader, Recording& out) {
  out.metric = TRY(reader.name());
  if (!reader.take("{")) return {};
  while (!reader.take("}")) {
    out.matchers.push_back(TRY(parse_matcher(reader)));
    if (!reader.take(",")) {
      TRY(reader.expect("}"));
      break;
    }
  }
  return {};
}

Together together_named(std::string_view name) {
  if (name == "sum") return Together::sum;
  if (name == "min") return Together::min;
  if (name == "max") return Together::max;
  return Together::no;
}

Result<void> parse_labels(Reader& reader, std::vector<std::string>& out) {
  TRY(reader.expect("("));
  while (!reader.take(")")) {
    out.push_back(TRY(reader.name()));
    if (!reader.take(",")) {
      TRY(reader.expect(")"));
      break;
    }
  }
  return {};
}

constexpr std::string_view kDefaults[] = {
    // The node: its process and unit
    "mixnet_node_process_up",
    "mixnet_node_process_start_time_seconds",
    "mixnet_node_uptime_seconds",
    "mixnet_node_process_cpu_seconds_total",
    "mixnet_node_process_resident_memory_bytes",
    "mixnet_node_process_open_fds",
    "mixnet_node_process_max_fds",
    "mixnet_node_unit_state{state=\"failed\"}",
    "mixnet_node_unit_restarts_total",
    "mixnet_node_restarts_total",
    "mixnet_node_cgroup_cpu_quota_cores",
    "mixnet_node_cgroup_cpu_periods_total",
    "mixnet_node_cgroup_cpu_throttled_periods_total",
    "mixnet_node_cgroup_memory_anon_bytes",
    "mixnet_node_cgroup_memory_kernel_bytes",
    "mixnet_node_cgroup_memory_shmem_bytes",
    "mixnet_node_cgroup_memory_max_bytes",
    "mixnet_node_data_filesystem_avail_bytes",
    "mixnet_node_data_filesystem_size_bytes",
    // ... its packets, connections and tunnels
    "mixnet_node_api_up{endpoint=\"/health\"}",
    "mixnet_node_packets_received_total",
    "mixnet_node_packets_sent_total",
    "mixnet_node_packets_dropped_total",
    "mixnet_node_packets_malformed_total",
    "mixnet_node_packets_replayed_total",
    "mixnet_node_forwarder_queue_packets",
    "mixnet_node_delayed_packets",
    "mixnet_node_connections{state=\"established\"}",
    "sum by (node) (mixnet_node_udp_receive_drops_total)",
    "mixnet_node_wireguard_peers",
    "mixnet_node_wireguard_active_peers",
    "mixnet_node_wireguard_reported_active_peers",
    "mixnet_node_wireguard_received_bytes_total",
    "mixnet_node_wireguard_sent_bytes_total",
    "sum by (node) (mixnet_node_tunnel_transmit_bytes_total{device!~\"nymtun.*\"})",
    // ... what the network says of it
    "mixnet_network_node_performance_ratio",
    "mixnet_network_node_routing_score_ratio",
    "mixnet_network_node_config_score_ratio",
    "mixnet_network_node_expected_config_score_ratio",
    "mixnet_network_node_in_rewarded_set",
    "mixnet_network_node_role{role!=\"none\"}",
    "mixnet_network_node_bonded",
    "mixnet_network_node_described",
    "mixnet_network_node_self_described",
    "mixnet_network_node_selection_weight_ratio",
    "mixnet_network_node_stake_saturation_uncapped_ratio",
    "min by (node) (mixnet_network_node_tls_certificate_expiry_timestamp_seconds)",
    "mixnet_network_epoch",
    "mixnet_network_epoch_overdue_seconds",
    "min (mixnet_network_api_up{api=\"nym_api\"})",
    "mixnet_network_api_up{api=\"nym_api\",resource=~\"annotation|config_score_details|rewarded_set\"}",
    // The host
    "sum by (mode) (node_cpu_seconds_total)",
    "node_load1",
    "node_memory_MemTotal_bytes",
    "node_memory_MemAvailable_bytes",
    "node_memory_SwapTotal_bytes",
    "node_memory_SwapFree_bytes",
    "min by (mountpoint) (node_filesystem_avail_bytes{mountpoint=\"/\"})",
    "min by (mountpoint) (node_filesystem_size_bytes{mountpoint=\"/\"})",
    "sum (node_disk_read_bytes_total{device!~\"(dm-|md|loop|zram).*\"})",
    "sum (node_disk_written_bytes_total{device!~\"(dm-|md|loop|zram).*\"})",
    "sum (node_network_receive_bytes_total{device!~\"(lo|ifb|veth|docker|br-|virbr|nymtun|nymwg|wg).*\"})",
    "sum (node_network_transmit_bytes_total{device!~\"(lo|ifb|veth|docker|br-|virbr|nymtun|nymwg|wg).*\"})",
    "node_pressure_cpu_waiting_seconds_total",
    "node_pressure_io_waiting_seconds_total",
    "node_pressure_memory_waiting_seconds_total",
    "node_nf_conntrack_entries",
    "node_nf_conntrack_entries_limit",
    "node_netstat_Tcp_CurrEstab",
    "node_netstat_Udp_RcvbufErrors",
    "node_netstat_Udp6_RcvbufErrors",
    "node_boot_time_seconds",
    "mixnet_host_clock_synchronised",
    "mixnet_host_clock_offset_seconds",
    "mixnet_network_clock_offset_seconds",
};

/// Every number of /proc/net/snmp and netstat but a few is a counter, which node_exporter calls untyped.
bool is_kernel_counter(std::string_view metric) {
  return metric.starts_with("node_netstat_") && !metric.ends_with("_CurrEstab") && !metric.ends_with("Forwarding");
}

}  // namespace

bool Recording::Matcher::matches(std::string_view label_value) const {
  return negated != (expression ? expression->found_in(label_value) : label_value == value);
}

Result<Recording> Recording::parse(std::string_view text) {
  Recording out;
  Reader reader(text);
  Reader ahead = reader;
  out.together = together_named(ahead.name().value_or(""));
  if (out.together == Together::no) {
    TRY(parse_selector(reader, out));
  } else {
    reader = ahead;
    if (reader.take("by")) TRY(parse_labels(reader, out.by));
    TRY(reader.expect("("));
    TRY(parse_selector(reader, out));
    TRY(reader.expect(")"));
  }
  if (!reader.at_end()) return reader.wrong("the end expected");
  if (is_kernel_counter(out.metric)) out.type = Type::counter;
  return out;
}

std::span<const std::string_view> default_recordings() { return kDefaults; }

}  // namespace mixnet
