#include "files.hpp"

#include <qfcsync/changeset.hpp>
#include <qfcsync/error.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;
using qfcsync::Error;
using qfcsync::ErrorCode;

[[noreturn]] void stop() { throw Error(ErrorCode::Cancelled, "stopped; nothing was changed"); }

bool speaks_of_contents(ErrorCode code) {
  return code == ErrorCode::Corrupt || code == ErrorCode::Unsupported ||
         code == ErrorCode::FormatTooNew || code == ErrorCode::LimitExceeded;
}

bool is_terminal(const std::string& path) {
  if (path == kStandardStream) return isatty(STDOUT_FILENO) != 0;
  std::error_code ignored;
  if (!fs::is_character_file(path, ignored)) return false;
  const int fd = open(path.c_str(), O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return false;
  const bool is_one = isatty(fd) != 0;
  close(fd);
  return is_one;
}

/// Also when it is not there yet. Devices may be written twice.
bool is_same_file(const std::string& path, const std::string& other) {
  std::error_code ignored;
  if (other.empty() || other == kStandardStream) return false;
  if (!fs::exists(path, ignored)) {
    return fs::weakly_canonical(path, ignored) == fs::weakly_canonical(other, ignored);
  }
  return fs::is_regular_file(path, ignored) && fs::equivalent(path, other, ignored);
}

bool is_damaged(const std::string& path) {
  try {
    qfcsync::FileSource source(path);
    qfcsync::summarize(source);
    return false;
  } catch (const Error& error) {
    return speaks_of_contents(error.code());
  }
}

}  // namespace

bool is_database(const std::string& path) {
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return false;
  std::string head(kMagic.size(), '\0');
  std::ifstream in(path, std::ios::binary);
  return in.read(head.data(), static_cast<std::streamsize>(head.size())) && head == kMagic;
}

std::string input_name(const std::string& path) {
  return path == kStandardStream ? "standard input" : path;
}

std::string output_name(const std::string& path) {
  return path == kStandardStream ? "standard output" : path;
}

Error named(const Error& error, const std::string& name) {
  const std::string text = error.what();
  if (text.find(name) != std::string::npos) return error;
  return Error(error.code(), fmt::format("{}: {}", name, text), error.origin(), error.native());
}

class Inputs::File : public qfcsync::ByteSource {
 public:
  File(Inputs& inputs, const std::string& path)
      : inputs_(inputs), path_(path), name_(input_name(path)), source_(path) {}

  std::size_t read(char* buffer, std::size_t size) override {
    if (path_ == kStandardStream && !wait_for_input(STDIN_FILENO)) stop();
    const std::size_t got = source_.read(buffer, size);
    inputs_.count(got);
    return got;
  }
  const std::string& path() const { return path_; }
  const std::string& name() const { return name_; }

 private:
  Inputs& inputs_;
  std::string path_;
  std::string name_;
  qfcsync::FileSource source_;
};

Inputs::Inputs(ProgressLine* line) : line_(line) {}

Inputs::~Inputs() = default;

qfcsync::ByteSource& Inputs::open(const std::string& path) {
  const bool is_stream = path == kStandardStream;
  for (const auto& file : files_) {
    if (is_stream && file->path() == path) {
      throw Error(ErrorCode::InvalidArgument,
                  "standard input (-) can be read once only; name a file for the other changeset");
    }
  }
  files_.push_back(std::make_unique<File>(*this, path));
  std::error_code failed;
  const std::uintmax_t size = is_stream ? 0 : fs::file_size(path, failed);
  if (!failed) total_ += size;
  return *files_.back();
}

void Inputs::read(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    if (!speaks_of_contents(error.code())) throw;
    const File* file = damaged_file();
    const bool is_told = std::string_view(error.what()).find("changeset") != std::string_view::npos;
    if (file == nullptr || (file->path() == kStandardStream && !is_told)) throw;
    throw named(error, file->name());
  }
}

/// Which file it was is not in the error, and several are read in turns: read them again.
const Inputs::File* Inputs::damaged_file() const {
  const File* stream = nullptr;
  for (const auto& file : files_) {
    if (file->path() == kStandardStream) {
      stream = file.get();
    } else if (is_damaged(file->path())) {
      return file.get();
    }
  }
  return stream;  // not the others, so this one
}

void Inputs::count(std::size_t size) {
  done_ += size;
  if (line_ == nullptr) return;
  const double share = total_ == 0 ? 0 : static_cast<double>(done_) / static_cast<double>(total_);
  if (!(*line_)(std::min(share, 1.0))) stop();
}

std::size_t StoreSource::read(char* buffer, std::size_t size) {
  const auto rest =
      static_cast<std::size_t>(std::min<std::uint64_t>(size, store_.size() - offset_));
  if (rest == 0) return 0;
  const std::string_view bytes = store_.read(offset_, rest, room_);
  std::copy(bytes.begin(), bytes.end(), buffer);
  offset_ += rest;
  return rest;
}

void check_output(const std::string& path, Content content,
                  const std::vector<std::string>& inputs) {
  const auto refuse = [](const std::string& why) {
    throw Error(ErrorCode::InvalidArgument, why + "; nothing was changed");
  };
  if (path.empty()) refuse("an output has no name");
  if (content == Content::Binary && is_terminal(path)) {
    refuse("a changeset is not readable on a terminal: write it to a file (-o FILE) or a pipe");
  }
  if (path == kStandardStream) return;
  for (const std::string& input : inputs) {
    if (is_same_file(path, input)) {
      refuse(
          fmt::format("the output {} is an input or another output, too; name another file", path));
    }
  }
  if (is_database(path)) {
    refuse(fmt::format("the output {} is a database that would be lost; name another file", path));
  }
}

DocumentFile::DocumentFile(const std::string& path)
    : file_(path), terminal_(file_), is_terminal_(is_terminal(path)) {}

qfcsync::ByteSink& DocumentFile::sink() {
  if (is_terminal_) return terminal_;
  return file_;
}

void DocumentFile::publish() {
  terminal_.flush();
  file_.publish();
}
