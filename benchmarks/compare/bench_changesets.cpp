// One operation of this library, in process.
//
//   bench_changesets OPERATION FILE...
//
// With QFCSYNC_BENCH_SYNC=1 outputs are synced to disk and renamed, as the command does; else they
// are written like the rivals write theirs: whole, but left to the system to bring to the disk.

#include <qfcsync/changeset.hpp>
#include <qfcsync/changeset_apply.hpp>
#include <qfcsync/changeset_json.hpp>
#include <qfcsync/extract.hpp>
#include <qfcsync/merge.hpp>
#include <qfcsync/stream.hpp>

#include "measure.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace {

constexpr std::size_t kBufferBytes = 256u << 10;

class UnsyncedSink : public qfcsync::ByteSink {
 public:
  explicit UnsyncedSink(const std::string& path)
      : fd_(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
    if (fd_ < 0) throw std::runtime_error(path + " cannot be written");
    buffer_.reserve(kBufferBytes);
  }
  ~UnsyncedSink() override { close(fd_); }
  UnsyncedSink(const UnsyncedSink&) = delete;
  UnsyncedSink& operator=(const UnsyncedSink&) = delete;

  void write(std::string_view bytes) override {
    if (buffer_.size() + bytes.size() > kBufferBytes) flush();
    if (bytes.size() >= kBufferBytes) {
      write_all(bytes);
    } else {
      buffer_.append(bytes);
    }
  }

  void flush() {
    write_all(buffer_);
    buffer_.clear();
  }

 private:
  void write_all(std::string_view rest) {
    while (!rest.empty()) {
      const ssize_t written = ::write(fd_, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) throw std::runtime_error("writing failed");
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  int fd_;
  std::string buffer_;
};

/// Gives the operation a sink for the file.
template <typename Operation>
void write_file(const std::string& path, Operation operation) {
  if (std::getenv("QFCSYNC_BENCH_SYNC") != nullptr) {
    qfcsync::FileSink sink(path);
    operation(sink);
    sink.publish();
  } else {
    UnsyncedSink sink(path);
    operation(sink);
    sink.flush();
  }
}

void extract(const measure::Arguments& files) {
  write_file(files[2], [&](auto& sink) { qfcsync::extract(files[0], files[1], sink); });
}

void write_manifest(const measure::Arguments& files) {
  write_file(files[1], [&](auto& sink) { qfcsync::write_page_manifest(files[0], sink); });
}

void extract_with_manifest(const measure::Arguments& files) {
  qfcsync::FileSource manifest(files[1]);
  write_file(files[3], [&](auto& sink) {
    qfcsync::extract_with_manifest(files[0], manifest, files[2], sink);
  });
}

void apply(const measure::Arguments& files) {
  qfcsync::FileSource changeset(files[1]);
  if (!qfcsync::apply_changeset(files[0], changeset).is_applied) {
    throw std::runtime_error("the changeset does not fit");
  }
}

void merge(const measure::Arguments& files) {
  qfcsync::merge_files(files[0], files[1], files[2], files[3]);
}

void rebase(const measure::Arguments& files) {
  qfcsync::FileSource ours(files[0]);
  qfcsync::FileSource theirs(files[1]);
  const auto scratch = qfcsync::make_scratch();
  write_file(files[2], [&](auto& sink) { qfcsync::rebase(ours, theirs, sink, *scratch); });
}

void concat(const measure::Arguments& files) {
  qfcsync::FileSource first(files[0]);
  qfcsync::FileSource second(files[1]);
  const std::array<qfcsync::ByteSource*, 2> sources = {&first, &second};
  const auto scratch = qfcsync::make_scratch();
  write_file(files[2], [&](auto& sink) { qfcsync::concat(sources, sink, *scratch); });
}

void json(const measure::Arguments& files) {
  qfcsync::FileSource changeset(files[0]);
  write_file(files[1], [&](auto& sink) { qfcsync::write_json(changeset, sink); });
}

void invert(const measure::Arguments& files) {
  qfcsync::FileSource changeset(files[0]);
  write_file(files[1], [&](auto& sink) { qfcsync::invert(changeset, sink); });
}

}  // namespace

int main(int argc, char** argv) {
  return measure::run(argc, argv,
                      {{"nothing", {0, [](const auto&) {}}},
                       {"extract", {3, extract}},
                       {"manifest", {2, write_manifest}},
                       {"extract_with_manifest", {4, extract_with_manifest}},
                       {"apply", {2, apply}},
                       {"merge", {4, merge}},
                       {"rebase", {3, rebase}},
                       {"concat", {3, concat}},
                       {"json", {2, json}},
                       {"invert", {2, invert}}});
}
