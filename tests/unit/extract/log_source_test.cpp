#include "extract/log_source.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include <doctest/doctest.h>
#include <sqlite3.h>

using namespace qfcsync;

namespace {

constexpr std::uint32_t kPageBytes = 512;

/// A file that SQLite has open, as far as reading goes.
struct OpenFile : sqlite3_file {
  explicit OpenFile(std::string content) : bytes(std::move(content)) {
    methods.iVersion = 1;
    methods.xRead = &read;
    pMethods = &methods;
  }

  static int read(sqlite3_file* file, void* buffer, int size, sqlite3_int64 offset) {
    const std::string& bytes = static_cast<OpenFile*>(file)->bytes;
    const auto wanted = static_cast<std::size_t>(size);
    std::memset(buffer, 0, wanted);
    if (static_cast<std::size_t>(offset) >= bytes.size()) return SQLITE_IOERR_SHORT_READ;
    const std::size_t part =
        bytes.copy(static_cast<char*>(buffer), wanted, static_cast<std::size_t>(offset));
    return part == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }

  std::string bytes;
  sqlite3_io_methods methods{};
};

std::string page_of(char c) { return std::string(kPageBytes, c); }

std::string frame(std::uint32_t page, char c) {
  std::string head(24, '\0');
  head[3] = static_cast<char>(page);
  return head + page_of(c);
}

std::string read_all(extraction::LogSource& source) {
  std::string bytes(static_cast<std::size_t>(source.size()), '?');
  source.read_at(0, bytes.data(), bytes.size());
  return bytes;
}

}  // namespace

TEST_SUITE_BEGIN("extract/log_source");

TEST_CASE("pages come from their last frame before the end, the others from the file") {
  OpenFile file(page_of('a') + page_of('b') + page_of('c'));
  OpenFile log(std::string(32, '\0') + frame(2, 'x') + frame(2, 'y') + frame(3, 'z'));
  extraction::LogSource source(&file, &log, {2, kPageBytes, 3});
  CHECK(read_all(source) == page_of('a') + page_of('y') + page_of('c'));
  extraction::LogSource again(source, &file, &log);
  CHECK(read_all(again) == read_all(source));
}

TEST_CASE("a page that is neither in the file nor in the log, as the lock-byte page, is zeros") {
  OpenFile file(page_of('a'));
  OpenFile log(std::string(32, '\0') + frame(2, 'x') + frame(4, 'y'));
  extraction::LogSource source(&file, &log, {2, kPageBytes, 4});
  CHECK(read_all(source) == page_of('a') + page_of('x') + page_of('\0') + page_of('y'));
}

TEST_SUITE_END();
