#include <qfcsync/error.hpp>
#include <qfcsync/stream.hpp>

#include "support/temporary_folder.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include <doctest/doctest.h>

using namespace qfcsync;

namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t entries_of(const std::filesystem::path& folder) {
  const std::filesystem::directory_iterator entries(folder);
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

}  // namespace

TEST_SUITE("io/stream") {
  TEST_CASE("a file appears when it is published, and not before") {
    const test::TemporaryFolder folder;
    const auto path = folder / "out";
    std::ofstream(path) << "old";
    {
      FileSink sink(path);
      sink.write("new");
      CHECK(text_of(path) == "old");
    }
    CHECK(text_of(path) == "old");
    CHECK(entries_of(folder.path()) == 1);
    FileSink sink(path);
    sink.write("new");
    sink.publish();
    CHECK(text_of(path) == "new");
    CHECK(entries_of(folder.path()) == 1);
  }

  TEST_CASE("a link keeps leading to the file that was replaced") {
    const test::TemporaryFolder folder;
    std::ofstream(folder / "real") << "old";
    std::filesystem::create_symlink("real", folder / "link");
    FileSink sink(folder / "link");
    sink.write("new");
    sink.publish();
    CHECK(std::filesystem::is_symlink(folder / "link"));
    CHECK(text_of(folder / "real") == "new");
  }

  TEST_CASE("a full disk is an error, not a shorter file") {
    FileSink sink("/dev/full");
    CHECK_THROWS_AS(
        {
          sink.write(std::string(1 << 20, 'x'));
          sink.publish();
        },
        Error);
  }

  TEST_CASE("missing files, missing folders and folders are named") {
    const test::TemporaryFolder folder;
    CHECK_THROWS_WITH_AS(FileSource(folder / "none"), doctest::Contains("none"), Error);
    CHECK_THROWS_WITH_AS(FileSource(folder.path()), doctest::Contains("folder"), Error);
    CHECK_THROWS_WITH_AS(FileSink(folder / "no" / "file"), doctest::Contains("file"), Error);
    CHECK_THROWS_WITH_AS(FileSink(folder.path()), doctest::Contains("folder"), Error);
  }

  TEST_CASE("scratch gives back any bytes, in memory and beyond") {
    const std::uint32_t seed = 7;
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto scratch = make_scratch();
    std::string all;
    std::string buffer;
    while (all.size() < 3 * kScratchMemoryBytes) {
      std::string piece(random() % 200'000, '\0');
      for (char& c : piece) c = static_cast<char>(random());
      all += piece;
      scratch->write(piece);
      REQUIRE(scratch->size() == all.size());
      for (int i = 0; i < 20; ++i) {
        const std::size_t at = random() % (all.size() + 1);
        const std::size_t size = random() % std::min<std::size_t>(all.size() - at + 1, 300'000);
        REQUIRE(scratch->read(at, size, buffer) == std::string_view(all).substr(at, size));
      }
    }
    CHECK_THROWS_AS(scratch->read(all.size(), 1, buffer), Error);
  }

  TEST_CASE("scratch without a folder for temporary files says so") {
    const char* before = std::getenv("TMPDIR");
    const std::string kept = before == nullptr ? "" : before;
    ::setenv("TMPDIR", "/no/such/folder", 1);
    const std::string large(kScratchMemoryBytes + 1, 'x');
    CHECK_THROWS_WITH_AS(make_scratch()->write(large), doctest::Contains("TMPDIR"), Error);
    before == nullptr ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", kept.c_str(), 1);
  }
}
