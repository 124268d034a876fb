// Processes that die at every single call that changes a folder of blobs, and a disk that is full.
// The functions below take the place of the C library's in this program.

#include <qfcsync/blob_store.hpp>
#include <qfcsync/error.hpp>

#include "support/temporary_folder.hpp"

#include <cerrno>
#include <csignal>
#include <map>
#include <set>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace qfcsync;
namespace fs = std::filesystem;

namespace {

enum class Death { Before, After };

/// What happens at which of the watched calls; -1 is never.
struct Plan {
  bool is_on = false;
  int calls = 0;
  int dies_at = -1;
  Death death = Death::Before;
  int full_at = -1;
};
Plan plan;

/// Inodes that power loss would spoil.
struct Unsynced {
  std::set<ino_t> files;
  std::set<ino_t> folders;
  bool published_unsynced_file = false;
};
Unsynced unsynced;

ino_t inode_of(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 ? status.st_ino : 0;
}

/// Runs a call, with the process dying before or after it when its turn has come.
template <typename Call>
long at_call(Call&& call) {
  if (!plan.is_on) return call();
  const int number = plan.calls++;
  if (number == plan.full_at) {
    errno = ENOSPC;
    return -1;
  }
  const bool dies = number == plan.dies_at;
  if (dies && plan.death == Death::Before) ::kill(::getpid(), SIGKILL);
  const long result = call();
  if (dies) ::kill(::getpid(), SIGKILL);
  return result;
}

}  // namespace

extern "C" {

int fsync(int fd) {
  const long result = at_call([&] { return ::syscall(SYS_fsync, fd); });
  if (plan.is_on && result == 0) {
    unsynced.files.erase(inode_of(fd));
    unsynced.folders.erase(inode_of(fd));
  }
  return static_cast<int>(result);
}

/// Writes are short, and the last one of a dying process is torn.
ssize_t write(int fd, const void* bytes, size_t size) {
  if (!plan.is_on) return ::syscall(SYS_write, fd, bytes, size);
  unsynced.files.insert(inode_of(fd));
  return at_call([&] { return ::syscall(SYS_write, fd, bytes, size > 1 ? size / 2 + 1 : size); });
}

int linkat(int from, const char* old_name, int to, const char* name, int flags) noexcept {
  if (plan.is_on) {
    struct stat status {};
    ::fstatat(from, old_name, &status, AT_SYMLINK_NOFOLLOW);
    unsynced.published_unsynced_file |= from != to && unsynced.files.contains(status.st_ino);
    unsynced.folders.insert(inode_of(to));
  }
  return static_cast<int>(
      at_call([&] { return ::syscall(SYS_linkat, from, old_name, to, name, flags); }));
}

int mkdirat(int folder, const char* name, mode_t mode) noexcept {
  const long result = at_call([&] { return ::syscall(SYS_mkdirat, folder, name, mode); });
  if (plan.is_on && result == 0) unsynced.folders.insert(inode_of(folder));
  return static_cast<int>(result);
}

int unlinkat(int folder, const char* name, int flags) noexcept {
  return static_cast<int>(at_call([&] { return ::syscall(SYS_unlinkat, folder, name, flags); }));
}

}  // extern "C"

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
[[noreturn]] void be_writer(const fs::path& folder, int report) {
  plan.is_on = true;
  {
    const auto store = open_folder_blobs(folder);
    for (const auto& [name, bytes] : blobs()) {
      if (put(*store, name, bytes) != Created::Created) ::_exit(2);
      if (::syscall(SYS_write, report, "+", 1) != 1) ::_exit(3);
    }
  }
  ::_exit(0);
}

struct Outcome {
  bool was_killed = false;
  std::size_t acknowledged = 0;
};

Outcome run_writer(const fs::path& folder, const Plan& wanted) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    plan = wanted;
    be_writer(folder, ends[1]);
  }
  ::close(ends[1]);
  Outcome outcome;
  char mark = 0;
  while (::read(ends[0], &mark, 1) == 1) ++outcome.acknowledged;
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  outcome.was_killed = WIFSIGNALED(status);
  if (!outcome.was_killed) CHECK(WEXITSTATUS(status) == 0);
  return outcome;
}

std::size_t count_in(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

void check_after_death(const fs::path& folder, std::size_t acknowledged) {
  const auto store = open_folder_blobs(folder);
  CHECK(count_in(folder / "tmp") == 2);  // the lock and this opener
  std::size_t number = 0;
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
    for (const Death death : {Death::Before, Death::After}) {
      int deaths = 0;
      for (;; ++deaths) {
        const test::TemporaryFolder folder;
        const bool is_after = death == Death::After;
        CAPTURE(is_after);
        CAPTURE(deaths);
        Plan wanted;
        wanted.dies_at = deaths;
        wanted.death = death;
        const Outcome outcome = run_writer(folder.path(), wanted);
        check_after_death(folder.path(), outcome.acknowledged);
        if (!outcome.was_killed) break;
      }
      CHECK(deaths > 30);
    }
  }

  TEST_CASE("what is acknowledged has been synced, and so have all folders that lead to it") {
    const test::TemporaryFolder folder;
    plan = Plan{};
    unsynced = Unsynced{};
    plan.is_on = true;
    const auto store = open_folder_blobs(folder.path());
    for (const auto& [name, bytes] : blobs()) {
      put(*store, name, bytes);
      plan.is_on = false;
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
      plan.is_on = true;
    }
    plan.is_on = false;
  }

  TEST_CASE("folders that another writer made, perhaps without syncing, are synced") {
    const test::TemporaryFolder folder;
    fs::create_directories(folder / "roots/a");
    const auto store = open_folder_blobs(folder.path());
    struct stat root {};
    struct stat roots {};
    REQUIRE(::stat(folder.path().c_str(), &root) == 0);
    REQUIRE(::stat((folder / "roots").c_str(), &roots) == 0);
    unsynced = Unsynced{};
    unsynced.folders = {root.st_ino, roots.st_ino};
    plan = Plan{};
    plan.is_on = true;
    put(*store, "roots/a/1", "x");
    plan.is_on = false;
    CHECK(unsynced.folders.empty());
  }

  TEST_CASE("a full disk at any call is an error that leaves no half blob") {
    for (int full_at = 0;; ++full_at) {
      const test::TemporaryFolder folder;
      CAPTURE(full_at);
      plan = Plan{};
      plan.full_at = full_at;
      std::size_t acknowledged = 0;
      plan.is_on = true;
      try {
        const auto store = open_folder_blobs(folder.path());
        for (const auto& [name, bytes] : blobs()) {
          put(*store, name, bytes);
          ++acknowledged;
        }
      } catch (const Error& error) {
        plan.is_on = false;
        // Without links the probe takes the other way and says that neither works.
        CHECK((error.code() == ErrorCode::Io || error.code() == ErrorCode::Unsupported));
      }
      plan.is_on = false;
      const bool was_reached = plan.calls > full_at;
      check_after_death(folder.path(), acknowledged);
      if (!was_reached) break;
    }
  }
}
