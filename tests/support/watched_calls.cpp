#include "support/watched_calls.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <utility>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace qfcsync::test {
namespace {

std::atomic<bool> is_on = false;
std::atomic<int> count = 0;
CallPlan plan;
std::mutex turn;  // of the observer
thread_local int unwatched = 0;

void tell(const WatchedCall& call, Moment moment) {
  if (!plan.observer) return;
  const CallsUnwatched quiet;
  const std::lock_guard lock(turn);
  plan.observer(call, moment);
}

/// Runs a call; the process dies before or after it when its turn has come.
template <typename Run>
long watched(const WatchedCall& call, Run&& run) {
  if (!is_on || unwatched > 0) return run(false);
  const int number = count++;
  if (number == plan.full_at) {
    errno = ENOSPC;
    return -1;
  }
  const bool dies = number == plan.dies_at;
  if (dies && plan.death == Moment::Before) ::kill(::getpid(), SIGKILL);
  tell(call, Moment::Before);
  const long result = run(dies);
  if (dies) ::kill(::getpid(), SIGKILL);
  const int error = errno;
  if (result >= 0) tell(call, Moment::After);
  errno = error;
  return result;
}

std::size_t written_size(std::size_t size, bool dies) {
  const bool is_short = size > 1 && (dies || plan.has_short_writes);
  return is_short ? size / 2 + (dies ? 0 : 1) : size;
}

WatchedCall on_file(std::string_view name, int fd) {
  WatchedCall call;
  call.name = name;
  call.fd = fd;
  return call;
}

WatchedCall on_name(std::string_view name, int folder, const char* made) {
  WatchedCall call;
  call.name = name;
  call.folder = folder;
  call.new_name = made;
  return call;
}

}  // namespace

CallWatch::CallWatch(CallPlan wanted) {
  plan = std::move(wanted);
  count = 0;
  is_on = true;
}

CallWatch::~CallWatch() {
  is_on = false;
  plan = CallPlan{};
}

int CallWatch::calls() { return count; }

CallsUnwatched::CallsUnwatched() { ++unwatched; }
CallsUnwatched::~CallsUnwatched() { --unwatched; }

}  // namespace qfcsync::test

// The functions below take the place of the C library's in the program.

using namespace qfcsync::test;

extern "C" {

int fsync(int fd) {
  return static_cast<int>(
      watched(on_file("fsync", fd), [&](bool) { return ::syscall(SYS_fsync, fd); }));
}

int fdatasync(int fd) {
  return static_cast<int>(
      watched(on_file("fdatasync", fd), [&](bool) { return ::syscall(SYS_fdatasync, fd); }));
}

ssize_t write(int fd, const void* bytes, size_t size) {
  return watched(on_file("write", fd), [&](bool dies) {
    return ::syscall(SYS_write, fd, bytes, is_on ? written_size(size, dies) : size);
  });
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
  return watched(on_file("pwrite64", fd), [&](bool dies) {
    return ::syscall(SYS_pwrite64, fd, bytes, dies ? size / 2 : size, offset);
  });
}

int linkat(int from, const char* old_name, int to, const char* name, int flags) noexcept {
  const WatchedCall call{"linkat", -1, from, old_name, to, name};
  return static_cast<int>(
      watched(call, [&](bool) { return ::syscall(SYS_linkat, from, old_name, to, name, flags); }));
}

int rename(const char* old_name, const char* name) noexcept {
  const WatchedCall call{"rename", -1, AT_FDCWD, old_name, AT_FDCWD, name};
  return static_cast<int>(
      watched(call, [&](bool) { return ::syscall(SYS_rename, old_name, name); }));
}

int renameat2(int from, const char* old_name, int to, const char* name,
              unsigned int flags) noexcept {
  const WatchedCall call{"renameat2", -1, from, old_name, to, name};
  return static_cast<int>(watched(
      call, [&](bool) { return ::syscall(SYS_renameat2, from, old_name, to, name, flags); }));
}

int mkdirat(int folder, const char* name, mode_t mode) noexcept {
  return static_cast<int>(watched(on_name("mkdirat", folder, name), [&](bool) {
    return ::syscall(SYS_mkdirat, folder, name, mode);
  }));
}

int mkdir(const char* name, mode_t mode) noexcept {
  return static_cast<int>(watched(on_name("mkdir", AT_FDCWD, name),
                                  [&](bool) { return ::syscall(SYS_mkdir, name, mode); }));
}

int unlinkat(int folder, const char* name, int flags) noexcept {
  return static_cast<int>(watched(on_name("unlinkat", folder, name), [&](bool) {
    return ::syscall(SYS_unlinkat, folder, name, flags);
  }));
}

int unlink(const char* name) noexcept {
  return static_cast<int>(watched(on_name("unlink", AT_FDCWD, name),
                                  [&](bool) { return ::syscall(SYS_unlink, name); }));
}

}  // extern "C"
