#include "support/fault_vfs.hpp"

#include <algorithm>
#include <new>
#include <set>
#include <string>
#include <vector>

#include <sqlite3.h>
#include <unistd.h>

namespace qfcsync::test {
namespace {

/// A write, and what has to be put back when it gets lost.
struct Unsynced {
  sqlite3_int64 offset;
  std::string before;
  sqlite3_int64 size_before;
};

struct File {
  sqlite3_file base;
  sqlite3_file* real;
  std::vector<Unsynced>* unsynced;
};

struct State {
  sqlite3_vfs* real = nullptr;
  sqlite3_vfs shim{};
  Fault fault = Fault::None;
  std::uint64_t at = 0;
  std::uint64_t count = 0;
  std::set<File*> files;
};

State state;

File* file_of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
sqlite3_file* real_of(sqlite3_file* file) { return file_of(file)->real; }

/// Puts all files back to their last sync.
void lose_unsynced() {
  for (File* file : state.files) {
    std::for_each(file->unsynced->rbegin(), file->unsynced->rend(), [&](const Unsynced& each) {
      file->real->pMethods->xWrite(file->real, each.before.data(),
                                   static_cast<int>(each.before.size()), each.offset);
      file->real->pMethods->xTruncate(file->real, each.size_before);
    });
  }
}

[[noreturn]] void die() {
  if (state.fault == Fault::PowerLoss) lose_unsynced();
  ::_exit(9);
}

bool is_deadly() { return state.fault == Fault::Kill || state.fault == Fault::PowerLoss; }

/// Counts an operation. @return true when it has to fail
bool strikes() {
  ++state.count;
  return state.fault != Fault::None && state.at != 0 && state.count >= state.at;
}

int failure() { return state.fault == Fault::DiskFull ? SQLITE_FULL : SQLITE_IOERR_WRITE; }

void remember(File* file, int amount, sqlite3_int64 offset) {
  if (state.fault != Fault::PowerLoss) return;
  Unsynced unsynced{offset, std::string(static_cast<std::size_t>(amount), '\0'), 0};
  file->real->pMethods->xFileSize(file->real, &unsynced.size_before);
  const auto known = std::clamp<sqlite3_int64>(unsynced.size_before - offset, 0, amount);
  unsynced.before.resize(static_cast<std::size_t>(known));
  if (known > 0) {
    file->real->pMethods->xRead(file->real, unsynced.before.data(), static_cast<int>(known),
                                offset);
  }
  file->unsynced->push_back(std::move(unsynced));
}

int on_write(sqlite3_file* base, const void* bytes, int amount, sqlite3_int64 offset) {
  File* file = file_of(base);
  const bool fails = strikes();
  if (fails && state.fault == Fault::IoError) return failure();
  remember(file, amount, offset);
  const int written = fails ? amount / 2 : amount;
  const int result = file->real->pMethods->xWrite(file->real, bytes, written, offset);
  if (!fails) return result;
  if (is_deadly()) die();
  return failure();
}

int on_truncate(sqlite3_file* base, sqlite3_int64 size) {
  if (strikes()) {
    if (is_deadly()) die();
    return SQLITE_IOERR_TRUNCATE;
  }
  return real_of(base)->pMethods->xTruncate(real_of(base), size);
}

/// Nothing reaches the disk really: what counts as synced is what lose_unsynced() keeps.
int on_sync(sqlite3_file* base, int) {
  if (strikes()) {
    if (is_deadly()) die();
    return SQLITE_IOERR_FSYNC;
  }
  file_of(base)->unsynced->clear();
  return SQLITE_OK;
}

int on_delete(sqlite3_vfs*, const char* name, int sync) {
  if (strikes()) {
    if (is_deadly()) die();
    return SQLITE_IOERR_DELETE;
  }
  return state.real->xDelete(state.real, name, sync);
}

int on_close(sqlite3_file* base) {
  File* file = file_of(base);
  const int result = file->real->pMethods->xClose(file->real);
  state.files.erase(file);
  delete file->unsynced;
  return result;
}

// The rest goes through as it is.
int on_read(sqlite3_file* f, void* bytes, int amount, sqlite3_int64 offset) {
  return real_of(f)->pMethods->xRead(real_of(f), bytes, amount, offset);
}
int on_size(sqlite3_file* f, sqlite3_int64* size) {
  return real_of(f)->pMethods->xFileSize(real_of(f), size);
}
int on_lock(sqlite3_file* f, int kind) { return real_of(f)->pMethods->xLock(real_of(f), kind); }
int on_unlock(sqlite3_file* f, int kind) { return real_of(f)->pMethods->xUnlock(real_of(f), kind); }
int on_check(sqlite3_file* f, int* out) {
  return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out);
}
int on_control(sqlite3_file* f, int op, void* argument) {
  return real_of(f)->pMethods->xFileControl(real_of(f), op, argument);
}
int on_sector(sqlite3_file* f) { return real_of(f)->pMethods->xSectorSize(real_of(f)); }
int on_traits(sqlite3_file* f) { return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f)); }
int on_shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
  return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, out);
}
int on_shm_lock(sqlite3_file* f, int offset, int n, int flags) {
  return real_of(f)->pMethods->xShmLock(real_of(f), offset, n, flags);
}
void on_shm_barrier(sqlite3_file* f) { real_of(f)->pMethods->xShmBarrier(real_of(f)); }
int on_shm_unmap(sqlite3_file* f, int remove) {
  return real_of(f)->pMethods->xShmUnmap(real_of(f), remove);
}

const sqlite3_io_methods kMethods = {
    2,           on_close,       on_read,      on_write,   on_truncate, on_sync,   on_size,
    on_lock,     on_unlock,      on_check,     on_control, on_sector,   on_traits, on_shm_map,
    on_shm_lock, on_shm_barrier, on_shm_unmap, nullptr,    nullptr};

int on_open(sqlite3_vfs*, const char* name, sqlite3_file* base, int flags, int* out_flags) {
  File* file = file_of(base);
  file->base.pMethods = nullptr;
  file->real = reinterpret_cast<sqlite3_file*>(file + 1);
  const int result = state.real->xOpen(state.real, name, file->real, flags, out_flags);
  if (file->real->pMethods == nullptr) return result;
  file->unsynced = new std::vector<Unsynced>;
  file->base.pMethods = &kMethods;
  state.files.insert(file);
  return result;
}

}  // namespace

FaultVfs::FaultVfs(Fault fault, std::uint64_t at) {
  state = State();
  state.real = sqlite3_vfs_find(nullptr);
  state.fault = fault;
  state.at = at;
  state.shim = *state.real;
  state.shim.zName = "qfcsync-fault";
  state.shim.szOsFile = static_cast<int>(sizeof(File)) + state.real->szOsFile;
  state.shim.pNext = nullptr;
  state.shim.xOpen = on_open;
  state.shim.xDelete = on_delete;
  sqlite3_vfs_register(&state.shim, 1);
}

FaultVfs::~FaultVfs() {
  sqlite3_vfs_unregister(&state.shim);
  sqlite3_vfs_register(state.real, 1);
}

std::uint64_t FaultVfs::operations() const { return state.count; }

}  // namespace qfcsync::test
