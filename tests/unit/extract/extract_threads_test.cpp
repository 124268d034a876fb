// Tables that are large enough to be shared out to threads. Four are asked for, whatever the
// machine has.

#include <qfcsync/error.hpp>
#include <qfcsync/extract.hpp>

#include "extract_fixture.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include <doctest/doctest.h>

using namespace qfcsync;
using test::FilePair;
using test::PlainDatabase;

namespace {

constexpr unsigned kThreads = 4;

/// 12 MB in leaves, and in between rows with overflow pages.
const char* const kLargeTable =
    "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, x BLOB);"
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)"
    "INSERT INTO t SELECT i * 3, 'row ' || i, randomblob(iif(i % 500, 900, 20000)) FROM n";

ExtractOptions with_threads(unsigned threads) {
  ExtractOptions options;
  options.threads = threads;
  return options;
}

std::string extract_with(const FilePair& pair, const ExtractOptions& options) {
  MemorySink sink;
  extract(pair.base(), pair.modified(), sink, options);
  return sink.take();
}

/// Its first table is compared before the large one, by one thread, and tells progress.
const char* const kSmallTableFirst =
    "CREATE TABLE a(id INTEGER PRIMARY KEY, name TEXT); INSERT INTO a VALUES(1, 'one');";

/// Puts the working folder back.
class InFolder {
 public:
  explicit InFolder(const std::filesystem::path& folder)
      : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(folder);
  }
  ~InFolder() { std::filesystem::current_path(before_); }
  InFolder(const InFolder&) = delete;
  InFolder& operator=(const InFolder&) = delete;

 private:
  std::filesystem::path before_;
};

std::string read_bytes(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void overwrite(const std::filesystem::path& file, std::uint64_t offset, std::string_view bytes) {
  std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
  stream.seekp(static_cast<std::streamoff>(offset));
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  REQUIRE(stream.flush());
}

}  // namespace

