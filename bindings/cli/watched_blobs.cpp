#include "watched_blobs.hpp"

#include <qfcsync/error.hpp>

#include "version_text.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;

/// One line for all threads that carry bytes.
class CarriedLine {
 public:
  ~CarriedLine() {
    if (is_shown_) fmt::print(stderr, "\r\033[K");
  }

  void add_read(std::size_t bytes) { read_ += bytes, show(); }
  void add_written(std::size_t bytes) { written_ += bytes, show(); }

 private:
  void show() {
    stop_when_interrupted();
    if (!is_terminal_) return;
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    if (now - start_ < std::chrono::seconds(1) || now - last_ < std::chrono::milliseconds(100)) {
      return;
    }
    last_ = now;
    is_shown_ = true;
    fmt::print(stderr, "\rStore: {} read, {} written ", size_text(read_), size_text(written_));
  }

  bool is_terminal_ = isatty(STDERR_FILENO) != 0;
  std::atomic<std::uint64_t> read_ = 0;
  std::atomic<std::uint64_t> written_ = 0;
  std::mutex mutex_;
  bool is_shown_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_;
};

class WatchedSource : public qfcsync::ByteSource {
 public:
  WatchedSource(qfcsync::ByteSource& source, CarriedLine& line) : source_(source), line_(line) {}
  std::size_t read(char* buffer, std::size_t size) override {
    const std::size_t got = source_.read(buffer, size);
    line_.add_written(got);
    return got;
  }

 private:
  qfcsync::ByteSource& source_;
  CarriedLine& line_;
};

class WatchedSink : public qfcsync::ByteSink {
 public:
  WatchedSink(qfcsync::ByteSink& sink, CarriedLine& line) : sink_(sink), line_(line) {}
  void write(std::string_view bytes) override {
    sink_.write(bytes);
    line_.add_read(bytes.size());
  }

 private:
  qfcsync::ByteSink& sink_;
  CarriedLine& line_;
};

class WatchedBlobs : public qfcsync::BlobStore {
 public:
  explicit WatchedBlobs(std::unique_ptr<qfcsync::BlobStore> store) : store_(std::move(store)) {}

  std::optional<qfcsync::BlobInfo> stat(std::string_view name) override {
    stop_when_interrupted();
    return store_->stat(name);
  }
  void read(std::string_view name, std::uint64_t offset, std::uint64_t length,
            qfcsync::ByteSink& sink) override {
    WatchedSink watched(sink, line_);
    store_->read(name, offset, length, watched);
  }
  qfcsync::Created create(std::string_view name, qfcsync::ByteSource& data,
                          std::uint64_t size) override {
    stop_when_interrupted();
    WatchedSource watched(data, line_);
    return store_->create(name, watched, size);
  }
  std::vector<qfcsync::BlobInfo> list(std::string_view prefix, std::string_view after,
                                      std::size_t limit) override {
    stop_when_interrupted();
    return store_->list(prefix, after, limit);
  }
  void remove(std::string_view name) override { store_->remove(name); }
  qfcsync::BlobLimits limits() override { return store_->limits(); }

 private:
  std::unique_ptr<qfcsync::BlobStore> store_;
  CarriedLine line_;
};

}  // namespace

std::shared_ptr<qfcsync::BlobStore> watch_blobs(std::unique_ptr<qfcsync::BlobStore> store) {
  return std::make_shared<WatchedBlobs>(std::move(store));
}

void stop_when_interrupted() {
  if (interrupt_signal() == 0) return;
  throw qfcsync::Error(qfcsync::ErrorCode::Cancelled, "stopped");
}
