#include "repository/old_file.hpp"

#include <qfcsync/error.hpp>

#include "chunk/limits.hpp"

#include <algorithm>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>

namespace qfcsync::repository {

using chunk::kChunkBytes;
using chunk::ObjectId;
using chunk::ObjectKind;
using chunk::RawBytes;

std::unique_ptr<OldFile> OldFile::open(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) {
    return nullptr;
  }
  io::Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor) return nullptr;
  return std::unique_ptr<OldFile>(
      new OldFile(std::move(descriptor), file, static_cast<std::uint64_t>(status.st_size)));
}

RawBytes OldFile::at(std::uint64_t number, const ObjectId& id) {
  RawBytes raw = read(number);
  if (!raw) return nullptr;
  const ObjectId found = chunk::sha256_id(*raw);
  if (found == id) return raw;
  const std::lock_guard lock(mutex_);
  places_.emplace(chunk::ObjectKey{ObjectKind::Chunk, found}, number);
  return nullptr;
}

RawBytes OldFile::find(const chunk::ObjectKey& key) {
  if (key.kind != ObjectKind::Chunk) return nullptr;
  const std::optional<std::uint64_t> number = place_of(key.id);
  if (!number) return nullptr;
  RawBytes raw = read(*number);
  return raw && chunk::sha256_id(*raw) == key.id ? raw : nullptr;
}

std::optional<std::uint64_t> OldFile::place_of(const ObjectId& id) {
  const std::lock_guard lock(mutex_);
  const auto known = places_.find({ObjectKind::Chunk, id});
  if (known != places_.end()) return known->second;
  if (std::exchange(is_read_, true)) return std::nullopt;
  for (std::uint64_t number = 0; number * kChunkBytes < bytes_; ++number) {
    const RawBytes raw = read(number);
    if (!raw) break;
    places_.emplace(chunk::ObjectKey{ObjectKind::Chunk, chunk::sha256_id(*raw)}, number);
  }
  const auto found = places_.find({ObjectKind::Chunk, id});
  if (found == places_.end()) return std::nullopt;
  return found->second;
}

/// Nothing behind the end. What cannot be read is to be had from the store.
RawBytes OldFile::read(std::uint64_t number) const {
  const std::uint64_t offset = number * kChunkBytes;
  if (offset >= bytes_) return nullptr;
  std::string raw(std::min<std::uint64_t>(kChunkBytes, bytes_ - offset), '\0');
  try {
    io::read_at(file_.get(), offset, raw.data(), raw.size(), path_);
  } catch (const Error&) {
    return nullptr;
  }
  return std::make_shared<const std::string>(std::move(raw));
}

}  // namespace qfcsync::repository
