// SPDX-License-Identifier: Apache-2.0
#include "daemon/commands/history.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>

#include "collectors/kit/text.h"
#include "collectors/settings.h"
#include "daemon/history/history_file.h"
#include "daemon/history/history_text.h"
#include "daemon/history/recording.h"

namespace mixnet {
namespace {

constexpr UnixMs kHour = 60 * 60 * 1000;

Result<std::unique_ptr<HistoryFile>> open_history(const Flags& flags) {
  const auto config = TRY(load_config(flags));
  return HistoryFile::open_to_read(history_path(config.roots.state));
}

/// What `history show` is asked for.
struct Wanted {
  Recording series;
  UnixMs since = kHour, step = 0;  ///< step 0: each value as it was recorded
  HistoryFormat format = HistoryFormat::table;
};

Result<UnixMs> duration_of(const Flags& flags, std::string_view name, UnixMs preset) {
  const auto text = flags.own(name);
  if (text.empty()) return preset;
  const auto duration = parse_duration(text);
  if (!duration) return fail(Fault::malformed, "--" + std::string(name) + ": " + duration.error().message);
  if (duration->count() <= 0) return fail(Fault::malformed, "--" + std::string(name) + ": no time at all");
  return duration->count();
}

Result<Wanted> wanted_by(const Flags& flags) {
  Wanted out;
  out.series = TRY(Recording::parse(flags.argument));
  if (out.series.together != Recording::Together::no) {
    return fail(Fault::malformed, "a metric, or one with labels such as up{node=\"a\"}, is expected");
  }
  out.since = TRY(duration_of(flags, "since", kHour));
  out.step = TRY(duration_of(flags, "step", 0));
  const auto format = flags.own("format");
  if (!format.empty()) out.format = TRY(parse_history_format(format));
  if (out.format == HistoryFormat::openmetrics && out.step != 0) {
    return fail(Fault::malformed, "openmetrics has the values as they were recorded, without --step");
  }
  return out;
}

/// Does a recorded series match the labels that are asked for?
bool matches(const Recording& wanted, const Series& series) {
  return std::all_of(wanted.matchers.begin(), wanted.matchers.end(), [&](const Recording::Matcher& matcher) {
    return matcher.matches(series.label(matcher.label).value_or(""));
  });
}

Result<std::string> show(const Flags& flags) {
  const auto wanted = TRY(wanted_by(flags));
  const auto file = TRY(open_history(flags));
  const std::string_view metrics[] = {wanted.series.metric};
  const auto known = TRY(file->series());
  const auto is_wanted = [&](const Series& series) {
    return series.metric == wanted.series.metric && matches(wanted.series, series);
  };
  if (std::none_of(known.begin(), known.end(), is_wanted)) {
    return fail(Fault::absent, "nothing is recorded of " + flags.argument + "; `mixnet-exporter history list` tells what is");
  }
  const auto now = unix_ms();
  if (wanted.step == 0) return history_text(TRY(file->window(metrics, now - wanted.since, now + 1)), is_wanted, wanted.format);
  return history_text(TRY(file->curves(metrics, now - wanted.since, now + wanted.step, wanted.step)), is_wanted, wanted.format);
}

Result<std::string> list(const Flags& flags) {
  const auto file = TRY(open_history(flags));
  std::string out;
  for (const auto& series : TRY(file->series())) out.append(series.text()).append("\n");
  return out;
}

int print(const Result<std::string>& text) {
  if (!text) {
    std::fprintf(stderr, "%s\n", text.error().message.c_str());
    return 1;
  }
  return std::fwrite(text->data(), 1, text->size(), stdout) == text->size() && std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace

int run_history_list(const Flags& flags) { return print(list(flags)); }
int run_history_show(const Flags& flags) { return print(show(flags)); }

}  // namespace mixnet
