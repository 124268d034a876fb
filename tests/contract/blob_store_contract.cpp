#include "contract/blob_store_contract.hpp"

#include <qfcsync/error.hpp>

#include <algorithm>
#include <atomic>
#include <latch>
#include <mutex>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/resource.h>

namespace qfcsync::test {
namespace {

/// Bytes that depend on their place; given in small, uneven pieces.
class PatternSource : public ByteSource {
 public:
  explicit PatternSource(std::uint64_t size, std::uint64_t seed = 0) : left_(size), place_(seed) {}
  std::size_t read(char* buffer, std::size_t size) override {
    piece_ = piece_ * 7 % 65'521 + 1;
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>({size, left_, std::uint64_t{piece_}}));
    for (std::size_t i = 0; i < count; ++i) buffer[i] = at(place_ + i);
    place_ += count;
    left_ -= count;
    return count;
  }
  static char at(std::uint64_t place) {
    return static_cast<char>((place * 2'654'435'761u >> 13) & 0xff);
  }

 private:
  std::uint64_t left_;
  std::uint64_t place_;
  std::size_t piece_ = 1;
};

class PatternSink : public ByteSink {
 public:
  explicit PatternSink(std::uint64_t place) : place_(place) {}
  void write(std::string_view bytes) override {
    for (const char c : bytes) is_good_ = is_good_ && c == PatternSource::at(place_++);
  }
  bool is_good_ = true;
  std::uint64_t place_;
};

Created put(BlobStore& store, std::string_view name, std::string_view bytes) {
  MemorySource source(bytes);
  return store.create(name, source, bytes.size());
}

std::string get(BlobStore& store, std::string_view name, std::uint64_t offset = 0,
                std::uint64_t length = 0) {
  MemorySink sink;
  store.read(name, offset, length, sink);
  return sink.take();
}

template <typename Action>
ErrorCode code_of(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  FAIL("no error");
  return ErrorCode::Internal;
}

std::vector<std::string> names_of(const std::vector<BlobInfo>& blobs) {
  std::vector<std::string> names;
  for (const auto& blob : blobs) names.push_back(blob.name);
  return names;
}

std::vector<std::string> all_names(BlobStore& store, std::string_view prefix, std::size_t page) {
  std::vector<std::string> names;
  for (std::string after;;) {
    const auto blobs = store.list(prefix, after, page);
    CHECK(blobs.size() <= page);
    if (blobs.empty()) return names;
    for (const auto& blob : blobs) names.push_back(blob.name);
    after = names.back();
  }
}

void check_create(BlobStore& store) {
  CHECK(put(store, "roots/1", "first") == Created::Created);
  CHECK(put(store, "roots/1", "second one") == Created::Exists);
  CHECK(get(store, "roots/1") == "first");
  CHECK(put(store, "empty", "") == Created::Created);
  CHECK(put(store, "empty", "x") == Created::Exists);
  CHECK(get(store, "empty").empty());
  CHECK(store.stat("empty")->size == 0);
  std::string every_byte;
  for (int i = 0; i < 256; ++i) every_byte += static_cast<char>(i);
  CHECK(put(store, "bytes", every_byte) == Created::Created);
  CHECK(get(store, "bytes") == every_byte);
}

void check_stat(BlobStore& store) {
  CHECK_FALSE(store.stat("packs/none"));
  CHECK_FALSE(store.stat("none"));
  put(store, "packs/one", "12345");
  const auto info = store.stat("packs/one");
  REQUIRE(info);
  CHECK(info->name == "packs/one");
  CHECK(info->size == 5);
  const auto age = std::chrono::system_clock::now() - info->modified;
  CHECK(age > std::chrono::hours(-1));
  CHECK(age < std::chrono::hours(1));
  CHECK_FALSE(store.stat("packs"));  // a folder is no blob
  CHECK_FALSE(store.stat("packs/one/more"));
}

void check_ranges(BlobStore& store) {
  put(store, "r", "0123456789");
  CHECK(get(store, "r", 0, 1) == "0");
  CHECK(get(store, "r", 3, 4) == "3456");
  CHECK(get(store, "r", 9, 1) == "9");
  CHECK(get(store, "r", 4) == "456789");
  CHECK(get(store, "r", 10).empty());
  CHECK(get(store, "r", 0, 10) == "0123456789");
  CHECK(code_of([&] { get(store, "r", 5, 6); }) == ErrorCode::Corrupt);
  CHECK(code_of([&] { get(store, "r", 11); }) == ErrorCode::Corrupt);
  CHECK(code_of([&] { get(store, "r", 1, ~std::uint64_t{0}); }) == ErrorCode::Corrupt);
  CHECK(code_of([&] { get(store, "none"); }) == ErrorCode::NotFound);
  CHECK(code_of([&] { get(store, "none/none", 3, 4); }) == ErrorCode::NotFound);
}

void check_list(BlobStore& store) {
  std::vector<std::string> names = {"a",        "b-c",      "b.c",      "b/a",    "b/c/d",
                                    "b/c/e",    "b/c-e",    "b0",       "p/0_1",  "p/1-1",
                                    "roots/01", "roots/02", "roots/10", "rootsy", "tmpx"};
  std::sort(names.begin(), names.end());
  for (auto name = names.rbegin(); name != names.rend(); ++name) put(store, *name, *name);
  CHECK(names_of(store.list("", "", 1000)) == names);
  for (const std::size_t page : {1u, 2u, 7u}) CHECK(all_names(store, "", page) == names);
  const std::vector<std::string> roots = {"roots/01", "roots/02", "roots/10"};
  CHECK(names_of(store.list("roots/", "", 1000)) == roots);
  CHECK(names_of(store.list("roots/0", "roots/01", 1000)) == std::vector<std::string>{"roots/02"});
  CHECK(names_of(store.list("roots/", "roots/019", 1)) == std::vector<std::string>{"roots/02"});
  CHECK(names_of(store.list("roots/", "zzz", 1000)).empty());
  CHECK(names_of(store.list("roots", "a", 2)) == std::vector<std::string>{"roots/01", "roots/02"});
  CHECK(store.list("none/", "", 1000).empty());
  CHECK(store.list("b/c/", "b/c/d", 1000).size() == 1);
  CHECK(store.list("", "", 0).empty());
  CHECK(store.list("roots/", "", 1).front().size == 8);
}

void check_many(BlobStore& store) {
  std::vector<std::string> names;
  for (int i = 0; i < 230; ++i) names.push_back(fmt::format("many/{:020}", i * 7));
  for (const auto& name : names) put(store, name, "x");
  CHECK(all_names(store, "many/", 100) == names);
}

void check_remove(BlobStore& store) {
  store.remove("none");
  store.remove("none/none");
  put(store, "x/y", "1");
  put(store, "x/z", "2");
  store.remove("x");  // a folder is no blob
  store.remove("x/y");
  store.remove("x/y");
  CHECK_FALSE(store.stat("x/y"));
  CHECK(get(store, "x/z") == "2");
  CHECK(put(store, "x/y", "again") == Created::Created);
  CHECK(get(store, "x/y") == "again");
}

void check_names(BlobStore& store) {
  const std::string long_part(kMaxBlobNamePartBytes, 'n');
  CHECK(put(store, long_part + "/x", "1") == Created::Created);
  CHECK(get(store, long_part + "/x") == "1");
  for (const std::string& name : {std::string(),
                                  std::string("/a"),
                                  std::string("a/"),
                                  std::string("a//b"),
                                  std::string("../a"),
                                  std::string("a/../b"),
                                  std::string("a/./b"),
                                  std::string("."),
                                  std::string(".."),
                                  std::string(".hidden"),
                                  std::string("A"),
                                  std::string("a b"),
                                  std::string("a%2fb"),
                                  std::string("a\\b"),
                                  std::string("a\0b", 3),
                                  std::string("\xc3\xa4"),
                                  std::string("tmp"),
                                  std::string("tmp/x"),
                                  std::string("cache/x"),
                                  std::string("a?b"),
                                  std::string("a#b"),
                                  std::string("a\nb"),
                                  std::string(kMaxBlobNamePartBytes + 1, 'n'),
                                  std::string(kMaxBlobNameBytes + 1, 'n')}) {
    CAPTURE(name);
    CHECK(code_of([&] { put(store, name, "1"); }) == ErrorCode::InvalidArgument);
    CHECK(code_of([&] { get(store, name); }) == ErrorCode::InvalidArgument);
    CHECK(code_of([&] { store.stat(name); }) == ErrorCode::InvalidArgument);
    CHECK(code_of([&] { store.remove(name); }) == ErrorCode::InvalidArgument);
  }
  CHECK(code_of([&] { store.list("../", "", 9); }) == ErrorCode::InvalidArgument);
  CHECK(code_of([&] { store.list("tmp/", "", 9); }) == ErrorCode::InvalidArgument);
}

/// Fails in the middle, as a file on a disk that goes away does.
class FailingSource : public ByteSource {
 public:
  std::size_t read(char* buffer, std::size_t) override {
    if (pieces_-- == 0) throw Error(ErrorCode::Io, "the disk went away");
    *buffer = 'x';
    return 1;
  }

 private:
  int pieces_ = 3;
};

void check_sources(BlobStore& store) {
  const auto with_size = [&](std::uint64_t size) {
    MemorySource source("12345");
    store.create("s", source, size);
  };
  CHECK(code_of([&] { with_size(6); }) == ErrorCode::InvalidArgument);
  CHECK(code_of([&] { with_size(4); }) == ErrorCode::InvalidArgument);
  CHECK(code_of([&] {
          FailingSource source;
          store.create("s", source, 10);
        }) == ErrorCode::Io);
  CHECK_FALSE(store.stat("s"));
  CHECK(store.list("", "", 10).empty());
  CHECK(code_of([&] { with_size(store.limits().max_blob_bytes + 1); }) == ErrorCode::LimitExceeded);
  with_size(5);
  CHECK(get(store, "s") == "12345");
}

/// Starts everybody at once and gives what they were told.
std::vector<Created> race(int racers, const std::function<Created(int)>& create) {
  std::vector<Created> told(static_cast<std::size_t>(racers), Created::Exists);
  std::vector<std::string> failures(told.size());
  std::latch start(racers);
  std::vector<std::thread> threads;
  for (int i = 0; i < racers; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      try {
        told[static_cast<std::size_t>(i)] = create(i);
      } catch (const std::exception& error) {
        failures[static_cast<std::size_t>(i)] = error.what();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& failure : failures) CHECK(failure == "");
  return told;
}

void check_race(const BlobStoreKind& kind) {
  const auto shared = kind.open();
  const auto other = kind.open();
  for (int round = 0; round < 5; ++round) {
    CAPTURE(round);
    const std::string name = fmt::format("roots/{:020}", round);
    const auto told = race(kind.racers, [&](int i) {
      // Sizes differ, so that a winner's size tells nothing of who won.
      return put(i % 2 == 0 ? *shared : *other, name,
                 std::string(static_cast<std::size_t>(i) + 1, static_cast<char>('a' + i)));
    });
    REQUIRE(std::count(told.begin(), told.end(), Created::Created) == 1);
    const auto winner = std::find(told.begin(), told.end(), Created::Created) - told.begin();
    CHECK(get(*shared, name) ==
          std::string(static_cast<std::size_t>(winner) + 1, static_cast<char>('a' + winner)));
  }
}

void check_large(BlobStore& store, std::uint64_t size, long max_growth_mb) {
  const auto peak = [] {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
  };
  const auto before = peak();
  PatternSource source(size);
  CHECK(store.create("large", source, size) == Created::Created);
  PatternSink sink(0);
  store.read("large", 0, 0, sink);
  CHECK(sink.is_good_);
  CHECK(sink.place_ == size);
  PatternSink end(size - 100'000);
  store.read("large", size - 100'000, 100'000, end);
  CHECK(end.is_good_);
  CHECK(end.place_ == size);
  const auto growth = peak() - before;
  CHECK(growth <= max_growth_mb);
}

}  // namespace

void check_blob_store(const BlobStoreKind& kind) {
  const auto store = kind.open();
  SUBCASE("the first creator wins, and the blob never changes") { check_create(*store); }
  SUBCASE("stat knows blobs and nothing else") { check_stat(*store); }
  SUBCASE("ranges are exact") { check_ranges(*store); }
  SUBCASE("lists are in byte order and can be continued anywhere") { check_list(*store); }
  SUBCASE("lists of many pages are complete") { check_many(*store); }
  SUBCASE("removing is idempotent") { check_remove(*store); }
  SUBCASE("names that could lead elsewhere are refused") { check_names(*store); }
  SUBCASE("a source that ends early, late or fails creates nothing") { check_sources(*store); }
  SUBCASE("of racing creators exactly one is told that it created") { check_race(kind); }
  SUBCASE("large blobs come back whole") {
    check_large(*store, kind.large_bytes, kind.max_growth_mb);
  }
  SUBCASE("a blob is there for the next opener") {
    put(*store, "kept", "bytes");
    CHECK(get(*kind.open(), "kept") == "bytes");
  }
  SUBCASE("exclusive creation is proven") { CHECK(store->limits().has_exclusive_create); }
}

}  // namespace qfcsync::test
