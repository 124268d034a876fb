#include "gpkg/read_copy.hpp"

#include <qfcsync/error.hpp>

#include "gpkg/read_file.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <vector>

#include <fmt/format.h>
#include <stdlib.h>

namespace qfcsync::gpkg {
namespace {

constexpr std::size_t kCopyBytes = 256u << 10;
/// A file that is written to between two looks is copied again, this often.
constexpr int kMaxAttempts = 5;
/// The shared memory of the log is left out: SQLite makes it anew.
constexpr std::array kSideFiles = {"-journal", "-wal"};

constexpr auto kOwnerOnly =
    std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;

std::vector<FileState> states_of(const std::filesystem::path& database) {
  std::vector<FileState> states = {state_of(database)};
  for (const char* suffix : kSideFiles) states.push_back(state_of(beside(database, suffix)));
  return states;
}

std::ofstream create(const std::filesystem::path& path) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  if (!out) throw_errno(fmt::format("cannot create {}", path.string()));
  return out;
}

void finish(std::ofstream& out, const std::filesystem::path& path) {
  out.close();
  if (!out) throw_errno(fmt::format("cannot write {}", path.string()));
}

void copy_database(sqlite3* source, const std::filesystem::path& to) {
  std::ofstream out = create(to);
  sqlite3_file* file = file_of(source);
  const std::uint64_t size = size_of(file);
  std::vector<char> buffer(kCopyBytes);
  for (std::uint64_t offset = 0; offset < size; offset += buffer.size()) {
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(kCopyBytes, size - offset));
    read_at(file, offset, buffer.data(), part);
    out.write(buffer.data(), static_cast<std::streamsize>(part));
  }
  finish(out, to);
}

/// Journals carry no locks: they may be read by a descriptor of our own.
void copy_journal(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code failure;
  std::filesystem::remove(to, failure);
  std::filesystem::copy_file(from, to, failure);
  if (failure == std::errc::no_such_file_or_directory) return;
  // SQLite has to write to the copy, whatever may be done with the original.
  if (!failure) std::filesystem::permissions(to, kOwnerOnly, failure);
  if (failure) {
    throw Error(ErrorCode::Io, fmt::format("cannot copy {}: {}", from.string(), failure.message()),
                ErrorOrigin::Os, failure.value());
  }
}

}  // namespace

FileState state_of(const std::filesystem::path& file) {
  FileState state;
  std::error_code failure;
  state.size = std::filesystem::file_size(file, failure);
  if (failure) return {};
  state.changed = std::filesystem::last_write_time(file, failure);
  state.exists = !failure;
  return state;
}

std::filesystem::path beside(const std::filesystem::path& database, const char* suffix) {
  std::filesystem::path path = database;
  path += suffix;
  return path;
}

PrivateCopy::PrivateCopy(sqlite3* source, const std::filesystem::path& database)
    : database_(folder_.path() / "copy.db") {
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    const std::vector<FileState> before = states_of(database);
    copy_database(source, database_);
    for (const char* suffix : kSideFiles) {
      copy_journal(beside(database, suffix), beside(database_, suffix));
    }
    if (states_of(database) == before) return;
  }
  throw Error(ErrorCode::Busy,
              fmt::format("{} is written to all the time; try again later", database.string()));
}

}  // namespace qfcsync::gpkg
