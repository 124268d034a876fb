#include "chunk/object.hpp"

#include <qfcsync/error.hpp>

#include "chunk/limits.hpp"

namespace qfcsync::chunk {
namespace {

bool is_kind(ObjectKind kind) { return kind >= ObjectKind::Chunk && kind <= ObjectKind::Change; }

bool sizes_fit(const ObjectRecord& record) {
  const std::uint32_t most = record.kind == ObjectKind::Chunk ? kChunkBytes : kMaxObjectBytes;
  if (record.raw_bytes == 0 || record.raw_bytes > most || record.stored_bytes == 0) return false;
  // A writer stores raw what does not become smaller.
  return record.codec == Codec::Raw ? record.stored_bytes == record.raw_bytes
                                    : record.stored_bytes < record.raw_bytes;
}

bool bases_fit(const ObjectRecord& record) {
  if (record.codec != Codec::ZstdDelta) return record.bases.empty() && record.depth == 0;
  if (record.bases.empty() || record.bases.size() > kMaxBases) return false;
  if (record.bases.size() == 2 && record.bases[0] == record.bases[1]) return false;
  return record.depth >= 1 && record.depth <= kMaxDepth;
}

}  // namespace

void check_record(const ObjectRecord& record) {
  if (is_kind(record.kind) && record.codec <= Codec::ZstdDelta && sizes_fit(record) &&
      bases_fit(record)) {
    return;
  }
  throw Error(ErrorCode::Corrupt, describe(record.kind, record.id) +
                                      ": sizes, codec and bases do not fit; fetch the pack anew");
}

}  // namespace qfcsync::chunk
