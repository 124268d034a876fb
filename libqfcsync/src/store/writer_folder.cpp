#include "store/writer_folder.hpp"

#include <qfcsync/error.hpp>

#include "store/blob_name.hpp"
#include "store/folder_entries.hpp"

#include <cerrno>
#include <cstdint>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

namespace qfcsync::store {
namespace {

constexpr const char* kLockFile = "lock";

std::string random_name() {
  std::uint64_t words[2];
  if (::getrandom(words, sizeof words, 0) != sizeof words) throw_errno("no random bytes");
  return fmt::format("{:016x}{:016x}", words[0], words[1]);
}

/// The lock of a folder, taken. Empty if another process has it and we do not wait.
Descriptor lock_in(int folder, bool may_wait) {
  Descriptor file(::openat(folder, kLockFile, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (!file) throw_at("cannot open", kLockFile);
  for (;;) {
    if (::flock(file.get(), may_wait ? LOCK_EX : LOCK_EX | LOCK_NB) == 0) return file;
    if (errno == EWOULDBLOCK && !may_wait) return Descriptor();
    if (errno != EINTR) throw_errno("cannot lock a writer's folder");
  }
}

}  // namespace

WriterFolder::WriterFolder(int store) {
  const std::string temporary(kTemporaryFolder);
  make_folder_at(store, temporary);
  temporary_ = open_folder_at(store, temporary);
  if (!temporary_) throw Error(ErrorCode::Io, "the folder tmp of the store went away");
  const Descriptor turn = lock_in(temporary_.get(), true);
  remove_dead();
  name_ = random_name();
  make_folder_at(temporary_.get(), name_);
  folder_ = open_folder_at(temporary_.get(), name_);
  if (!folder_) throw Error(ErrorCode::Io, "the new folder tmp/" + name_ + " went away");
  lock_ = lock_in(folder_.get(), true);
}

WriterFolder::~WriterFolder() {
  try {
    remove_tree_at(temporary_.get(), name_);
  } catch (const Error&) {
    // The next opener removes it.
  }
}

void WriterFolder::remove_dead() {
  for (const auto& entry : entries_of(temporary_.get(), kTemporaryFolder)) {
    if (entry.is_folder && is_dead(entry.name)) remove_tree_at(temporary_.get(), entry.name);
  }
}

bool WriterFolder::is_dead(const std::string& writer) const {
  const Descriptor folder = open_folder_at(temporary_.get(), writer);
  return folder && lock_in(folder.get(), false);
}

}  // namespace qfcsync::store
