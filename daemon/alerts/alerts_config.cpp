// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerts/alerts_config.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>

#include "collectors/kit/text.h"
#include "collectors/settings.h"
#include "daemon/checks/words.h"
#include "daemon/path_checks.h"
#include "daemon/url.h"

namespace mixnet {
namespace {

using Kind = AlertReceiver::Kind;
using std::chrono::milliseconds;

constexpr std::size_t kReceiversMax = 32;
constexpr std::size_t kLabelsMax = 32;
constexpr std::size_t kLabelBytesMax = 200;
constexpr std::size_t kArgumentsMax = 64;
constexpr milliseconds kDay{86'400'000};

Result<void> check_text(std::string_view text) {
  if (text.empty()) return fail(Fault::malformed, "empty");
  return {};
}

Result<void> check_base_url(std::string_view text) { return check_url(text); }
Result<void> check_proxy_url(std::string_view text) { return check_url(text, kProxySchemes); }

Result<void> check_username(std::string_view text) {
  TRY(check_text(text));
  if (text.find(':') != std::string_view::npos) return fail(Fault::malformed, in_quotes(text) + " has a colon");
  return {};
}

/// A key's text, which `check` has found nothing wrong with.
void read_text(const YamlMapping& entry, std::string_view key, std::string& to, Result<void> (*check)(std::string_view)) {
  const auto value = entry.get(key);
  auto text = value.text();
  if (!text) return;
  if (const auto checked = check(*text); !checked) value.refuse(checked.error().message);
  to = *std::move(text);
}

void read_duration(const YamlMapping& entry, std::string_view key, milliseconds& to, milliseconds least, milliseconds most) {
  const auto value = entry.get(key);
  const auto text = value.text();
  if (!text) return;
  const auto duration = parse_duration(*text);
  if (!duration) {
    value.refuse(duration.error().message);
  } else if (*duration < least || *duration > most) {
    value.refuse(in_quotes(*text) + " is not from " + duration_text(least) + " to " + duration_text(most));
  } else {
    to = *duration;
  }
}

/// How an HTTP server is asked, with Prometheus's names.
void read_http(const YamlMapping& entry, AlertReceiver& out) {
  const auto basic = entry.get("basic_auth");
  const auto basic_keys = basic.mapping();
  read_text(basic_keys, "username", out.username, check_username);
  read_text(basic_keys, "password_file", out.password_file, check_secret_path);
  if (basic.given() && (out.username.empty() || out.password_file.empty())) {
    basic.refuse("basic_auth needs a username and a password_file");
  }
  const auto authorization = entry.get("authorization");
  read_text(authorization.mapping(), "credentials_file", out.credentials_file, check_secret_path);
  if (authorization.given() && out.credentials_file.empty()) authorization.refuse("authorization needs a credentials_file");
  if (basic.given() && authorization.given()) authorization.refuse("authorization beside basic_auth; only one can be sent");
  read_text(entry.get("tls_config").mapping(), "ca_file", out.ca_file, check_path);
  read_text(entry, "proxy_url", out.proxy_url, check_proxy_url);
}

void read_alertmanager(const YamlValue& value, const YamlMapping& entry, AlertReceiver& out) {
  read_text(entry, "url", out.url, check_base_url);
  while (out.url.ends_with('/')) out.url.pop_back();
  read_http(entry, out);
  if (value.is_mapping() && !entry.get("url").given()) value.refuse("an Alertmanager needs a url");
}

/// What is told of changes.
void read_telling(const YamlMapping& entry, AlertReceiver& out) {
  out.send_resolved = entry.get("send_resolved").boolean().value_or(true);
  read_duration(entry, "repeat_interval", out.repeat_interval, milliseconds(60'000), 30 * kDay);
}

void read_webhook(const YamlValue& value, const YamlMapping& entry, AlertReceiver& out) {
  read_text(entry, "url", out.url, check_webhook_url);
  read_text(entry, "url_file", out.url_file, check_secret_path);
  read_http(entry, out);
  read_telling(entry, out);
  if (value.is_mapping() && entry.get("url").given() == entry.get("url_file").given()) {
    value.refuse("a webhook needs a url or a url_file, and not both");
  }
}

void read_command(const YamlValue& value, const YamlMapping& entry, AlertReceiver& out) {
  const auto words = entry.get("command");
  for (const auto& word : words.list()) {
    auto text = word.text();
    if (text && out.command.empty() && !text->starts_with('/')) word.refuse(in_quotes(*text) + " is not an absolute path");
    if (out.command.size() == kArgumentsMax) word.refuse("more than " + std::to_string(kArgumentsMax) + " words");
    if (text) out.command.push_back(*std::move(text));
  }
  read_telling(entry, out);
  if (value.is_mapping() && (!words.given() || (words.is_list() && out.command.empty()))) {
    value.refuse("a command needs a command, a list of the program's absolute path and its arguments");
  }
}

struct KindOfReceiver {
  const char* section;
  Kind kind;
  void (*read)(const YamlValue&, const YamlMapping&, AlertReceiver&);
};

constexpr KindOfReceiver kKinds[] = {
    {"alertmanagers", Kind::alertmanager, read_alertmanager},
    {"webhooks", Kind::webhook, read_webhook},
    {"commands", Kind::command, read_command},
};

bool is_same(const AlertReceiver& a, const AlertReceiver& b) {
  return a.kind == b.kind && a.url == b.url && a.url_file == b.url_file && a.command == b.command;
}

void read_receivers(const YamlMapping& alerts, const KindOfReceiver& kind, AlertSettings& out) {
  for (const auto& value : alerts.get(kind.section).list()) {
    AlertReceiver receiver;
    receiver.kind = kind.kind;
    const auto entry = value.mapping();
    kind.read(value, entry, receiver);
    read_duration(entry, "timeout", receiver.timeout, milliseconds(1000), milliseconds(300'000));
    const auto same = [&](const AlertReceiver& other) { return is_same(receiver, other); };
    if (std::any_of(out.receivers.begin(), out.receivers.end(), same)) value.refuse("the same receiver a second time");
    if (out.receivers.size() == kReceiversMax) value.refuse("more than " + std::to_string(kReceiversMax) + " receivers");
    out.receivers.push_back(std::move(receiver));
  }
}

Result<void> check_label(std::string_view name) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
  constexpr std::string_view kTaken[] = {"alertname", "severity", "node"};
  if (name.empty() || kLetters.find(name.front()) == std::string_view::npos || name.starts_with("__") ||
      name.find_first_not_of(std::string(kLetters) + "0123456789") != std::string_view::npos || name.size() > kLabelBytesMax) {
    return fail(Fault::malformed, in_quotes(name) + " is not a label's name");
  }
  if (std::find(std::begin(kTaken), std::end(kTaken), name) != std::end(kTaken)) {
    return fail(Fault::malformed, in_quotes(name) + " is a label that alerts have anyway");
  }
  return {};
}

void read_labels(const YamlValue& value, std::map<std::string, std::string>& out) {
  for (const auto& [name, label] : value.mapping().entries()) {
    auto text = label.text();
    if (!text) continue;
    if (const auto checked = check_label(name); !checked) label.refuse(checked.error().message);
    if (text->size() > kLabelBytesMax) label.refuse("more than " + std::to_string(kLabelBytesMax) + " bytes");
    if (out.size() == kLabelsMax) label.refuse("more than " + std::to_string(kLabelsMax) + " labels");
    out.emplace(name, *std::move(text));
  }
}

/// Lines of a mapping, each key with its value; nothing of what is not set.
class Section {
 public:
  explicit Section(std::string indent) : indent_(std::move(indent)) {}

  void add(std::string_view key, std::string_view value) {
    if (!value.empty()) out_.append(indent_).append(key).append(": ").append(yaml_scalar(value)).append("\n");
  }
  void add(std::string_view key, milliseconds value) {
    if (value != milliseconds(0)) add(key, duration_text(value));
  }
  /// A mapping within: {username: u, password_file: /f}
  void add(std::string_view key, std::initializer_list<std::pair<std::string_view, std::string_view>> entries) {
    std::string list;
    for (const auto& [name, value] : entries) {
      if (value.empty()) continue;
      list.append(list.empty() ? "" : ", ").append(name).append(": ").append(yaml_scalar(value));
    }
    if (!list.empty()) out_.append(indent_).append(key).append(": {").append(list).append("}\n");
  }
  void add(std::string_view key, const std::vector<std::string>& list) {
    if (list.empty()) return;
    out_.append(indent_).append(key).append(": [");
    for (const auto& each : list) out_.append(&each == &list.front() ? "" : ", ").append(yaml_scalar(each));
    out_ += "]\n";
  }
  void add_false(std::string_view key, bool value) {
    if (!value) out_.append(indent_).append(key).append(": false\n");
  }

  std::string take() { return std::move(out_); }

 private:
  std::string indent_, out_;
};

std::string as_yaml(const AlertReceiver& receiver) {
  Section section("      ");
  section.add("url", receiver.url);
  section.add("url_file", receiver.url_file);
  section.add("command", receiver.command);
  section.add("basic_auth", {{"username", receiver.username}, {"password_file", receiver.password_file}});
  section.add("authorization", {{"credentials_file", receiver.credentials_file}});
  section.add("tls_config", {{"ca_file", receiver.ca_file}});
  section.add("proxy_url", receiver.proxy_url);
  section.add("timeout", receiver.timeout);
  section.add_false("send_resolved", receiver.send_resolved);
  section.add("repeat_interval", receiver.repeat_interval);
  auto out = section.take();
  return out.replace(4, 1, "-");
}

}  // namespace

Result<void> check_webhook_url(std::string_view url) {
  constexpr std::size_t kBytesMax = 2000;
  const auto path = url.substr(0, url.find('?'));
  const auto is_graphic = [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '#'; };
  if (url.size() > kBytesMax || !std::all_of(url.begin(), url.end(), is_graphic) || !check_url(path)) {
    return fail(Fault::malformed, "not the URL of a webhook: http:// or https://, a host, a path and a query, and no password");
  }
  return {};
}

AlertSettings read_alerts(const YamlValue& alerts) {
  AlertSettings out;
  const auto entry = alerts.mapping();
  read_labels(entry.get("external_labels"), out.external_labels);
  read_text(entry, "external_url", out.external_url, check_base_url);
  read_duration(entry, "resend_delay", out.resend_delay, milliseconds(1000), milliseconds(3'600'000));
  for (const auto& kind : kKinds) read_receivers(entry, kind, out);
  return out;
}

std::string alerts_as_yaml(const AlertSettings& settings) {
  if (settings == AlertSettings{}) return {};
  std::string out = "alerts:\n";
  if (!settings.external_labels.empty()) out += "  external_labels:\n";
  for (const auto& [name, value] : settings.external_labels) {
    out.append("    ").append(yaml_scalar(name)).append(": ").append(yaml_scalar(value)).append("\n");
  }
  Section section("  ");
  section.add("external_url", settings.external_url);
  section.add("resend_delay", settings.resend_delay);
  out += section.take();
  for (const auto& kind : kKinds) {
    bool is_first = true;
    for (const auto& receiver : settings.receivers) {
      if (receiver.kind != kind.kind) continue;
      if (std::exchange(is_first, false)) out.append("  ").append(kind.section).append(":\n");
      out += as_yaml(receiver);
    }
  }
  return out;
}

}  // namespace mixnet
