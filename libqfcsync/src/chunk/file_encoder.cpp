#include "chunk/file_encoder.hpp"

#include <qfcsync/error.hpp>

#include "chunk/limits.hpp"

#include <algorithm>
#include <bit>
#include <span>
#include <utility>

namespace qfcsync::chunk {
namespace {

constexpr std::size_t kHeldChunks = 16;
// "Rewritten": over one new chunk in so many.
constexpr std::uint64_t kNewShare = 4;
// A delta above this part of its chunk has its base in the wrong place: where rows or pages have
// moved by less than a chunk, a part is still found. Edits of every tenth row stay below.
constexpr std::size_t kPoorShare = 16;

bool is_poor(const EncodedObject& object) {
  return object.record.codec != Codec::ZstdDelta ||
         object.stored.size() * kPoorShare > object.record.raw_bytes;
}

}  // namespace

FileEncoder::FileEncoder(ObjectSource& objects, ObjectSink& sink, ObjectDecoder& decoder,
                         const PreviousVersion* previous)
    : objects_(&objects),
      sink_(&sink),
      decoder_(&decoder),
      previous_(previous),
      encoder_(objects, decoder),
      is_decided_(previous == nullptr) {}

void FileEncoder::write(std::string_view bytes) {
  while (!bytes.empty()) {
    if (rest_.empty() && bytes.size() >= kChunkBytes) {  // no copy of what is there in one piece
      take_chunk(bytes.substr(0, kChunkBytes));
      bytes.remove_prefix(kChunkBytes);
      continue;
    }
    const std::size_t part = std::min(bytes.size(), kChunkBytes - rest_.size());
    rest_ += bytes.substr(0, part);
    bytes.remove_prefix(part);
    if (rest_.size() == kChunkBytes) {
      take_chunk(rest_);
      rest_.clear();
    }
  }
}

Manifest FileEncoder::finish(const FileNames& names) {
  if (!rest_.empty()) take_chunk(rest_);
  rest_.clear();
  if (!is_decided_) decide();
  manifest_.etag = names.etag;
  if (!objects_->find(ObjectKind::Manifest, names.id)) {
    const ObjectId* base = previous_ == nullptr ? nullptr : &previous_->id;
    sink_->add(encoder_.encode(ObjectKind::Manifest, names.id, format_manifest(manifest_),
                               {base, base == nullptr ? 0u : 1u}));
  }
  return std::move(manifest_);
}

void FileEncoder::take_chunk(std::string_view raw) {
  if (manifest_.chunks.size() == kMaxManifestChunks) {
    throw Error(ErrorCode::LimitExceeded, "files of more than 128 GiB are not versioned");
  }
  const ObjectId id = sha256_id(raw);
  manifest_.file_bytes += raw.size();
  manifest_.chunks.push_back(id);
  if (is_known(id)) return;
  ++new_chunks_;
  take_new_chunk(id, raw);
}

void FileEncoder::take_new_chunk(const ObjectId& id, std::string_view raw) {
  if (!content_ && is_decided_ && looks_rewritten()) index_previous();
  if (content_) {
    sink_->add(encode_by_content(id, raw));
    return;
  }
  const std::size_t number = manifest_.chunks.size() - 1;
  const bool has_base = previous_ != nullptr && number < previous_->manifest.chunks.size();
  const ObjectId* base = has_base ? &previous_->manifest.chunks[number] : nullptr;
  EncodedObject object = encoder_.encode(ObjectKind::Chunk, id, raw, {base, has_base ? 1u : 0u});
  const bool poor = is_poor(object);
  if (has_base) {
    tried_ = std::min(tried_ + 1, kHeldChunks);
    failures_ = static_cast<std::uint16_t>(failures_ << 1 | (poor ? 1 : 0));
  }
  if (is_decided_) {
    sink_->add(object);
    return;
  }
  held_.push_back({std::move(object), poor ? std::string(raw) : std::string()});
  if (held_.size() == kHeldChunks) decide();
}

bool FileEncoder::is_known(const ObjectId& id) {
  const auto is_it = [&](const Held& held) { return held.object.record.id == id; };
  return std::ranges::any_of(held_, is_it) || objects_->find(ObjectKind::Chunk, id).has_value();
}

bool FileEncoder::looks_rewritten() const noexcept {
  return static_cast<std::size_t>(std::popcount(failures_)) * 2 > tried_ &&
         new_chunks_ * kNewShare > manifest_.chunks.size();
}

/// Lets the held chunks go: as they are, or stored anew by content where that may be better.
void FileEncoder::decide() {
  is_decided_ = true;
  if (looks_rewritten()) index_previous();
  for (Held& held : held_) {
    if (content_ && is_poor(held.object)) {
      held.object = encode_by_content(held.object.record.id, held.raw);
    }
    sink_->add(held.object);
  }
  held_.clear();
  held_.shrink_to_fit();
}

void FileEncoder::index_previous() {
  const Manifest& old = previous_->manifest;
  content_.emplace(old.file_bytes);
  for (std::size_t number = 0; number < old.chunks.size(); ++number) {
    try {
      const RawBytes raw = decoder_->decode(ObjectKind::Chunk, old.chunks[number]);
      content_->add(static_cast<std::uint32_t>(number), *raw);
    } catch (const Error& error) {  // what is lost is no base; the new version does not need it
      if (error.code() != ErrorCode::Corrupt && error.code() != ErrorCode::NotFound) throw;
    }
  }
  content_->finish();
}

EncodedObject FileEncoder::encode_by_content(const ObjectId& id, std::string_view raw) {
  std::vector<ObjectId> bases;
  for (const std::uint32_t number : content_->best_chunks(raw)) {
    bases.push_back(previous_->manifest.chunks[number]);
  }
  return encoder_.encode(ObjectKind::Chunk, id, raw, bases);
}

}  // namespace qfcsync::chunk
