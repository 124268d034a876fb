#include "replica/working_copy.hpp"

#include <qfcsync/error.hpp>

#include "extract/snapshot.hpp"
#include "gpkg/database_copy.hpp"
#include "io/descriptor.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace qfcsync::replica {
namespace {

constexpr std::size_t kCopyBytes = 1u << 20;
/// What SQLite keeps beside a database.
constexpr const char* kCompanions[] = {"-wal", "-journal", "-shm"};

std::filesystem::path with(const std::filesystem::path& path, const char* ending) {
  std::filesystem::path joined = path;
  joined += ending;
  return joined;
}

}  // namespace

std::optional<WorkingCopy::State> WorkingCopy::state_of(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) {
    if (errno == ENOENT) return std::nullopt;
    throw_errno("cannot look at " + file.string());
  }
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::InvalidArgument, file.string() + " is no file that can be replaced");
  }
  return State{status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec,
               status.st_mtim.tv_nsec};
}

WorkingCopy::WorkingCopy(const std::filesystem::path& source, const std::filesystem::path& result)
    : result_(io::resolved(result)), before_(state_of(result_)) {
  check_result();
  try {
    create(source);
    fill(source);
  } catch (...) {
    remove();
    throw;
  }
}

WorkingCopy::~WorkingCopy() { remove(); }

void WorkingCopy::remove() const noexcept {
  if (path_.empty()) return;
  ::unlink(path_.c_str());
  for (const char* ending : kCompanions) ::unlink(with(path_, ending).c_str());
}

void WorkingCopy::check_result() const {
  if (state_of(result_) != before_) {
    throw Error(
        ErrorCode::Busy,
        fmt::format("{} was changed by another program meanwhile; try again", result_.string()));
  }
  for (const char* ending : {"-wal", "-journal"}) {
    const auto journal = state_of(with(result_, ending));
    if (!journal || journal->size == 0) continue;
    throw Error(ErrorCode::Busy,
                fmt::format("{} cannot be replaced: {}{} shows that a program has it open or was "
                            "stopped while writing; close it there, or open and close it once",
                            result_.string(), result_.filename().string(), ending));
  }
}

void WorkingCopy::create(const std::filesystem::path& source) {
  struct stat status {};
  const auto& model = before_ ? result_ : source;
  if (::stat(model.c_str(), &status) != 0) throw_errno("cannot read " + model.string());
  std::string name = result_.string() + ".merge-XXXXXX";
  const io::Descriptor created(::mkstemp(name.data()));
  if (created.get() < 0) throw_errno("cannot create a file beside " + result_.string());
  path_ = name;
  // Always writable for us, whatever the file it came from.
  if (::fchmod(created.get(), (status.st_mode & 0777) | S_IRUSR | S_IWUSR) != 0) {
    throw_errno("cannot set the rights of " + name);
  }
}

void WorkingCopy::fill(const std::filesystem::path& source) {
  extraction::Snapshot snapshot(source);
  if (snapshot.has_pending_log()) {
    gpkg::copy_database(snapshot.handle(), path_);
    return snapshot.check_unchanged();
  }
  // Read through SQLite's own descriptor, see gpkg::ReadConnection.
  const io::Descriptor out(::open(path_.c_str(), O_WRONLY | O_CLOEXEC));
  if (out.get() < 0) throw_errno("cannot write " + path_.string());
  std::string buffer(kCopyBytes, '\0');
  const std::uint64_t size = snapshot.size();
  for (std::uint64_t at = 0; at < size; at += buffer.size()) {
    buffer.resize(static_cast<std::size_t>(std::min<std::uint64_t>(size - at, kCopyBytes)));
    snapshot.source().read_at(at, buffer.data(), buffer.size());
    io::write_all(out.get(), buffer, path_);
  }
  snapshot.check_unchanged();
}

void WorkingCopy::check_complete() const {
  for (const char* ending : {"-wal", "-journal"}) {
    const auto journal = state_of(with(path_, ending));
    if (!journal || journal->size == 0) continue;
    throw Error(ErrorCode::Io, fmt::format("{} could not be written completely; is the disk full?",
                                           result_.string()));
  }
}

void WorkingCopy::publish() {
  check_complete();
  io::sync_file(path_);
  check_result();
  if (std::rename(path_.c_str(), result_.c_str()) != 0) {
    throw_errno("cannot replace " + result_.string());
  }
  for (const char* ending : kCompanions) ::unlink(with(path_, ending).c_str());
  path_.clear();
  io::sync_folder(result_.parent_path());
}

}  // namespace qfcsync::replica
