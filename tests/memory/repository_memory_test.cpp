// Memory does not grow with the size of files.

#include <qfcsync/repository.hpp>

#include "support/temporary_folder.hpp"

#include <cstdlib>
#include <fstream>

#include <doctest/doctest.h>
#include <sys/resource.h>

using namespace qfcsync;
namespace fs = std::filesystem;

namespace {

/// Most that this process has had in memory, in bytes.
std::size_t peak_bytes() {
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

void put_at(const fs::path& file, std::uint64_t offset, const std::string& bytes) {
  std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
  stream.seekp(static_cast<std::streamoff>(offset));
  stream << bytes;
}

}  // namespace

TEST_SUITE("repository/memory") {
  TEST_CASE("a sparse file of 2.2 GB is committed, committed again and read in bounded memory") {
    constexpr std::uint64_t kFileBytes = 2'200'000'000;
    constexpr std::uint64_t kPlace = 2'190'000'000;
    const test::TemporaryFolder folder;
    const fs::path file = folder / "large.tif";
    std::ofstream(file).put('x');
    fs::resize_file(file, kFileBytes);
    put_at(file, kPlace, "first");
    Repository repository =
        Repository::init(open_folder_blobs(folder / "store"), {folder / "cache"});
    const WorkingFile working{"large.tif", file};
    const std::string first = repository.commit({&working, 1}, {}).version;
    put_at(file, kPlace, "other");
    const CommitResult second = repository.commit({&working, 1}, {});
    CHECK(second.files[0].size == kFileBytes);
    CHECK(second.stored_bytes < 20'000);
    for (const auto& [version, text] :
         {std::pair(first, "first"), std::pair(second.version, "other")}) {
      MemorySink sink;
      repository.read(version, "large.tif", kPlace, 5, sink);
      CHECK(sink.bytes() == text);
    }
    MESSAGE("peak: " << (peak_bytes() >> 20) << " MiB");
    CHECK(peak_bytes() < kRepositoryMemoryBytes);
  }
}
