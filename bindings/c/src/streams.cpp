#include "streams.hpp"

#include "guard.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

namespace qfcsync::c {
namespace {

class CallbackSource : public ByteSource {
 public:
  CallbackSource(qfcsync_read callback, void* payload) : read_(callback), payload_(payload) {}

  std::size_t read(char* buffer, std::size_t size) override {
    std::size_t bytes_read = 0;
    const int result = read_(&bytes_read, buffer, size, payload_);
    if (result != 0) {
      throw Error(ErrorCode::Io, "the callback that reads has failed", ErrorOrigin::None, result);
    }
    if (bytes_read > size) {
      throw Error(ErrorCode::InvalidArgument,
                  "the callback that reads gave more bytes than it was asked for");
    }
    return bytes_read;
  }

 private:
  qfcsync_read read_;
  void* payload_;
};

class PathOutput : public Output {
 public:
  explicit PathOutput(const char* path) : file_(std::filesystem::path(path)) {}
  void write(std::string_view bytes) override { file_.write(bytes); }
  void publish() override { file_.publish(); }

 private:
  FileSink file_;
};

/// Collects in memory from malloc, so that the bytes are handed over without a copy.
class BufferOutput : public Output {
 public:
  explicit BufferOutput(qfcsync_buffer& target) : target_(target) { reserve(kFirstCapacity); }
  ~BufferOutput() override { std::free(data_); }
  BufferOutput(const BufferOutput&) = delete;
  BufferOutput& operator=(const BufferOutput&) = delete;

  void write(std::string_view bytes) override {
    if (bytes.empty()) return;
    if (bytes.size() >= capacity_ - size_) {
      reserve(std::max(capacity_ + capacity_ / 2, size_ + bytes.size() + 1));
    }
    std::memcpy(data_ + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }

  void publish() override {
    data_[size_] = '\0';
    std::free(target_.data);
    target_ = {std::exchange(data_, nullptr), size_};
  }

 private:
  static constexpr std::size_t kFirstCapacity = 256;

  void reserve(std::size_t capacity) {
    void* larger = std::realloc(data_, capacity);
    if (larger == nullptr) throw std::bad_alloc();
    data_ = static_cast<char*>(larger);
    capacity_ = capacity;
  }

  qfcsync_buffer& target_;
  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;  // always more than size_: the NUL at the end has its place
};

class CallbackOutput : public Output {
 public:
  CallbackOutput(qfcsync_write callback, void* payload) : write_(callback), payload_(payload) {}

  void write(std::string_view bytes) override {
    if (bytes.empty()) return;
    const int result = write_(bytes.data(), bytes.size(), payload_);
    if (result != 0) {
      throw Error(ErrorCode::Io, "the callback that writes has failed", ErrorOrigin::None, result);
    }
  }
  void publish() override {}

 private:
  qfcsync_write write_;
  void* payload_;
};

[[noreturn]] void throw_unknown_kind(int kind) {
  throw Error(ErrorCode::InvalidArgument,
              "a stream has no kind " + std::to_string(kind) + ": see qfcsync_stream_kind");
}

}  // namespace

std::unique_ptr<ByteSource> open_source(const qfcsync_source* source, const char* name) {
  const auto& given = require(source, name);
  switch (given.kind) {
    case QFCSYNC_STREAM_PATH:
      return std::make_unique<FileSource>(&require(given.path, "path of a source"));
    case QFCSYNC_STREAM_MEMORY:
      require_array(given.bytes, given.size, "bytes of a source");
      return std::make_unique<MemorySource>(
          std::string_view(static_cast<const char*>(given.bytes), given.size));
    case QFCSYNC_STREAM_CALLBACK:
      require(given.read, "read of a source");
      return std::make_unique<CallbackSource>(given.read, given.payload);
    default:
      throw_unknown_kind(given.kind);
  }
}

std::unique_ptr<Output> open_output(const qfcsync_sink* sink) {
  const auto& given = require(sink, "out");
  switch (given.kind) {
    case QFCSYNC_STREAM_PATH:
      return std::make_unique<PathOutput>(&require(given.path, "path of a sink"));
    case QFCSYNC_STREAM_MEMORY:
      return std::make_unique<BufferOutput>(require(given.buffer, "buffer of a sink"));
    case QFCSYNC_STREAM_CALLBACK:
      require(given.write, "write of a sink");
      return std::make_unique<CallbackOutput>(given.write, given.payload);
    default:
      throw_unknown_kind(given.kind);
  }
}

Progress to_progress(qfcsync_progress callback, void* payload) {
  if (callback == nullptr) return {};
  return [callback, payload](double share) { return callback(share, payload) == 0; };
}

}  // namespace qfcsync::c

void qfcsync_buffer_dispose(qfcsync_buffer* buffer) {
  if (buffer == nullptr) return;
  std::free(buffer->data);
  *buffer = QFCSYNC_BUFFER_INIT;
}
