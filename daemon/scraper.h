// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "daemon/board.h"
#include "daemon/exporter_metrics.h"
#include "daemon/exposition_writer.h"
#include "daemon/gzip.h"
#include "daemon/web/responder.h"

namespace mixnet {

/// One exposition of everything selected, again and again into the same memory: collect, then write it in each format wanted.
class BoardExposition {
 public:
  explicit BoardExposition(std::unique_ptr<Board> board) : board_(std::move(board)) {}

  Board& board() { return *board_; }
  void use(std::unique_ptr<Board> board) { board_ = std::move(board); }

  void collect(const Selection& selection) { board_->collect(selection); }

  /// Where the exporter's own samples are added, after `collect`.
  Samples& own();

  /// The last collection as text, its own samples included.
  void write(Format format, std::string& out);
  void compress(const std::string& text, std::string& out) { gzip_.compress(text, out); }

 private:
  std::unique_ptr<Board> board_;
  Samples own_;
  std::vector<const Samples*> parts_;
  ExpositionWriter writer_;
  Gzip gzip_;
};

/// Strings for bodies that go round: to the web server and, once the last client has it, back to be filled again.
class BodyPool {
 public:
  BodyPool();
  std::unique_ptr<std::string> take();
  /// What gives `body` back here when the last owner lets go of it.
  std::shared_ptr<const std::string> share(std::unique_ptr<std::string> body) const;

 private:
  struct Spare {
    std::mutex mutex;
    std::vector<std::unique_ptr<std::string>> bodies;  // guarded by mutex
  };
  std::shared_ptr<Spare> spare_;
};

/// The thread that collects. Scrapes that have come by the time a collection begins share it, so many scrapers cost little
/// more than one; the web server's thread never waits for a collector.
class Scraper {
 public:
  struct Options {
    bool exporter_metrics = true;
    ExporterState* state = nullptr;  ///< outlives the scraper
  };

  Scraper(std::unique_ptr<Board> board, Options options);
  /// Waits for the collection under way; see `stop`.
  ~Scraper();
  Scraper(const Scraper&) = delete;
  Scraper& operator=(const Scraper&) = delete;

  // All of these from any thread.

  struct Scrape {
    Selection selection;
    Format format;
    bool gzip;
    web::Responder responder;
  };
  void scrape(Scrape scrape);

  /// Has the thread collect what `selection` says and hand the board to `use`, there.
  struct Look {
    Selection selection;
    std::function<void(const Board&)> use;
  };
  void look(Look look);

  /// Uses another board from the next collection on.
  void replace(std::unique_ptr<Board> board);

  /// Has the thread come round within `time`? Nothing is collected for it.
  bool comes_round(std::chrono::milliseconds time);

  /// Ends the thread after what it is at; false where that takes longer than `time`.
  bool stop(std::chrono::milliseconds time);

 private:
  struct Ping {};
  using Job = std::variant<Scrape, Look, std::unique_ptr<Board>, Ping>;

  void post(Job job);
  void work();
  void serve(std::vector<Job>& jobs);
  void serve_scrapes(std::vector<Job>& jobs, std::size_t first);
  void collect(const Selection& selection);
  std::shared_ptr<const std::string> body(Format format, bool gzip);
  void log_changes();

  const Options options_;
  BoardExposition exposition_;
  ExporterMetrics exporter_metrics_;
  BodyPool pool_;
  /// Of the collection made last, by format and compression; made when first wanted.
  std::array<std::array<std::shared_ptr<const std::string>, 2>, 2> bodies_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::vector<Job> jobs_;
  std::uint64_t rounds_begun_ = 0, rounds_ended_ = 0;
  bool stopping_ = false, ended_ = false;

  std::thread thread_;
};

}  // namespace mixnet
