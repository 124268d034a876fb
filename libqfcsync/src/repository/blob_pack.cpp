#include "repository/blob_pack.hpp"

#include <qfcsync/error.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace qfcsync::repository {

BlobPack::BlobPack(BlobStore& store, std::string name, std::uint64_t size)
    : store_(&store), name_(std::move(name)), size_(size) {
  const std::uint64_t part = size < kWholePackBytes ? size : std::min(size, kPackEndBytes);
  if (part > 0) end_ = read_blob(store, name_, size - part, part);
}

void BlobPack::read_at(std::uint64_t offset, char* buffer, std::size_t size) {
  if (offset > size_ || size > size_ - offset) {
    throw Error(ErrorCode::Corrupt, name_ + " ends before what is read from it; fetch it anew");
  }
  if (size == 0) return;
  const std::uint64_t kept_from = size_ - end_.size();
  if (offset >= kept_from) {
    std::memcpy(buffer, end_.data() + (offset - kept_from), size);
    return;
  }
  const std::string bytes = read_blob(*store_, name_, offset, size);
  std::memcpy(buffer, bytes.data(), size);
}

std::string read_blob(BlobStore& store, std::string_view name, std::uint64_t offset,
                      std::uint64_t length) {
  MemorySink sink;
  store.read(name, offset, length, sink);
  return sink.take();
}

}  // namespace qfcsync::repository
