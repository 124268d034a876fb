#include "chunk/pack_reader.hpp"

#include <qfcsync/error.hpp>

#include "base/digest.hpp"
#include "chunk/limits.hpp"

#include <algorithm>
#include <cstring>

namespace qfcsync::chunk {
namespace {

std::string read_part(PackBytes& bytes, std::uint64_t offset, std::size_t size) {
  std::string part(size, '\0');
  bytes.read_at(offset, part.data(), size);
  return part;
}

std::vector<PackEntry> read_entries(PackBytes& bytes) {
  std::vector<PackEntry> entries = read_pack_index(bytes);
  check_pack_header(read_part(bytes, 0, kPackHeaderBytes));
  return entries;
}

}  // namespace

std::vector<PackEntry> read_pack_index(PackBytes& bytes) {
  const std::uint64_t size = bytes.size();
  if (size < kPackHeaderBytes + kPackTailBytes) {
    throw Error(ErrorCode::Corrupt, "pack: too short for one; fetch it anew");
  }
  const PackTail tail =
      parse_pack_tail(read_part(bytes, size - kPackTailBytes, kPackTailBytes), size);
  return parse_pack_index(tail, read_part(bytes, tail.index_offset, tail.index_bytes));
}

void MemoryPack::read_at(std::uint64_t offset, char* buffer, std::size_t size) {
  if (offset > bytes_.size() || size > bytes_.size() - offset) {
    throw Error(ErrorCode::Corrupt, "the pack ends before what is read from it; fetch it anew");
  }
  if (size != 0) std::memcpy(buffer, bytes_.data() + offset, size);
}

PackReader::PackReader(PackBytes& bytes) : bytes_(&bytes), entries_(read_entries(bytes)) {}

std::optional<ObjectRecord> PackReader::find(ObjectKind kind, const ObjectId& id) {
  const PackEntry* entry = find_entry(entries_, {kind, id});
  if (entry == nullptr) return std::nullopt;
  return entry->record;
}

void PackReader::read(const ObjectRecord& record, std::string& stored) {
  const PackEntry* entry = find_entry(entries_, {record.kind, record.id});
  if (entry == nullptr) {
    throw Error(ErrorCode::NotFound, describe(record.kind, record.id) + " is not in this pack");
  }
  stored.resize(entry->record.stored_bytes);
  bytes_->read_at(entry->offset, stored.data(), stored.size());
}

void verify_pack(PackBytes& bytes, const ObjectId& id) {
  base::Digest digest(base::DigestKind::Sha256);
  std::string part(kChunkBytes, '\0');
  const std::uint64_t size = bytes.size();
  for (std::uint64_t at = 0; at < size;) {
    const std::size_t count = std::min<std::uint64_t>(part.size(), size - at);
    bytes.read_at(at, part.data(), count);
    digest.update({part.data(), count});
    at += count;
  }
  if (ObjectId::from_raw(digest.finish_raw()) == id) return;
  throw Error(ErrorCode::Corrupt, "pack " + id.hex() + " holds other bytes; fetch it anew");
}

}  // namespace qfcsync::chunk
