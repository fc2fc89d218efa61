// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/textfile.h"

#include <glob.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "collectors/kit/exposition.h"

namespace mixnet {
namespace {

constexpr Metric kModified = gauge("node_textfile_mtime_seconds", "Unixtime mtime of textfiles successfully read.");
constexpr Metric kScrapeError =
    gauge("node_textfile_scrape_error", "1 if there was an error opening or reading a file, 0 otherwise");
// The families of the files themselves have any name, and the type their files give them.
constexpr Metric kCounter = counter("<any>", "As the file says.");
constexpr Metric kGauge = gauge("<any>", "As the file says.");
constexpr Metric kUntyped = untyped("<any>", "As the file says.");
constexpr Metric kHistogram = {Type::histogram, "<any>", "As the file says."};
constexpr Metric kSummary = {Type::summary, "<any>", "As the file says."};
constexpr const Metric* kMetrics[] = {&kModified, &kScrapeError, &kCounter, &kGauge, &kUntyped, &kHistogram, &kSummary};

constexpr std::uint64_t kFileBytesMax = 16 << 20;

/// A file as last read.
struct File {
  std::string path;
  std::optional<FileStamp> stamp;  ///< nothing where it may have changed since without showing it
  std::int64_t modified_s = 0;
  Result<Exposition> content;
};

/// A family as it is exposed, put together of the files that have it.
struct Merged {
  Type type;
  std::string name, help;
  bool has_help;                                  ///< of a file, not made up
  std::vector<const Exposition::Series*> series;  ///< in the Expositions of the files
  std::vector<std::string> files;                 ///< that have it
  std::set<std::vector<std::string>> seen;        ///< the labels there are, each as name and value
  bool help_clashes = false;
};

struct State {
  Tree absolute{"/"};
  std::optional<Tree> relative;  ///< to where the program was started
  std::vector<std::string> names;
  std::vector<std::string> paths, paths_now;
  std::vector<File> files;
  std::vector<Merged> families;
  bool unread = false;                ///< a directory could not be read
  std::vector<std::string> clashing;  ///< files of which something is left out, as another file says otherwise
  std::vector<Label> scratch;
};

Tree& tree_of(State& state, std::string_view path) {
  if (path.starts_with('/')) return state.absolute;
  if (!state.relative) state.relative.emplace(".");
  return *state.relative;
}
std::string_view below_root(std::string_view path) { return path.starts_with('/') ? path.substr(1) : path; }

/// Adds the directory's *.prom to the `count` there are in `paths_now`, whose strings are reused; false, and a remark, where it
/// cannot be read.
bool list_directory(std::string_view directory, State& state, std::size_t& count, Remarks& remarks) {
  const auto listed = tree_of(state, directory).list(below_root(directory), state.names);
  if (!listed) {
    remarks.add(directory, {Fault::unavailable, listed.error().message});  // one that was named and is not there fails too
    return false;
  }
  for (const auto& name : state.names) {
    if (!name.ends_with(".prom")) continue;
    if (count == state.paths_now.size()) state.paths_now.emplace_back();
    auto& path = state.paths_now[count];
    path = directory;
    if (!path.ends_with('/')) path += '/';
    path += name;
    const auto end = state.paths_now.begin() + static_cast<std::ptrdiff_t>(count);
    if (std::find(state.paths_now.begin(), end, path) == end) ++count;  // two patterns may mean one directory
  }
  return true;
}

/// The same for all directories that a pattern means; for what it says itself where it is none, or means nothing.
bool list_pattern(const std::string& pattern, State& state, std::size_t& count, Remarks& remarks) {
  if (pattern.find_first_of("*?[\\") == std::string::npos) return list_directory(pattern, state, count, remarks);
  glob_t found{};
  bool all_read = true;
  if (::glob(pattern.c_str(), 0, nullptr, &found) != 0) all_read = list_directory(pattern, state, count, remarks);
  for (std::size_t at = 0; at < found.gl_pathc; ++at) all_read &= list_directory(found.gl_pathv[at], state, count, remarks);
  ::globfree(&found);
  return all_read;
}

bool list_files(const std::vector<std::string>& patterns, State& state, Remarks& remarks) {
  std::size_t count = 0;
  bool all_read = true;
  for (const auto& pattern : patterns) all_read &= list_pattern(pattern, state, count, remarks);
  state.paths_now.resize(count);
  return all_read;
}

/// Could a file be written again without its stamp showing it? The kernel's clock for files ticks only every few milliseconds.
bool is_settled(const FileStamp& stamp) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::nanoseconds(stamp.changed_ns) + std::chrono::seconds(1) < now;
}

/// Whole and without timestamps, or not at all.
Result<Exposition> read_content(State& state, const std::string& path, const FileStamp& stamp) {
  if (stamp.size > kFileBytesMax) return fail(Fault::malformed, "longer than " + std::to_string(kFileBytesMax) + " bytes");
  const auto text = TRY(tree_of(state, path).read_once(below_root(path), Shape::records));
  auto parsed = TRY(parse_exposition(text));
  if (parsed.has_timestamps) return fail(Fault::malformed, "it has timestamps, which Prometheus is to set");
  return parsed;
}

/// Reads the file again if it changed since; did it?
bool refresh(State& state, File& file) {
  const auto stamp = tree_of(state, file.path).stamp(below_root(file.path));
  if (stamp && stamp == file.stamp) return false;
  file.stamp.reset();
  file.content = fail(Fault::unavailable, "it cannot be looked at");
  if (!stamp) return true;
  file.content = read_content(state, file.path, *stamp);
  file.modified_s = stamp->modified_ns / 1'000'000'000;
  if (is_settled(*stamp)) file.stamp = stamp;
  return true;
}

/// Adds the series of one file's family, unless the files before say otherwise of it.
bool merge(const Exposition::Family& family, const std::string& path, Merged& merged) {
  if (merged.type != family.type || merged.help_clashes) return false;
  if (family.help && merged.has_help && *family.help != merged.help) {
    merged.help_clashes = true;  // from here on nobody is believed
    return false;
  }
  if (family.help) merged.help = *family.help;
  merged.has_help |= family.help.has_value();
  merged.files.push_back(path);
  bool whole = true;
  for (const auto& series : family.series) {
    std::vector<std::string> labels;
    for (const auto& [name, value] : series.labels) {
      labels.push_back(name);
      labels.push_back(value);
    }
    if (merged.seen.insert(std::move(labels)).second) {
      merged.series.push_back(&series);
    } else {
      whole = false;
    }
  }
  return whole;
}

void merge_all(State& state) {
  state.families.clear();
  state.clashing.clear();
  std::unordered_map<std::string_view, std::size_t> by_name;
  for (const auto& file : state.files) {
    if (!file.content) continue;
    for (const auto& family : file.content->families) {
      const auto [found, is_new] = by_name.emplace(family.name, state.families.size());
      if (is_new) {
        state.families.emplace_back();
        state.families.back().type = family.type;
        state.families.back().name = family.name;
      }
      if (!merge(family, file.path, state.families[found->second])) state.clashing.push_back(file.path);
    }
  }
  for (auto& family : state.families) {
    family.seen.clear();
    if (family.has_help) continue;
    family.help = "Metric read from ";
    for (const auto& path : family.files) family.help.append(&path == &family.files.front() ? "" : ", ").append(path);
  }
}

void emit(State& state, Samples& out, Remarks& remarks) {
  for (const auto& family : state.families) {
    const auto index = out.family(family.type, family.name, family.help);
    for (const auto* series : family.series) add_series(family.type, *series, index, out, state.scratch);
  }
  bool failed = state.unread || !state.clashing.empty();
  for (const auto& path : state.clashing) {
    remarks.add(path, {Fault::malformed, "part of it is left out, as a file before it says otherwise"});
  }
  for (const auto& file : state.files) {
    if (file.content) {
      out.add(kModified, static_cast<double>(file.modified_s), {{"file", file.path}});
    } else {
      failed = true;
      remarks.add(file.path, file.content.error());
    }
  }
  out.add(kScrapeError, failed ? 1 : 0);
}

/// Keeps what is known of the files that are still there.
void follow_paths(State& state) {
  std::vector<File> files;
  for (const auto& path : state.paths_now) {
    const auto before =
        std::find_if(state.files.begin(), state.files.end(), [&](const File& file) { return file.path == path; });
    files.push_back(before != state.files.end() ? std::move(*before) : File{path, std::nullopt, 0, Exposition()});
  }
  state.files = std::move(files);
  state.paths = state.paths_now;
}

Result<void> collect(Context& context, Samples& out) {
  auto& state = context.memory.get<State>();
  state.unread = !list_files(context.settings.textfile.directories, state, context.remarks);
  bool changed = state.paths != state.paths_now;
  if (changed) follow_paths(state);
  for (auto& file : state.files) changed |= refresh(state, file);
  if (changed) merge_all(state);
  emit(state, out, context.remarks);
  return {};
}

}  // namespace

constinit const Collector kTextfile{
    "textfile", "Metrics that other programs leave in *.prom files.", true, Schedule::at_scrape, kMetrics, collect};

}  // namespace mixnet
