// Processes that die at every single call that changes a file while they commit to a repository,
// its index and its git repository. The functions below take the place of the C library's in this
// program, also for SQLite and libgit2.

#include <qfcsync/error.hpp>
#include <qfcsync/repository.hpp>

#include "support/temporary_folder.hpp"

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace qfcsync;
namespace fs = std::filesystem;

namespace {

enum class Death { Before, After };

struct Plan {
  bool is_on = false;
  int calls = 0;
  int dies_at = -1;
  Death death = Death::Before;
};
Plan plan;

/// Runs a call, with the process dying before or after it when its turn has come.
template <typename Call>
long at_call(Call&& call) {
  if (!plan.is_on) return call();
  const bool dies = plan.calls++ == plan.dies_at;
  if (dies && plan.death == Death::Before) ::kill(::getpid(), SIGKILL);
  const long result = call();
  if (dies) ::kill(::getpid(), SIGKILL);
  return result;
}

}  // namespace

extern "C" {

int fsync(int fd) {
  return static_cast<int>(at_call([&] { return ::syscall(SYS_fsync, fd); }));
}
int fdatasync(int fd) {
  return static_cast<int>(at_call([&] { return ::syscall(SYS_fdatasync, fd); }));
}
ssize_t write(int fd, const void* bytes, size_t size) {
  // The last write of a dying process is torn.
  const bool dies = plan.is_on && plan.calls == plan.dies_at && size > 1;
  return at_call([&] { return ::syscall(SYS_write, fd, bytes, dies ? size / 2 : size); });
}
ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
  const bool dies = plan.is_on && plan.calls == plan.dies_at && size > 1;
  return at_call(
      [&] { return ::syscall(SYS_pwrite64, fd, bytes, dies ? size / 2 : size, offset); });
}
int linkat(int from, const char* old_name, int to, const char* name, int flags) noexcept {
  return static_cast<int>(
      at_call([&] { return ::syscall(SYS_linkat, from, old_name, to, name, flags); }));
}
int rename(const char* old_name, const char* name) noexcept {
  return static_cast<int>(at_call([&] { return ::syscall(SYS_rename, old_name, name); }));
}
int mkdirat(int folder, const char* name, mode_t mode) noexcept {
  return static_cast<int>(at_call([&] { return ::syscall(SYS_mkdirat, folder, name, mode); }));
}
int mkdir(const char* name, mode_t mode) noexcept {
  return static_cast<int>(at_call([&] { return ::syscall(SYS_mkdir, name, mode); }));
}
int unlinkat(int folder, const char* name, int flags) noexcept {
  return static_cast<int>(at_call([&] { return ::syscall(SYS_unlinkat, folder, name, flags); }));
}
int unlink(const char* name) noexcept {
  return static_cast<int>(at_call([&] { return ::syscall(SYS_unlink, name); }));
}

}  // extern "C"

namespace {

constexpr int kCommits = 3;

/// On a file system in memory where there is one: what counts is the order of calls.
void choose_folder() {
  if (::access("/dev/shm", W_OK) == 0) ::setenv("TMPDIR", "/dev/shm", 1);
}

std::string content_of(int number) {
  return fmt::format("version {} {}", number, std::string(2000, static_cast<char>('a' + number)));
}

void put_file(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

std::string bytes_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

Repository open_in(const fs::path& folder) {
  return Repository::open(open_folder_blobs(folder / "store"), {folder / "cache"});
}

CommitResult commit_number(Repository& repository, const fs::path& folder, int number) {
  put_file(folder / "file", content_of(number));
  const WorkingFile file{"file", folder / "file"};
  return repository.commit({&file, 1}, {});
}

/// Commits some versions and says so after each; dies as planned.
[[noreturn]] void be_writer(const fs::path& folder, int report) {
  int status = 0;
  try {
    plan.is_on = true;
    {
      Repository repository = open_in(folder);
      for (int number = 1; number <= kCommits; ++number) {
        if (!commit_number(repository, folder, number).is_new) ::_exit(2);
        if (::syscall(SYS_write, report, "+", 1) != 1) ::_exit(3);
      }
    }
    plan.is_on = false;
  } catch (const std::exception&) {
    status = 4;
  }
  ::_exit(status);
}

struct Outcome {
  bool was_killed = false;
  int acknowledged = 0;
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

void check_git(const fs::path& folder, const std::string& head) {
  const std::string git =
      fmt::format("git -c safe.directory='*' --git-dir='{}' ", (folder / "cache/git").string());
  CHECK(std::system((git + "fsck --strict >/dev/null 2>&1").c_str()) == 0);
  CHECK(std::system((git + "cat-file -e " + head + " 2>/dev/null").c_str()) == 0);
}

/// What was acknowledged is there, what is there is whole, and work goes on.
void check_after_death(const fs::path& folder, int acknowledged, bool with_git) {
  Repository repository = open_in(folder);
  const auto log = repository.log();
  const int versions = static_cast<int>(log.size()) - 1;
  CHECK(versions >= acknowledged);
  CHECK(versions <= acknowledged + 1);
  for (int number = 0; number <= versions; ++number) {
    const fs::path restored = folder / "restored";
    repository.restore(log[static_cast<std::size_t>(versions - number)].id, "file", restored);
    CHECK((bytes_of(restored) == content_of(number)));
  }
  CHECK(std::distance(fs::directory_iterator(folder / "store/tmp"), fs::directory_iterator()) == 2);
  const std::string next = commit_number(repository, folder, 9).version;
  CHECK(repository.head() == next);
  CHECK(repository.check(CheckDepth::Deep).problems.empty());
  if (with_git) check_git(folder, next);
}

}  // namespace

TEST_SUITE("repository/crash") {
  TEST_CASE("killed at any call: nothing acknowledged is lost, nothing half is visible") {
    choose_folder();
    // Git is asked now and then only: it costs more than all the rest.
    constexpr int kGitEvery = 25;
    for (const Death death : {Death::Before, Death::After}) {
      int deaths = 0;
      for (;; ++deaths) {
        const test::TemporaryFolder folder;
        const bool is_after = death == Death::After;
        CAPTURE(is_after);
        CAPTURE(deaths);
        {
          Repository repository =
              Repository::init(open_folder_blobs(folder / "store"), {folder / "cache"});
          commit_number(repository, folder.path(), 0);
        }
        Plan wanted;
        wanted.dies_at = deaths;
        wanted.death = death;
        const Outcome outcome = run_writer(folder.path(), wanted);
        check_after_death(folder.path(), outcome.acknowledged,
                          deaths % kGitEvery == 0 || !outcome.was_killed);
        if (!outcome.was_killed) break;
      }
      MESSAGE("killed " << deaths << " times");
      CHECK(deaths > 60);
    }
  }
}
