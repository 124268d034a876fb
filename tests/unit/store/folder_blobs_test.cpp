#include <qfcsync/blob_store.hpp>
#include <qfcsync/error.hpp>

#include "contract/blob_store_contract.hpp"
#include "store/descriptor.hpp"
#include "store/exclusive_link.hpp"
#include "support/temporary_folder.hpp"

#include <fstream>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace qfcsync;
namespace fs = std::filesystem;

namespace {

std::size_t count_in(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

ErrorCode create_code(BlobStore& store, std::string_view name) {
  MemorySource source("x");
  try {
    store.create(name, source, 1);
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::Internal;
}

}  // namespace

TEST_SUITE("store/folder_blobs") {
  TEST_CASE("blobs in a folder keep the contract") {
    const test::TemporaryFolder folder;
    test::check_blob_store({.open = [&] { return open_folder_blobs(folder / "deep" / "store"); }});
  }

  TEST_CASE("nothing stays in tmp but the lock") {
    const test::TemporaryFolder folder;
    {
      const auto store = open_folder_blobs(folder.path());
      MemorySource source("x");
      store->create("a/b", source, 1);
      CHECK(create_code(*store, "a/b/c") == ErrorCode::InvalidArgument);
      CHECK(create_code(*store, "a") == ErrorCode::InvalidArgument);
    }
    CHECK(count_in(folder / "tmp") == 1);
    CHECK(fs::exists(folder / "tmp/lock"));
  }

  TEST_CASE("half-work of a dead writer goes, that of a living one stays") {
    const test::TemporaryFolder folder;
    const auto living = open_folder_blobs(folder.path());
    const fs::path dead = folder / "tmp/0123";
    fs::create_directories(dead / "deeper");
    std::ofstream(dead / "lock");
    std::ofstream(dead / "1.part") << "half";
    fs::create_symlink(folder.path(), dead / "deeper/link");
    REQUIRE(count_in(folder / "tmp") == 3);
    const auto next = open_folder_blobs(folder.path());
    CHECK_FALSE(fs::exists(dead));
    CHECK(count_in(folder / "tmp") == 3);  // the lock and two living writers
    MemorySource source("x");
    CHECK(living->create("still", source, 1) == Created::Created);
  }

  TEST_CASE("a killed process leaves its folder to the next opener") {
    const test::TemporaryFolder folder;
    const pid_t child = ::fork();
    if (child == 0) {
      const auto store = open_folder_blobs(folder.path());
      ::kill(::getpid(), SIGKILL);
    }
    ::waitpid(child, nullptr, 0);
    REQUIRE(count_in(folder / "tmp") == 2);
    open_folder_blobs(folder.path());
    CHECK(count_in(folder / "tmp") == 1);
  }

  TEST_CASE("symbolic links inside are neither followed nor listed as blobs' folders") {
    const test::TemporaryFolder outside;
    const test::TemporaryFolder folder;
    std::ofstream(outside / "secret") << "s";
    const auto store = open_folder_blobs(folder.path());
    fs::create_directory_symlink(outside.path(), folder / "packs");
    fs::create_symlink(outside / "secret", folder / "link");
    CHECK(create_code(*store, "packs/x") == ErrorCode::Denied);
    CHECK(create_code(*store, "link") == ErrorCode::Denied);
    MemorySink sink;
    CHECK_THROWS_AS(store->read("link", 0, 0, sink), Error);
    CHECK_THROWS_AS(store->read("packs/secret", 0, 0, sink), Error);
    CHECK_THROWS_AS(store->stat("packs/secret"), Error);
    CHECK_THROWS_AS(store->remove("packs/secret"), Error);
    CHECK(sink.bytes().empty());
    CHECK(count_in(outside.path()) == 1);
  }

  TEST_CASE("a pipe in place of a blob does not hang the reader") {
    const test::TemporaryFolder folder;
    const auto store = open_folder_blobs(folder.path());
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    MemorySink sink;
    CHECK_THROWS_AS(store->read("pipe", 0, 0, sink), Error);
  }

  TEST_CASE("foreign names are not listed") {
    const test::TemporaryFolder folder;
    const auto store = open_folder_blobs(folder.path());
    std::ofstream(folder / "README.TXT") << "x";
    std::ofstream(folder / ".hidden") << "x";
    fs::create_directories(folder / "cache");
    std::ofstream(folder / "cache/index") << "x";
    CHECK(store->list("", "", 10).empty());
  }

  TEST_CASE("without hard links a rename that never replaces does it") {
    // The probe decides; both ways have to refuse a taken name.
    const test::TemporaryFolder folder;
    const store::Descriptor opened(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY));
    for (const auto how : {store::ExclusiveLink::HardLink, store::ExclusiveLink::RenameNoReplace}) {
      std::ofstream(folder / "part") << "new";
      const int fd = ::open((folder / "part").c_str(), O_RDONLY);
      const std::string name = how == store::ExclusiveLink::HardLink ? "h" : "r";
      std::ofstream(folder / "taken") << "old";
      CHECK_FALSE(store::link_exclusively(how, opened.get(), "part", fd, opened.get(), "taken"));
      CHECK(store::link_exclusively(how, opened.get(), "part", fd, opened.get(), name));
      CHECK(fs::file_size(folder / name) == 3);
      ::close(fd);
      fs::remove(folder / "part");
    }
    std::ifstream taken(folder / "taken");
    std::string text;
    taken >> text;
    CHECK(text == "old");
  }
}
