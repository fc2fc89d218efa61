// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/web_config.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <span>
#include <utility>

#include "collectors/kit/text.h"
#include "collectors/settings.h"
#include "daemon/nearest.h"
#include "daemon/yaml.h"

namespace mixnet::web {
namespace {

constexpr std::size_t kMaxFile = 1 << 20;

/// One file being read.
struct Reading {
  const std::string& file;
  const FileReader& reader;
};

struct ClientAuthName {
  std::string_view name;
  ClientAuth value;
};

constexpr ClientAuthName kClientAuth[] = {
    {"NoClientCert", ClientAuth::none},
    {"RequestClientCert", ClientAuth::request},
    {"RequireAnyClientCert", ClientAuth::require_any},
    {"RequireClientCert", ClientAuth::require_any},  // its former name, which exporter-toolkit still takes
    {"VerifyClientCertIfGiven", ClientAuth::verify_if_given},
    {"RequireAndVerifyClientCert", ClientAuth::require_and_verify},
};

std::string listed(std::span<const std::string> names) {
  std::string text;
  for (const auto& name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

/// The value where it is one of `names`; a fault where it is not.
std::optional<std::string> one_of(const YamlValue& value, std::span<const std::string> names, std::string_view what) {
  auto text = value.text();
  if (!text || std::find(names.begin(), names.end(), *text) != names.end()) return text;
  const auto hint = did_you_mean(*text, names);
  value.refuse("unknown " + std::string(what) + " " + in_quotes(*text) + (hint.empty() ? "; known: " + listed(names) : hint));
  return std::nullopt;
}

std::vector<std::string> list_of(const YamlValue& value, std::span<const std::string> names, std::string_view what) {
  std::vector<std::string> result;
  for (const auto& item : value.list()) {
    if (auto name = one_of(item, names, what)) result.push_back(std::move(*name));
  }
  return result;
}

std::string path_from(const std::string& file, const std::string& name) {
  return (std::filesystem::path(file).parent_path() / name).string();
}

/// What `key` holds in place, or the content of the file that `key`_file names; empty where neither is there.
std::string text_or_file(const Reading& reading, const YamlMapping& tls, const std::string& key) {
  const auto in_place = tls.get(key);
  const auto in_file = tls.get(key + "_file");
  const auto text = in_place.text();
  const auto name = in_file.text();
  if (text && name) {
    in_file.refuse(key + " is given too: one of the two");
    return {};
  }
  if (!name) return text.value_or("");
  const auto path = path_from(reading.file, *name);
  auto content = reading.reader(path);
  if (content && !content->empty()) return *std::move(content);
  in_file.refuse(content ? path + " is empty" : content.error().message);
  return {};
}

ClientAuth client_auth_of(const YamlValue& value) {
  std::vector<std::string> names;
  for (const auto& one : kClientAuth) names.emplace_back(one.name);
  const auto name = one_of(value, names, "client_auth_type");
  for (const auto& one : kClientAuth) {
    if (name == one.name) return one.value;
  }
  return ClientAuth::none;
}

bool verifies(ClientAuth auth) { return auth == ClientAuth::verify_if_given || auth == ClientAuth::require_and_verify; }

/// Rules without effect would leave the operator in the belief of a protection that is not there.
bool client_rules_are_sound(const YamlMapping& tls, ClientAuth auth) {
  const auto type = tls.get("client_auth_type");
  const auto ca = tls.get("client_ca_file").given() ? tls.get("client_ca_file") : tls.get("client_ca");
  const auto sans = tls.get("client_allowed_sans");
  const bool idle = auth == ClientAuth::none && (ca.given() || sans.given());
  if (idle) (ca.given() ? ca : sans).refuse("without effect, as client_auth_type asks for no certificate");
  const bool unguided = verifies(auth) && !ca.given();
  if (unguided)
    type.refuse("client_ca_file or client_ca is needed; the system's certificate authorities do not vouch for clients");
  return !idle && !unguided;
}

bool versions_are_sound(const YamlMapping& tls, const TlsSettings& settings) {
  const auto& names = tls_version_names();
  const auto place = [&names](const std::string& name) { return std::find(names.begin(), names.end(), name); };
  if (place(settings.min_version) <= place(settings.max_version)) return true;
  const auto at = tls.get(tls.get("min_version").given() ? "min_version" : "max_version");
  at.refuse("min_version " + settings.min_version + " is above max_version " + settings.max_version);
  return false;
}

std::shared_ptr<const TlsContext> read_tls(const Reading& reading, const YamlValue& value) {
  const auto tls = value.mapping();
  TlsSettings settings;
  settings.certificate = text_or_file(reading, tls, "cert");
  settings.key = text_or_file(reading, tls, "key");
  settings.client_ca = text_or_file(reading, tls, "client_ca");
  settings.client_auth = client_auth_of(tls.get("client_auth_type"));
  for (const auto& item : tls.get("client_allowed_sans").list())
    settings.client_allowed_sans.push_back(item.text().value_or(""));
  settings.min_version = one_of(tls.get("min_version"), tls_version_names(), "TLS version").value_or("TLS12");
  settings.max_version = one_of(tls.get("max_version"), tls_version_names(), "TLS version").value_or("TLS13");
  settings.cipher_suites = list_of(tls.get("cipher_suites"), tls_cipher_suite_names(), "cipher suite");
  settings.curve_preferences = list_of(tls.get("curve_preferences"), tls_curve_names(), "curve");
  settings.prefer_server_cipher_suites = tls.get("prefer_server_cipher_suites").boolean().value_or(true);
  const bool versions_sound = versions_are_sound(tls, settings);
  const bool rules_sound = client_rules_are_sound(tls, settings.client_auth);
  // As in exporter-toolkit, versions and ciphers alone do not turn TLS on.
  bool wanted = false;
  for (const auto* key : {"cert", "cert_file", "key", "key_file", "client_ca", "client_ca_file", "client_auth_type"}) {
    wanted |= tls.get(key).given();
  }
  if (!wanted) return nullptr;
  if (!tls.get("cert").given() && !tls.get("cert_file").given()) value.refuse("cert_file or cert is missing");
  if (!tls.get("key").given() && !tls.get("key_file").given()) value.refuse("key_file or key is missing");
  const bool ca_there = !verifies(settings.client_auth) || !settings.client_ca.empty();
  if (settings.certificate.empty() || settings.key.empty() || !ca_there || !versions_sound || !rules_sound) return nullptr;
  auto context = TlsContext::make(settings);
  if (context) return *std::move(context);
  value.refuse(context.error().message);
  return nullptr;
}

/// The headers that exporter-toolkit lets an operator add, and the values it takes where only some make sense.
struct AllowedHeader {
  std::string_view name;
  std::vector<std::string> values = {};
};

const std::vector<AllowedHeader>& allowed_headers() {
  static const std::vector<AllowedHeader> kHeaders = {{"Content-Security-Policy"},
                                                      {"Strict-Transport-Security"},
                                                      {"X-Content-Type-Options", {"nosniff"}},
                                                      {"X-Frame-Options", {"deny", "sameorigin"}},
                                                      {"X-XSS-Protection"}};
  return kHeaders;
}

std::vector<Header> read_headers(const YamlMapping& http) {
  std::vector<Header> result;
  const auto headers = http.get("headers").mapping();
  for (const auto& allowed : allowed_headers()) {
    const auto value = headers.get(allowed.name);
    const auto text = allowed.values.empty() ? value.text() : one_of(value, allowed.values, "value");
    if (!text || text->empty()) continue;
    if (std::any_of(text->begin(), text->end(), [](unsigned char letter) { return letter < ' ' || letter >= 0x7f; })) {
      value.refuse("a header's value has only printable ASCII letters");
    }
    result.push_back({std::string(allowed.name), *text});
  }
  return result;
}

void read_http2(const YamlMapping& http) {
  const auto http2 = http.get("http2");
  if (http2.boolean().value_or(false)) {
    http2.refuse("this server speaks HTTP/1.1 only; write false, every client of HTTP/2 can do without it");
  }
}

std::shared_ptr<PasswordTable> read_users(const YamlMapping& top) {
  std::vector<std::pair<std::string, std::string>> users;
  for (const auto& [name, value] : top.get("basic_auth_users").mapping().entries()) {
    const auto hash = value.text().value_or("");
    const auto checked = check_bcrypt_hash(hash);
    // Without a value there is no place to note the fault at, and none to be let in with.
    if (!value.given()) top.get("basic_auth_users").refuse("the user " + in_quotes(name) + " has no hash");
    if (value.given() && !checked) value.refuse(checked.error().message);
    if (name.find(':') != std::string::npos) value.refuse("a user's name cannot have a colon in it");
    if (checked) users.emplace_back(name, hash);
  }
  return users.empty() ? nullptr : std::make_shared<PasswordTable>(std::move(users));
}

std::shared_ptr<RateLimit> read_rate_limit(const YamlMapping& top) {
  constexpr int kMaxBurst = 1'000'000;
  const auto rate = top.get("rate_limit").mapping();
  const auto interval = rate.get("interval");
  const auto burst = rate.get("burst");
  const auto text = interval.text().value_or("0s");
  const auto most = burst.integer(0, kMaxBurst);
  const auto duration = text == "0" ? std::chrono::milliseconds(0) : parse_duration(text);
  if (!duration) interval.refuse(duration.error().message);
  const bool unreadable = !duration || (burst.given() && !most);
  if (unreadable || duration->count() == 0) return nullptr;
  if (most.value_or(0) >= 1) return std::make_shared<RateLimit>(*duration, static_cast<int>(*most));
  (burst.given() ? burst : interval).refuse("a burst of at least 1 is needed, or every request would be refused");
  return nullptr;
}

}  // namespace

Result<std::shared_ptr<const Protection>> parse_web_config(const std::string& file, std::string_view text,
                                                           const FileReader& reader) {
  Yaml yaml(file, text);
  const auto top = yaml.top();
  const Reading reading{file, reader};
  auto protection = std::make_shared<Protection>();
  protection->tls = read_tls(reading, top.get("tls_server_config"));
  const auto http = top.get("http_server_config").mapping();
  read_http2(http);
  protection->headers = read_headers(http);
  protection->users = read_users(top);
  protection->rate = read_rate_limit(top);
  std::string message;
  for (const auto& fault : yaml.faults()) message.append(message.empty() ? "" : "\n").append(fault);
  if (!message.empty()) return fail(Fault::malformed, std::move(message));
  return protection;
}

Result<std::shared_ptr<const Protection>> load_web_config(const std::string& file) {
  const auto text = TRY(read_small_file(file));
  return parse_web_config(file, text, &read_small_file);
}

Result<std::string> read_small_file(const std::string& path) {
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  std::string content(kMaxFile + 1, '\0');
  stream.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(stream.gcount()));
  if (stream.bad() || !stream.eof()) {
    if (content.size() > kMaxFile) return fail(Fault::malformed, path + ": larger than 1 MiB");
    const int error = errno == 0 ? EIO : errno;
    return fail(error == EACCES ? Fault::denied : Fault::unavailable, path + ": " + std::strerror(error));
  }
  return content;
}

}  // namespace mixnet::web