TEST_SUITE("extract/threads") {
  TEST_CASE("many threads find the changes that one finds, in the same order") {
    const FilePair pair(kLargeTable);
    const char* edits[] = {
        "UPDATE t SET name = 'new' WHERE id % 7 = 0; DELETE FROM t WHERE id % 11 = 0;"
        "INSERT INTO t SELECT id + 1, name, x FROM t WHERE id % 13 = 0",
        "UPDATE t SET x = randomblob(length(x)) WHERE length(x) > 900",
        "DELETE FROM t WHERE id BETWEEN 6000 AND 20000",
        "INSERT INTO t SELECT id + 100000, name, x FROM t WHERE id < 30000",
        "VACUUM",
        "UPDATE t SET id = -id WHERE id % 2 = 0",
        "DELETE FROM t",
    };
    for (const char* edit : edits) {
      CAPTURE(edit);
      pair.edit(edit);
      const std::string changes = extract_with(pair, with_threads(kThreads));
      CHECK(changes == extract_with(pair, with_threads(1)));
      CHECK(changes == pair.changes());
    }
  }

  TEST_CASE("progress is told on the caller's thread, and can stop all of them") {
    const FilePair pair(kLargeTable);
    pair.edit("UPDATE t SET name = 'new'");
    ExtractOptions options = with_threads(kThreads);
    const auto caller = std::this_thread::get_id();
    bool is_caller = true;
    double last = 0;
    options.progress = [&](double share) {
      is_caller = is_caller && std::this_thread::get_id() == caller;
      last = share;
      return true;
    };
    extract_with(pair, options);
    CHECK(is_caller);
    CHECK(last == 1.0);
    options.progress = [](double) { return false; };
    CHECK_THROWS_WITH_AS(extract_with(pair, options), doctest::Contains("wish"), Error);
    options.progress = [](double) -> bool { throw std::out_of_range("mine"); };
    CHECK_THROWS_AS(extract_with(pair, options), std::out_of_range);
  }

  TEST_CASE("a damaged page ends in the error that one thread gives") {
    const FilePair pair(kLargeTable);
    pair.edit("UPDATE t SET name = 'new' WHERE id % 2 = 0");
    constexpr std::uint64_t kPage = 4096;
    const std::uint64_t middle = std::filesystem::file_size(pair.modified()) / kPage / 2;
    overwrite(pair.modified(), middle * kPage, std::string(kPage, '\xff'));
    const auto message_of = [&](unsigned threads) -> std::string {
      try {
        extract_with(pair, with_threads(threads));
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::Corrupt);
        return error.what();
      }
      return "";
    };
    const std::string message = message_of(1);
    CHECK(!message.empty());
    CHECK(message_of(kThreads) == message);
  }

  TEST_CASE("rows are not lost where a key inside the tree is wrong, so that ranges do not join") {
    const FilePair pair(kLargeTable);
    pair.edit("UPDATE t SET name = 'new' WHERE id % 2 = 0");
    const std::string expected = extract_with(pair, with_threads(1));
    // Of every interior page, the first key becomes 1: its first child is passed over in seeking.
    constexpr std::uint64_t kPage = 4096;
    const std::string bytes = read_bytes(pair.modified());
    int changed = 0;
    for (std::uint64_t page = kPage; page < bytes.size(); page += kPage) {
      if (bytes[page] != 5) continue;
      const auto byte = [&](std::uint64_t at) { return static_cast<unsigned char>(bytes[at]); };
      std::uint64_t key = page + byte(page + 12) * 256u + byte(page + 13) + 4;
      for (; byte(key) >= 0x80; ++key) overwrite(pair.modified(), key, "\x80");
      overwrite(pair.modified(), key, "\x01");
      ++changed;
    }
    REQUIRE(changed > 1);
    CHECK(extract_with(pair, with_threads(1)) == expected);
    CHECK(extract_with(pair, with_threads(kThreads)) == expected);
  }

  TEST_CASE("names that lead elsewhere by now do not make other threads read another file") {
    namespace fs = std::filesystem;
    const FilePair pair(std::string(kSmallTableFirst) + kLargeTable);
    const fs::path old_folder = pair.in_folder("old");
    const fs::path new_folder = pair.in_folder("new");
    const fs::path link = pair.in_folder("link");
    fs::create_directory(old_folder);
    fs::create_directory(new_folder);
    pair.edit("UPDATE t SET name = 'new' WHERE id % 21 = 0");
    fs::copy_file(pair.modified(), old_folder / "m.db");
    const std::string expected = extract_with(pair, with_threads(1));
    pair.edit("UPDATE t SET name = 'other' WHERE id % 6 = 0");
    fs::copy_file(pair.modified(), new_folder / "m.db");
    fs::create_directory_symlink("old", link);
    const InFolder folder(old_folder);
    for (const fs::path& modified : {link / "m.db", fs::path("m.db")}) {
      CAPTURE(modified);
      ExtractOptions options = with_threads(kThreads);
      options.progress = [&](double) {
        fs::remove(link);
        fs::create_directory_symlink("new", link);
        fs::current_path(new_folder);
        return true;
      };
      MemorySink sink;
      extract(pair.base(), modified, sink, options);
      CHECK(sink.take() == expected);
      fs::current_path(old_folder);
    }
  }

  TEST_CASE("a pending log is read by all threads") {
    const FilePair pair(kLargeTable);
    const PlainDatabase writer(pair.modified());
    writer.run(
        "PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0;"
        "UPDATE t SET name = 'new' WHERE id % 7 = 0");
    const std::string changes = extract_with(pair, with_threads(kThreads));
    CHECK(changes == extract_with(pair, with_threads(1)));
    CHECK(test::lines(changes).size() == 12000 / 7);
    writer.run("DELETE FROM t WHERE id % 11 = 0");
    CHECK(extract_with(pair, with_threads(kThreads)) == extract_with(pair, with_threads(1)));
  }
}
