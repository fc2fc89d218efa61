// SPDX-License-Identifier: Apache-2.0
#include "daemon/doctor/monitoring_findings.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "collectors/kit/json.h"
#include "collectors/kit/text.h"

namespace mixnet {
namespace {

constexpr std::string_view kOurAlerts = "Mixnet";
constexpr std::string_view kRules = "/usr/share/mixnet-exporter/prometheus";
constexpr double kIntervalLong = 60;
constexpr std::size_t kListed = 5;

/// The document of an answer, or a finding that says why there is none.
Json document(const HttpResponse& answer, std::string_view what, Diagnoses& out) {
  if (answer.outcome != HttpOutcome::answered) {
    out.add(Verdict::bad, std::string(what), answer.message,
            "look at the URL, and whether it runs and may be reached from here");
    return {};
  }
  if (answer.status == 401 || answer.status == 403) {
    out.add(Verdict::not_permitted, std::string(what), "it wants a password, which is not given on command lines",
            "ask it from where it is open, or look yourself");
    return {};
  }
  auto parsed = answer.status == 200 ? Json::parse(answer.body) : Result<Json>(Json());
  if (parsed && *parsed) return *std::move(parsed);
  out.add(Verdict::bad, std::string(what), "answers with status " + std::to_string(answer.status) + ", and no JSON",
          "look whether the URL is right");
  return {};
}

/// "15s", "1m30s", "1h": as Prometheus writes durations. Nothing for anything else.
std::optional<double> seconds_of(std::string_view text) {
  struct Unit {
    std::string_view name;
    double seconds;
  };
  constexpr Unit kUnits[] = {{"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}, {"y", 31536000}};
  double total = 0;
  while (!text.empty()) {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto value = number<std::uint64_t>(text.substr(0, digits));
    text.remove_prefix(digits);
    const auto letters = std::min(text.find_first_of("0123456789"), text.size());
    const auto unit = std::find_if(std::begin(kUnits), std::end(kUnits),
                                   [&](const Unit& one) { return one.name == text.substr(0, letters); });
    if (!value || unit == std::end(kUnits)) return std::nullopt;
    total += static_cast<double>(*value) * unit->seconds;
    text.remove_prefix(letters);
  }
  return total;
}

/// Of "http://node1:10087/metrics" the port and the path: ":10087/metrics".
std::string_view port_and_path(std::string_view url) {
  const auto host = url.find("://");
  const auto slash = url.find('/', host == std::string_view::npos ? 0 : host + 3);
  const auto colon = url.substr(0, slash).rfind(':');
  return colon == std::string_view::npos || (host != std::string_view::npos && colon <= host) ? std::string_view()
                                                                                              : url.substr(colon);
}

/// Is this target, by the query's answer or else by its URL, us?
bool is_us(const Json& target, const Json& found, const OurTarget& us) {
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto metric = found.at(i)["metric"];
    if (metric["instance"].text() == target["labels"]["instance"].text() &&
        metric["job"].text() == target["labels"]["job"].text()) {
      return true;
    }
  }
  if (found.size() > 0) return false;
  const auto url = target["scrapeUrl"].text().value_or("");
  const auto rest = port_and_path(url);
  return std::any_of(us.ports.begin(), us.ports.end(), [&](const std::string& port) { return rest == ":" + port + us.path; });
}

std::string name_of(const Json& target) {
  return target["labels"]["job"].text().value_or("?") + "/" + target["labels"]["instance"].text().value_or("?");
}

void judge_target(const Json& target, bool surely, Diagnoses& out) {
  const auto name = "target " + name_of(target);
  const auto health = target["health"].text().value_or("unknown");
  const auto interval = target["scrapeInterval"].text().value_or("?");
  const std::string what = surely ? "this exporter" : "perhaps this exporter, by its port";
  if (health == "up") {
    out.add(Verdict::good, name, what + ", up, every " + interval);
  } else if (health == "down") {
    out.add(Verdict::bad, name, what + ": " + target["lastError"].text().value_or("down"),
            "let Prometheus reach it: see install.md, Point Prometheus at it");
  } else {
    out.add(Verdict::advice, name, what + ", not scraped yet", "ask again in a minute");
  }
  if (const auto seconds = seconds_of(interval); seconds && *seconds > kIntervalLong) {
    out.add(Verdict::advice, name, "scraped every " + interval, "at most a minute: rules and dashboards look at the last five");
  }
}

void judge_targets(const Json& targets, const Json& found, const OurTarget& us, Diagnoses& out) {
  const auto active = targets["data"]["activeTargets"];
  std::size_t seen = 0;
  for (std::size_t i = 0; i < active.size(); ++i) {
    if (!is_us(active.at(i), found, us)) continue;
    if (++seen <= kListed) judge_target(active.at(i), found.size() > 0, out);
  }
  if (seen > 0) return;
  out.add(Verdict::bad, "target", "this exporter is not among its " + std::to_string(active.size()) + " targets",
          "add a job to scrape_configs: examples are in " + std::string(kRules));
}

void judge_rules(const Json& answer, Diagnoses& out) {
  const auto groups = answer["data"]["groups"];
  std::size_t ours = 0, firing = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto rules = groups.at(i)["rules"];
    for (std::size_t j = 0; j < rules.size(); ++j) {
      const auto rule = rules.at(j);
      const auto name = rule["name"].text().value_or("");
      if (!name.starts_with(kOurAlerts)) continue;
      ++ours;
      if (rule["state"].text() == "firing") ++firing;
      if (rule["health"].text() == "err") {
        out.add(Verdict::bad, "rule " + name, rule["lastError"].text().value_or("fails"), "`promtool check rules` on its file");
      }
    }
  }
  if (ours == 0) {
    out.add(Verdict::advice, "rules", "no alerting rule of ours is loaded", "rule_files: those in " + std::string(kRules));
  } else {
    out.add(Verdict::good, "rules", std::to_string(ours) + " alerting rules, " + std::to_string(firing) + " of them firing");
  }
}

void judge_alertmanagers(const Json& answer, Diagnoses& out) {
  const auto active = answer["data"]["activeAlertmanagers"];
  if (active.size() == 0) {
    out.add(Verdict::advice, "alertmanagers", "it tells nobody of alerts", "alerting: alertmanagers: in its configuration");
  }
  for (std::size_t i = 0; i < std::min(active.size(), kListed); ++i) {
    out.add(Verdict::good, "alertmanagers", active.at(i)["url"].text().value_or("?"));
  }
}

/// In a query's parameter.
std::string escaped(std::string_view text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  std::string out;
  for (const char c : text) {
    std::array<char, 4> code{};
    std::snprintf(code.data(), code.size(), "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
    out += kPlain.find(c) == std::string_view::npos ? std::string(code.data()) : std::string(1, c);
  }
  return out;
}

}  // namespace

std::optional<double> plain_sample(std::string_view exposition, std::string_view name) {
  while (!exposition.empty()) {
    auto line = take_until(exposition, '\n');
    if (!line.starts_with(name) || !line.substr(name.size()).starts_with(' ')) continue;
    const auto value = number<double>(trim(line.substr(name.size())));
    return value ? std::optional<double>(*value) : std::nullopt;
  }
  return std::nullopt;
}

std::vector<std::string> prometheus_requests(const std::string& base, const OurTarget& us) {
  std::vector<std::string> out = {base + "/api/v1/targets?state=active", base + "/api/v1/rules?type=alert",
                                  base + "/api/v1/alertmanagers"};
  if (!us.start_time) return out;
  std::array<char, 64> value{};
  std::snprintf(value.data(), value.size(), "%.17g", *us.start_time);
  out.push_back(base + "/api/v1/query?query=" + escaped("process_start_time_seconds == " + std::string(value.data())));
  return out;
}

Diagnoses prometheus_findings(const std::string& base, const OurTarget& us, const Answers& answers) {
  Diagnoses out{"Prometheus at " + base, {}};
  if (answers.size() < 3) return out;
  const auto targets = document(answers[0], "targets", out);
  if (!targets) return out;
  Json found;
  if (answers.size() > 3 && answers[3].status == 200) {
    if (const auto query = Json::parse(answers[3].body)) found = (*query)["data"]["result"];
  }
  judge_targets(targets, found, us, out);
  if (const auto rules = document(answers[1], "rules", out)) judge_rules(rules, out);
  if (const auto alertmanagers = document(answers[2], "alertmanagers", out)) judge_alertmanagers(alertmanagers, out);
  return out;
}

std::vector<std::string> grafana_requests(const std::string& base) {
  return {base + "/api/health", base + "/api/search?query=mixnet&type=dash-db"};
}

Diagnoses grafana_findings(const std::string& base, const Answers& answers) {
  Diagnoses out{"Grafana at " + base, {}};
  if (answers.size() < 2) return out;
  const auto health = document(answers[0], "health", out);
  if (!health) return out;
  const auto database = health["database"].text().value_or("?");
  const auto version = "version " + health["version"].text().value_or("?");
  if (database == "ok") out.add(Verdict::good, "health", version);
  if (database != "ok") out.add(Verdict::bad, "health", version + ", its database: " + database, "see Grafana's own log");
  const auto dashboards = document(answers[1], "dashboards", out);
  if (!dashboards) return out;
  if (dashboards.size() == 0) {
    out.add(Verdict::advice, "dashboards", "none of ours is there",
            "import those in /usr/share/mixnet-exporter/grafana-dashboards");
  }
  for (std::size_t i = 0; i < std::min(dashboards.size(), kListed); ++i) {
    out.add(Verdict::good, "dashboards", dashboards.at(i)["title"].text().value_or("?"));
  }
  return out;
}

std::vector<std::string> alertmanager_requests(const std::string& base) {
  return {base + "/api/v2/status", base + "/api/v2/receivers", base + "/api/v2/alerts"};
}

Diagnoses alertmanager_findings(const std::string& base, const Answers& answers) {
  Diagnoses out{"Alertmanager at " + base, {}};
  if (answers.size() < 3) return out;
  const auto status = document(answers[0], "status", out);
  if (!status) return out;
  out.add(Verdict::good, "status", "version " + status["versionInfo"]["version"].text().value_or("?"));
  if (const auto receivers = document(answers[1], "receivers", out)) {
    std::string names;
    for (std::size_t i = 0; i < std::min(receivers.size(), kListed); ++i) {
      names.append(names.empty() ? "" : ", ").append(receivers.at(i)["name"].text().value_or("?"));
    }
    out.add(receivers.size() > 0 ? Verdict::good : Verdict::bad, "receivers", names.empty() ? "none" : names);
  }
  if (const auto alerts = document(answers[2], "alerts", out)) {
    std::size_t ours = 0;
    for (std::size_t i = 0; i < alerts.size(); ++i) {
      ours += alerts.at(i)["labels"]["alertname"].text().value_or("").starts_with(kOurAlerts) ? 1 : 0;
    }
    out.add(Verdict::good, "alerts", std::to_string(ours) + " of ours are active");
  }
  return out;
}

}  // namespace mixnet
