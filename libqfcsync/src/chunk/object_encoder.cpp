#include "chunk/object_encoder.hpp"

#include <qfcsync/error.hpp>

#include "chunk/limits.hpp"

#include <algorithm>
#include <utility>

namespace qfcsync::chunk {
namespace {

// A delta has to be below this share of the raw size, compression has to save that one.
constexpr std::size_t kDeltaShare = 4;
constexpr std::size_t kSavedShare = 16;

void check_size(ObjectKind kind, std::string_view raw) {
  const std::size_t most = kind == ObjectKind::Chunk ? kChunkBytes : kMaxObjectBytes;
  if (raw.empty() || raw.size() > most) {
    throw Error(ErrorCode::LimitExceeded, "an object is empty or larger than the format allows");
  }
}

EncodedObject object_of(ObjectRecord record, Codec codec, std::string stored) {
  record.codec = codec;
  record.stored_bytes = static_cast<std::uint32_t>(stored.size());
  return {std::move(record), std::move(stored)};
}

}  // namespace

EncodedObject ObjectEncoder::encode(ObjectKind kind, const ObjectId& id, std::string_view raw,
                                    std::span<const ObjectId> bases) {
  return compress(plan(kind, id, raw, bases), raw, compressor_);
}

EncodedObject ObjectEncoder::compress(const EncodePlan& plan, std::string_view raw,
                                      Compressor& compressor) {
  ObjectRecord record = plan.record;
  if (!record.bases.empty()) {
    std::string stored = compressor.compress(raw, plan.prefix);
    if (stored.size() * kDeltaShare < raw.size()) {
      return object_of(std::move(record), Codec::ZstdDelta, std::move(stored));
    }
    record.depth = 0;
    record.bases.clear();
  }
  std::string stored = compressor.compress(raw, {});
  if (stored.size() < raw.size() && (raw.size() - stored.size()) * kSavedShare >= raw.size()) {
    return object_of(std::move(record), Codec::Zstd, std::move(stored));
  }
  return object_of(std::move(record), Codec::Raw, std::string(raw));
}

EncodePlan ObjectEncoder::plan(ObjectKind kind, const ObjectId& id, std::string_view raw,
                               std::span<const ObjectId> bases) {
  check_size(kind, raw);
  if (bases.size() > kMaxBases) throw Error(ErrorCode::Internal, "an object has two bases at most");
  const std::uint8_t below = bases.size() > 1 ? kMaxSharedDepth : kMaxDepth;
  EncodePlan plan;
  ObjectRecord& record = plan.record;
  record.kind = kind;
  record.id = id;
  record.raw_bytes = static_cast<std::uint32_t>(raw.size());
  for (const ObjectId& wanted : bases) {
    const std::optional<ObjectRecord> base = usable_base(kind, wanted, below);
    if (!base || base->id == id || std::ranges::count(record.bases, base->id) != 0) continue;
    try {
      plan.prefix += *decoder_->decode(kind, base->id);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::Corrupt && error.code() != ErrorCode::NotFound) throw;
      continue;
    }
    record.bases.push_back(base->id);
    record.depth = std::max<std::uint8_t>(record.depth, base->depth + 1);
  }
  return plan;
}

/// The object, or the root of its chain where it is too deep.
std::optional<ObjectRecord> ObjectEncoder::usable_base(ObjectKind kind, const ObjectId& id,
                                                       std::uint8_t below_depth) {
  std::optional<ObjectRecord> base = objects_->find(kind, id);
  if (!base || base->depth < below_depth) return base;
  while (base && base->depth > 0) {
    const std::uint8_t depth = base->depth;
    if (base->bases.empty()) return std::nullopt;
    base = objects_->find(kind, base->bases.front());
    if (base && base->depth >= depth) return std::nullopt;
  }
  return base;
}

}  // namespace qfcsync::chunk
