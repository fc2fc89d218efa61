// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/probe_run.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

constexpr int kNice = 10;
constexpr std::size_t kOutputBytesMax = 1 << 20;  // a result has some 2 KB, with the log before it some 100

/// What the probe may need of our environment: how to reach the network, and its own hidden options. Nothing else, so that no
/// credential of ours gets to it.
bool is_for_the_probe(std::string_view variable) {
  constexpr std::string_view kNames[] = {
      "PATH=",     "TMPDIR=",     "SSL_CERT_FILE=", "SSL_CERT_DIR=", "http_proxy=", "https_proxy=", "all_proxy=",
      "no_proxy=", "HTTP_PROXY=", "HTTPS_PROXY=",   "ALL_PROXY=",    "NO_PROXY=",   "PROBE_"};
  return std::any_of(std::begin(kNames), std::end(kNames), [&](auto name) { return variable.starts_with(name); });
}

std::vector<std::string> environment_of_the_probe(const std::string& folder) {
  std::vector<std::string> out{"HOME=" + folder};
  for (char** variable = ::environ; variable != nullptr && *variable != nullptr; ++variable) {
    if (is_for_the_probe(*variable)) out.emplace_back(*variable);
  }
  return out;
}

/// The words of a text, in which letters only count.
std::string_view take_word(std::string_view& text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto* begin = std::find_if(text.begin(), text.end(), is_letter);
  const auto* end = std::find_if_not(begin, text.end(), is_letter);
  const auto word = text.substr(static_cast<std::size_t>(begin - text.begin()), static_cast<std::size_t>(end - begin));
  text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
  return word;
}

std::string_view last_line(std::string_view text) {
  text = trim(text);
  const auto newline = text.rfind('\n');
  return newline == std::string_view::npos ? text : text.substr(newline + 1);
}

// An error occurred: could not find gateway 2w5R… in the directory
std::string with_complaint(std::string reason, const ChildProcess& child, const std::string& mnemonic) {
  const auto line = last_line(child.complaint());
  if (line.empty()) return reason;
  if (reveals(child.complaint(), mnemonic)) return reason + ", and what it says of it names the mnemonic, so it is not shown";
  return reason + ": " + in_quotes(line);
}

ProbeRun failed(ProbeFailure failure, std::string reason) {
  ProbeRun out;
  out.failure = failure;
  out.reason = std::move(reason);
  return out;
}

std::string seconds_of(const ChildProcess& child) { return std::to_string(static_cast<std::int64_t>(child.took().count())); }

}  // namespace

std::string_view to_string(ProbeFailure failure) {
  switch (failure) {
    case ProbeFailure::start: return "start";
    case ProbeFailure::timeout: return "timeout";
    case ProbeFailure::flood: return "flood";
    case ProbeFailure::status: return "status";
    case ProbeFailure::signal: return "signal";
    case ProbeFailure::malformed: break;
  }
  return "malformed";
}

// nym-gateway-probe --no-log run -g 2w5R… --config-dir DIR --test-mode core --mnemonic "…"
ChildOptions probe_child(const Settings& settings, const std::string& gateway, const std::string& mnemonic,
                         const std::string& folder) {
  const auto& own = settings.gateway_probe;
  ChildOptions out;
  auto& arguments = out.arguments;
  arguments = {own.program, "--no-log"};  // else its log goes where its result does
  if (!own.env_file.empty()) arguments.insert(arguments.end(), {"--config-env-file", own.env_file});
  arguments.insert(arguments.end(), {"run", "--entry-gateway", gateway, "--config-dir", folder, "--test-mode", own.test_mode});
  if (mnemonic.empty()) {
    arguments.emplace_back("--use-mock-ecash");
  } else {
    arguments.insert(arguments.end(), {"--mnemonic", mnemonic});
  }
  out.environment = environment_of_the_probe(folder);
  out.directory = folder;
  out.nice = kNice;
  out.memory_bytes_max = own.memory_bytes_max;
  out.output_bytes_max = kOutputBytesMax;
  out.time_max = own.timeout;
  return out;
}

ProbeRun judge(const ChildProcess& child, const std::string& gateway, const std::string& mnemonic) {
  const auto end = child.end().value_or(ChildEnd());
  switch (end.kind) {
    case ChildEnd::Kind::timed_out:
    case ChildEnd::Kind::stopped:
      return failed(ProbeFailure::timeout, "it was ended after " + seconds_of(child) + " s, which is all the time it is given");
    case ChildEnd::Kind::flooded: return failed(ProbeFailure::flood, "it was ended as it wrote more than 1 MiB");
    case ChildEnd::Kind::signalled:
      return failed(ProbeFailure::signal,
                    with_complaint("signal " + std::to_string(end.status) + " ended it", child, mnemonic));
    case ChildEnd::Kind::exited: break;
  }
  if (end.status != 0) {
    auto reason = "it ended with status " + std::to_string(end.status);
    return failed(ProbeFailure::status, with_complaint(std::move(reason), child, mnemonic));
  }
  auto result = parse_probe_output(child.output());
  if (!result) return failed(ProbeFailure::malformed, "what it printed is no result: " + result.error().message);
  if (result->node != gateway && result->used_entry != gateway) {
    return failed(ProbeFailure::malformed, "its result is of another gateway");
  }
  ProbeRun out;
  out.ok = true;
  out.result = *std::move(result);
  return out;
}

bool reveals(std::string_view text, std::string_view secret) {
  std::vector<std::string_view> words;
  for (auto word = take_word(secret); !word.empty(); word = take_word(secret)) words.push_back(word);
  std::string_view before;
  for (auto word = take_word(text); !word.empty(); word = take_word(text)) {
    if (words.size() == 1 && word == words.front()) return true;
    for (std::size_t index = 1; index < words.size(); ++index) {
      if (word == words[index] && before == words[index - 1]) return true;
    }
    before = word;
  }
  return false;
}

}  // namespace mixnet
