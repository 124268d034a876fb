#include "repository/pack_cache.hpp"

#include "support/seed_offset.hpp"
#include "unit/repository/distant_blobs.hpp"

#include <atomic>
#include <random>
#include <thread>

#include <doctest/doctest.h>

namespace qfcsync::repository {
namespace {

using test::DistantBlobs;

struct Packs {
  std::shared_ptr<BlobStore> store = make_memory_blobs();
  DistantBlobs line{store};
  std::vector<history::RootPack> packs;
  std::vector<std::string> bytes;

  void add(std::minstd_rand& chance, std::size_t size) {
    std::string made(size, '\0');
    for (auto& byte : made) byte = static_cast<char>(chance() >> 8);
    packs.push_back({chunk::sha256_id(made), made.size(), 1, 0});
    MemorySource source(made);
    store->create(history::pack_name(packs.back().id), source, made.size());
    bytes.push_back(std::move(made));
  }
};

PackRange random_range(const Packs& it, std::minstd_rand& chance, std::size_t& pack) {
  pack = chance() % it.packs.size();
  const std::uint64_t size = it.packs[pack].bytes;
  const std::uint64_t offset = chance() % size;
  return {it.packs[pack].id, offset,
          1 + chance() % std::min<std::uint64_t>(size - offset, 300'000)};
}

void check_read(PackCache& cache, const Packs& it, std::size_t pack, const PackRange& range) {
  std::string read(range.size, '\0');
  cache.read(range.pack, range.offset, read.data(), read.size());
  REQUIRE((read == it.bytes[pack].substr(range.offset, range.size)));
}

TEST_SUITE_BEGIN("repository/pack_cache");

TEST_CASE("whatever is expected and read in whatever order, bytes are right and fetched once") {
  for (std::uint64_t round = 0; round < 12; ++round) {
    const std::uint64_t seed = round + 100 * test::seed_offset();
    CAPTURE(seed);
    std::minstd_rand chance(static_cast<unsigned>(seed + 1));
    Packs it;
    for (int i = 0; i < 3; ++i) it.add(chance, 1 + chance() % 3'000'000);
    const test::TemporaryFolder folder;
    const bool is_on_disk = round % 2 == 0;
    PackCache cache(it.line, is_on_disk ? folder.path() : std::filesystem::path());
    cache.set_packs(it.packs);
    for (int step = 0; step < 20; ++step) {
      std::vector<PackRange> ranges;
      std::vector<std::size_t> packs(chance() % 12 + 1);
      for (std::size_t& pack : packs) ranges.push_back(random_range(it, chance, pack));
      if (chance() % 4 != 0) cache.expect(ranges);
      for (std::size_t i = 0; i < ranges.size(); ++i) check_read(cache, it, packs[i], ranges[i]);
    }
    CHECK(it.line.twice_read() == 0);
    PackCache second(it.line, is_on_disk ? folder.path() : std::filesystem::path());
    second.set_packs(it.packs);
    it.line.take_requests();
    for (std::size_t i = 0; i < it.packs.size(); ++i) {
      check_read(second, it, i, {it.packs[i].id, 0, it.packs[i].bytes});
    }
    if (is_on_disk) CHECK(it.line.twice_read() == 0);
  }
}

TEST_CASE("what is near each other is one request, what is far apart is not") {
  std::minstd_rand chance(1);
  Packs it;
  it.add(chance, 5'000'000);
  PackCache cache(it.line, {});
  cache.set_packs(it.packs);
  const chunk::ObjectId id = it.packs[0].id;
  const std::vector<PackRange> ranges{
      {id, 1'000'000, 1000}, {id, 1'001'000 + kGapBytes, 1000}, {id, 3'000'000, 1000}};
  cache.expect(ranges);
  for (const PackRange& range : ranges) check_read(cache, it, 0, range);
  CHECK(it.line.take_requests().size() == 2);
}

TEST_CASE("many threads read at once") {
  std::minstd_rand chance(2);
  Packs it;
  for (int i = 0; i < 3; ++i) it.add(chance, 2'000'000);
  PackCache cache(it.line, {});
  cache.set_packs(it.packs);
  std::atomic<int> wrong{0};
  const auto read = [&](unsigned seed) {
    std::minstd_rand own(seed);
    for (int i = 0; i < 40; ++i) {
      std::size_t pack = 0;
      const PackRange range = random_range(it, own, pack);
      if (i % 8 == 0) cache.expect({&range, 1});
      std::string bytes(range.size, '\0');
      cache.read(range.pack, range.offset, bytes.data(), bytes.size());
      if (bytes != it.bytes[pack].substr(range.offset, range.size)) ++wrong;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < 4; ++i) threads.emplace_back(read, i + 1);
  }
  CHECK(wrong == 0);
}

TEST_CASE("a pack that is shorter than its root says is corrupt, a missing one is not found") {
  std::minstd_rand chance(3);
  Packs it;
  it.add(chance, 10'000);
  PackCache cache(it.line, {});
  it.packs[0].bytes += 1;
  cache.set_packs(it.packs);
  char buffer[10];
  const auto read = [&](std::uint64_t offset) {
    return test::error_of([&] { cache.read(it.packs[0].id, offset, buffer, 10); });
  };
  CHECK(read(9'991) == ErrorCode::Corrupt);
  CHECK(read(20'000) == ErrorCode::Corrupt);
  it.store->remove(history::pack_name(it.packs[0].id));
  cache.clear();
  CHECK(read(0) == ErrorCode::NotFound);
}

TEST_CASE("of what is kept, the pieces used longest ago go first") {
  PackExtents kept{{}};
  const auto add = [&](int number) {
    ExtentSink sink{{}};
    sink.write(std::string(kKeptPackBytesInMemory / 4, 'x'));
    kept.keep(chunk::sha256_id(std::to_string(number)), 0, sink);
  };
  const auto has = [&](int number) {
    char byte = 0;
    return kept.read(chunk::sha256_id(std::to_string(number)), 0, &byte, 1) == 1;
  };
  for (int i = 0; i < 4; ++i) add(i);
  CHECK(has(0));
  add(4);
  CHECK_FALSE(has(1));
  CHECK(has(0));
  CHECK(has(4));
}

TEST_CASE("a piece that ended in the middle of a write is not believed") {
  const test::TemporaryFolder folder;
  const chunk::ObjectId pack = chunk::sha256_id("pack");
  {
    PackExtents kept(folder.path());
    ExtentSink sink(folder.path());
    sink.write("0123456789");
    kept.keep(pack, 5, sink);
    ExtentSink half(folder.path());
    half.write("never kept");
  }
  std::vector<std::filesystem::path> files;
  for (const auto& file : std::filesystem::directory_iterator(folder.path())) {
    files.push_back(file.path());
  }
  REQUIRE(files.size() == 1);
  char buffer[4];
  CHECK(PackExtents(folder.path()).read(pack, 7, buffer, 4) == 4);
  CHECK(std::string_view(buffer, 4) == "2345");
  for (const std::size_t left : {0u, 9u, 30u, 41u}) {
    CAPTURE(left);
    const std::string whole = test::file_bytes(files[0]);
    test::put_file(files[0], whole.substr(0, left));
    CHECK(PackExtents(folder.path()).read(pack, 7, buffer, 4) == 0);
    CHECK_FALSE(std::filesystem::exists(files[0]));
    test::put_file(files[0], whole);
  }
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync::repository
