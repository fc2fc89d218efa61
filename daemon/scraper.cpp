// SPDX-License-Identifier: Apache-2.0
#include "daemon/scraper.h"

#include <utility>

#include "daemon/log.h"

namespace mixnet {
namespace {

constexpr std::size_t kSpareBodies = 4;

web::Response exposition_response(Format format, bool gzip, std::shared_ptr<const std::string> body) {
  web::Response response{.content_type = std::string(content_type(format)), .body = std::move(body)};
  if (gzip) response.headers.push_back({"Content-Encoding", "gzip"});
  return response;
}

}  // namespace

Samples& BoardExposition::own() {
  own_.clear();
  return own_;
}

void BoardExposition::write(Format format, std::string& out) {
  parts_.assign(board_->samples().begin(), board_->samples().end());
  parts_.push_back(&own_);
  writer_.write(parts_, format, out);
}

BodyPool::BodyPool() : spare_(std::make_shared<Spare>()) {}

std::unique_ptr<std::string> BodyPool::take() {
  const std::lock_guard lock(spare_->mutex);
  if (spare_->bodies.empty()) return std::make_unique<std::string>();
  auto body = std::move(spare_->bodies.back());
  spare_->bodies.pop_back();
  return body;
}

std::shared_ptr<const std::string> BodyPool::share(std::unique_ptr<std::string> body) const {
  return {body.release(), [spare = spare_](std::string* used) {
            std::unique_ptr<std::string> back(used);
            const std::lock_guard lock(spare->mutex);
            if (spare->bodies.size() < kSpareBodies) spare->bodies.push_back(std::move(back));
          }};
}

Scraper::Scraper(std::unique_ptr<Board> board, Options options)
    : options_(options), exposition_(std::move(board)), thread_([this] { work(); }) {}

Scraper::~Scraper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Scraper::scrape(Scrape scrape) { post(std::move(scrape)); }
void Scraper::look(Look look) { post(std::move(look)); }
void Scraper::replace(std::unique_ptr<Board> board) { post(std::move(board)); }

void Scraper::post(Job job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  changed_.notify_all();
}

bool Scraper::comes_round(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  const auto round = rounds_begun_ + 1;
  jobs_.emplace_back(Ping{});
  changed_.notify_all();
  return changed_.wait_for(lock, time, [&] { return rounds_ended_ >= round; });
}

bool Scraper::stop(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
  return changed_.wait_for(lock, time, [this] { return ended_; });
}

void Scraper::work() {
  std::vector<Job> jobs;
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) break;
    std::swap(jobs, jobs_);
    ++rounds_begun_;
    lock.unlock();
    serve(jobs);
    jobs.clear();
    lock.lock();
    ++rounds_ended_;
    changed_.notify_all();
  }
  ended_ = true;
  changed_.notify_all();
}

void Scraper::serve(std::vector<Job>& jobs) {
  for (auto& job : jobs) {
    if (auto* board = std::get_if<std::unique_ptr<Board>>(&job)) {
      exposition_.use(std::move(*board));
    }
  }
  for (std::size_t at = 0; at < jobs.size(); ++at) {
    if (std::holds_alternative<Scrape>(jobs[at])) serve_scrapes(jobs, at);
    if (auto* look = std::get_if<Look>(&jobs[at])) {
      collect(look->selection);
      look->use(exposition_.board());
    }
  }
}

/// Answers the scrape at `first` and all behind it that ask for the same collectors, from one collection.
void Scraper::serve_scrapes(std::vector<Job>& jobs, std::size_t first) {
  const auto selection = std::get<Scrape>(jobs[first]).selection;
  const auto possible = exposition_.board().check(selection);
  if (possible) collect(selection);
  for (auto at = first; at < jobs.size(); ++at) {
    auto* scrape = std::get_if<Scrape>(&jobs[at]);
    if (scrape == nullptr || scrape->selection != selection) continue;
    scrape->responder.answer(possible ? exposition_response(scrape->format, scrape->gzip, body(scrape->format, scrape->gzip))
                                      : web::plain_response(400, possible.error().message + "\n"));
    jobs[at] = Ping{};  // served
  }
  for (auto& format : bodies_) format.fill(nullptr);
}

void Scraper::collect(const Selection& selection) {
  exposition_.collect(selection);
  options_.state->collections.fetch_add(1, std::memory_order_relaxed);
  auto& own = exposition_.own();
  add_build_info(own);
  if (options_.exporter_metrics) exporter_metrics_.add(*options_.state, own);
  log_changes();
}

std::shared_ptr<const std::string> Scraper::body(Format format, bool gzip) {
  auto& [plain, compressed] = bodies_[static_cast<std::size_t>(format)];
  if (!plain) {
    auto text = pool_.take();
    exposition_.write(format, *text);
    plain = pool_.share(std::move(text));
  }
  if (gzip && !compressed) {
    auto bytes = pool_.take();
    exposition_.compress(*plain, *bytes);
    compressed = pool_.share(std::move(bytes));
  }
  return gzip ? compressed : plain;
}

void Scraper::log_changes() {
  for (const auto& run : exposition_.board().runs()) {
    mixnet::log_changes(*run.collector, run.changes.last());
  }
}

}  // namespace mixnet
