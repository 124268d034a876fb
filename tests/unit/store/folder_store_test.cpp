#include <qfcsync/error.hpp>
#include <qfcsync/store.hpp>

#include "base/digest.hpp"
#include "support/temporary_folder.hpp"

#include <atomic>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace qfcsync {
namespace {

namespace fs = std::filesystem;

ObjectInfo put(ObjectStore& store, std::string_view content) {
  const auto writer = store.create();
  writer->write(content.substr(0, content.size() / 2));
  writer->write(content.substr(content.size() / 2));
  return writer->finish();
}

std::string get(const ObjectStore& store, std::string_view sha256) {
  const auto reader = store.open(sha256);
  std::string content(reader->size(), '\0');
  REQUIRE(reader->read_at(0, content) == content.size());
  return content;
}

std::size_t count_files(const fs::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    count += entry.is_regular_file();
  return count;
}

TEST_SUITE_BEGIN("store/folder_store");

TEST_CASE("what was put comes back under its SHA-256") {
  const test::TemporaryFolder folder;
  const auto store = open_folder_store(folder.path());
  const ObjectInfo info = put(*store, "Hello!");
  CHECK(info.sha256 == base::sha256_hex("Hello!"));
  CHECK(info.etag == "952d2c56d0485958336747bcdd98590d");
  CHECK(info.size == 6);
  CHECK(store->contains(info.sha256));
  CHECK(get(*store, info.sha256) == "Hello!");
  CHECK(get(*open_folder_store(folder.path()), info.sha256) == "Hello!");
}

TEST_CASE("the same content twice is one file") {
  const test::TemporaryFolder folder;
  const auto store = open_folder_store(folder.path());
  put(*store, "twice");
  put(*store, "twice");
  CHECK(count_files(folder / "objects") == 1);
}

TEST_CASE("a writer that is dropped leaves nothing") {
  const test::TemporaryFolder folder;
  const auto store = open_folder_store(folder.path());
  store->create()->write("half");
  CHECK(count_files(folder.path()) == 0);
}

TEST_CASE("opening the store removes what a killed process left") {
  const test::TemporaryFolder folder;
  if (const pid_t child = ::fork(); child == 0) {
    const auto store = open_folder_store(folder.path());
    const auto writer = store->create();
    writer->write(std::string(100'000, 'x'));
    ::raise(SIGKILL);
  } else {
    ::waitpid(child, nullptr, 0);
  }
  CHECK(count_files(folder / "tmp") == 1);
  const auto store = open_folder_store(folder.path());
  CHECK(count_files(folder.path()) == 0);
}

TEST_CASE("a full disk is an Io error and leaves nothing visible") {
  const test::TemporaryFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);  // a write beyond the limit then fails as on a full disk
    const rlimit limit{1 << 16, 1 << 16};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto store = open_folder_store(folder.path());
    try {
      put(*store, std::string(1 << 20, 'x'));
    } catch (const Error& error) {
      ::_exit(error.code() == ErrorCode::Io ? 0 : 2);
    }
    ::_exit(1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(count_files(folder / "objects") == 0);
  CHECK(count_files(folder / "tmp") == 0);
}

TEST_CASE("reads at any offset give just what is there") {
  const test::TemporaryFolder folder;
  const auto store = open_folder_store(folder.path());
  const auto reader = store->open(put(*store, "0123456789").sha256);
  std::string buffer(4, '?');
  CHECK(reader->read_at(8, buffer) == 2);
  CHECK(buffer == "89??");
  CHECK(reader->read_at(10, buffer) == 0);
  CHECK(reader->read_at(1'000, buffer) == 0);
}

TEST_CASE("a materialized file is read-only, a copy is not, and neither replaces a file") {
  const test::TemporaryFolder folder;
  const auto store = open_folder_store(folder / "store");
  const std::string name = put(*store, "content").sha256;
  store->materialize(name, folder / "shared");
  store->copy_to(name, folder / "own");
  CHECK((fs::status(folder / "shared").permissions() & fs::perms::owner_write) == fs::perms::none);
  std::ofstream(folder / "own") << "changed";
  CHECK(get(*store, name) == "content");
  CHECK_THROWS_AS(store->materialize(name, folder / "own"), Error);
  CHECK_THROWS_AS(store->copy_to(name, folder / "own"), Error);
}

TEST_CASE("an adopted file moves into the store") {
  const test::TemporaryFolder folder;
  const auto store = open_folder_store(folder / "store");
  std::ofstream(folder / "made") << "content";
  const ObjectInfo info = store->adopt(folder / "made");
  CHECK_FALSE(fs::exists(folder / "made"));
  CHECK(info.sha256 == base::sha256_hex("content"));
  CHECK(info.size == 7);
  CHECK(get(*store, info.sha256) == "content");
  CHECK_THROWS_AS(store->adopt(folder / "missing"), Error);
}

TEST_CASE("names that are none are refused, unknown ones not found") {
  const test::TemporaryFolder folder;
  const auto store = open_folder_store(folder.path());
  for (const std::string name : {"", "..", "../../etc/passwd", "ABCDEF"}) {
    CHECK_THROWS_AS(store->open(name), Error);
  }
  const std::string unknown(64, 'a');
  CHECK_FALSE(store->contains(unknown));
  CHECK_THROWS_AS(store->open(unknown), Error);
  CHECK_NOTHROW(store->remove(unknown));
}

TEST_CASE("a reader keeps its content when it is removed meanwhile") {
  const test::TemporaryFolder folder;
  const auto store = open_folder_store(folder.path());
  const std::string name = put(*store, "content").sha256;
  const auto reader = store->open(name);
  store->remove(name);
  CHECK_FALSE(store->contains(name));
  std::string buffer(7, '\0');
  CHECK(reader->read_at(0, buffer) == 7);
  CHECK(buffer == "content");
}

TEST_CASE("many threads may write and read at once") {
  const test::TemporaryFolder folder;
  const auto store = open_folder_store(folder.path());
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const std::string content = std::to_string(i % 5) + std::string(1000 + t % 2, 'z');
        good += get(*store, put(*store, content).sha256) == content;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(good == 160);
  CHECK(count_files(folder / "tmp") == 0);
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync
