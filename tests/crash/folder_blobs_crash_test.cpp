// Processes that die at every single call that changes a folder of blobs, and a disk that is full.

#include <qfcsync/blob_store.hpp>
#include <qfcsync/error.hpp>

#include "support/dying_process.hpp"
#include "support/temporary_folder.hpp"

#include <map>
#include <set>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

using namespace qfcsync;
namespace fs = std::filesystem;

namespace {

/// Inodes that power loss would spoil.
struct Unsynced {
  std::set<ino_t> files;
  std::set<ino_t> folders;
  bool published_unsynced_file = false;

  static ino_t inode_of(int fd) {
    struct stat status {};
    return ::fstat(fd, &status) == 0 ? status.st_ino : 0;
  }

  void note(const test::WatchedCall& call, test::Moment moment) {
    if (moment == test::Moment::Before) {
      if (call.name == "write") files.insert(inode_of(call.fd));
      if (call.name == "linkat") note_link(call);
      return;
    }
    if (call.name == "mkdirat") folders.insert(inode_of(call.folder));
    if (call.name != "fsync") return;
    files.erase(inode_of(call.fd));
    folders.erase(inode_of(call.fd));
  }

  void note_link(const test::WatchedCall& call) {
    struct stat status {};
    ::fstatat(call.from_folder, call.old_name, &status, AT_SYMLINK_NOFOLLOW);
    published_unsynced_file |= call.from_folder != call.folder && files.contains(status.st_ino);
    folders.insert(inode_of(call.folder));
  }

  test::CallPlan plan() {
    test::CallPlan plan;
    plan.has_short_writes = true;
    plan.observer = [this](const test::WatchedCall& call, test::Moment moment) {
      note(call, moment);
    };
    return plan;
  }
};

}  // namespace

namespace {

const std::map<std::string, std::string>& blobs() {
  static const std::map<std::string, std::string> kBlobs = {
      {"packs/one", std::string(700'000, 'p')},
      {"packs/two", std::string(3, 'q')},
      {"roots/a/1", "root one"},
      {"zero", ""}};
  return kBlobs;
}

Created put(BlobStore& store, const std::string& name, const std::string& bytes) {
  MemorySource source(bytes);
  return store.create(name, source, bytes.size());
}

/// Creates all blobs and says so after each; dies as planned.
test::Dying run_writer(const fs::path& folder, const test::CallPlan& plan) {
  const test::Dying outcome = test::run_to_death(plan, [&](const test::Acknowledge& acknowledge) {
    const auto store = open_folder_blobs(folder);
    for (const auto& [name, bytes] : blobs()) {
      if (put(*store, name, bytes) != Created::Created) throw std::runtime_error("it was there");
      acknowledge();
    }
  });
  if (!outcome.was_killed) CHECK(outcome.exit_status == 0);
  return outcome;
}

std::size_t count_in(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

void check_after_death(const fs::path& folder, int acknowledged) {
  const auto store = open_folder_blobs(folder);
  CHECK(count_in(folder / "tmp") == 2);  // the lock and this opener
  int number = 0;
  for (const auto& [name, bytes] : blobs()) {
    CAPTURE(name);
    const auto info = store->stat(name);
    if (number++ < acknowledged) REQUIRE(info);
    if (info) {
      MemorySink sink;
      store->read(name, 0, 0, sink);
      CHECK(sink.bytes() == bytes);
    }
    CHECK(put(*store, name, bytes) == (info ? Created::Exists : Created::Created));
  }
  CHECK(store->list("", "", 100).size() == blobs().size());
}

}  // namespace

TEST_SUITE("store/folder_blobs_crash") {
  TEST_CASE("killed at any call: acknowledged blobs are there, none is half, tmp is cleaned") {
    for (const test::Moment death : {test::Moment::Before, test::Moment::After}) {
      int deaths = 0;
      for (;; ++deaths) {
        const test::TemporaryFolder folder;
        const bool is_after = death == test::Moment::After;
        CAPTURE(is_after);
        CAPTURE(deaths);
        test::CallPlan plan;
        plan.dies_at = deaths;
        plan.death = death;
        plan.has_short_writes = true;
        const test::Dying outcome = run_writer(folder.path(), plan);
        check_after_death(folder.path(), outcome.acknowledged);
        if (!outcome.was_killed) break;
      }
      CHECK(deaths > 30);
    }
  }

  TEST_CASE("what is acknowledged has been synced, and so have all folders that lead to it") {
    const test::TemporaryFolder folder;
    Unsynced unsynced;
    const test::CallWatch watch(unsynced.plan());
    const auto store = open_folder_blobs(folder.path());
    for (const auto& [name, bytes] : blobs()) {
      put(*store, name, bytes);
      CAPTURE(name);
      CHECK_FALSE(unsynced.published_unsynced_file);
      for (fs::path path = (folder.path() / name).parent_path(); path != folder.path();
           path = path.parent_path()) {
        struct stat status {};
        REQUIRE(::stat(path.c_str(), &status) == 0);
        CHECK_FALSE(unsynced.folders.contains(status.st_ino));
      }
      struct stat root {};
      REQUIRE(::stat(folder.path().c_str(), &root) == 0);
      CHECK_FALSE(unsynced.folders.contains(root.st_ino));
    }
  }

  TEST_CASE("folders that another writer made, perhaps without syncing, are synced") {
    const test::TemporaryFolder folder;
    fs::create_directories(folder / "roots/a");
    const auto store = open_folder_blobs(folder.path());
    struct stat root {};
    struct stat roots {};
    REQUIRE(::stat(folder.path().c_str(), &root) == 0);
    REQUIRE(::stat((folder / "roots").c_str(), &roots) == 0);
    Unsynced unsynced;
    unsynced.folders = {root.st_ino, roots.st_ino};
    const test::CallWatch watch(unsynced.plan());
    put(*store, "roots/a/1", "x");
    CHECK(unsynced.folders.empty());
  }

  TEST_CASE("a full disk at any call is an error that leaves no half blob") {
    for (int full_at = 0;; ++full_at) {
      const test::TemporaryFolder folder;
      CAPTURE(full_at);
      int acknowledged = 0;
      bool was_reached = false;
      try {
        test::CallPlan plan;
        plan.full_at = full_at;
        plan.has_short_writes = true;
        const test::CallWatch watch(plan);
        const auto store = open_folder_blobs(folder.path());
        for (const auto& [name, bytes] : blobs()) {
          put(*store, name, bytes);
          ++acknowledged;
        }
      } catch (const Error& error) {
        // Without links the probe takes the other way and says that neither works.
        CHECK((error.code() == ErrorCode::Io || error.code() == ErrorCode::Unsupported));
      }
      was_reached = test::CallWatch::calls() > full_at;
      check_after_death(folder.path(), acknowledged);
      if (!was_reached) break;
    }
  }
}
