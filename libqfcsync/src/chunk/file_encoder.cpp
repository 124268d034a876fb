#include "chunk/file_encoder.hpp"

#include <qfcsync/error.hpp>

#include "chunk/limits.hpp"

#include <algorithm>
#include <bit>
#include <span>
#include <utility>

namespace qfcsync::chunk {
namespace {

// So many are compressed together. Part of what decides how versions are stored.
constexpr std::size_t kBatchChunks = 8;
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
                         const PreviousVersion* previous, WorkRunner& runner)
    : objects_(&objects),
      sink_(&sink),
      decoder_(&decoder),
      previous_(previous),
      runner_(&runner),
      encoder_(objects, decoder),
      compressors_(runner.lanes()),
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
  encode_waiting();
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
  waiting_.push_back({id, manifest_.chunks.size() - 1, std::string(raw)});
  if (waiting_.size() == kBatchChunks) encode_waiting();
}

bool FileEncoder::is_known(const ObjectId& id) {
  return std::ranges::find(waiting_, id, &Waiting::id) != waiting_.end() ||
         std::ranges::any_of(held_, [&](const Held& held) { return held.chunk.id == id; }) ||
         objects_->find(ObjectKind::Chunk, id).has_value();
}

bool FileEncoder::has_place_base(const Waiting& chunk) const noexcept {
  return previous_ != nullptr && chunk.number < previous_->manifest.chunks.size();
}

void FileEncoder::encode_waiting() {
  if (waiting_.empty()) return;
  if (!content_ && is_decided_ && looks_rewritten()) index_previous();
  std::vector<EncodedObject> objects = encode(waiting_);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const bool poor = is_poor(objects[i]);
    if (!content_ && has_place_base(waiting_[i])) note_delta(poor);
    if (is_decided_) {
      sink_->add(objects[i]);
      continue;
    }
    if (!poor) waiting_[i].raw = {};
    held_.push_back({std::move(objects[i]), std::move(waiting_[i])});
  }
  waiting_.clear();
  if (held_.size() >= kHeldChunks) decide();
}

std::vector<EncodedObject> FileEncoder::encode(std::span<const Waiting> chunks) {
  const std::vector<std::vector<ObjectId>> bases = bases_of(chunks);
  std::vector<EncodePlan> plans;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    plans.push_back(encoder_.plan(ObjectKind::Chunk, chunks[i].id, chunks[i].raw, bases[i]));
  }
  std::vector<EncodedObject> objects(chunks.size());
  runner_->run(chunks.size(), [&](std::size_t piece, std::size_t lane) {
    objects[piece] =
        ObjectEncoder::compress(std::move(plans[piece]), chunks[piece].raw, compressors_[lane]);
  });
  return objects;
}

/// By content once the file looks rewritten, else those of the same number.
std::vector<std::vector<ObjectId>> FileEncoder::bases_of(std::span<const Waiting> chunks) {
  std::vector<std::vector<ObjectId>> bases(chunks.size());
  if (!content_) {
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      if (has_place_base(chunks[i])) {
        bases[i].push_back(previous_->manifest.chunks[chunks[i].number]);
      }
    }
    return bases;
  }
  runner_->run(chunks.size(), [&](std::size_t piece, std::size_t) {
    for (const std::uint32_t number : content_->best_chunks(chunks[piece].raw)) {
      bases[piece].push_back(previous_->manifest.chunks[number]);
    }
  });
  return bases;
}

void FileEncoder::note_delta(bool is_poor) noexcept {
  tried_ = std::min(tried_ + 1, kHeldChunks);
  failures_ = static_cast<std::uint16_t>(failures_ << 1 | (is_poor ? 1 : 0));
}

bool FileEncoder::looks_rewritten() const noexcept {
  return static_cast<std::size_t>(std::popcount(failures_)) * 2 > tried_ &&
         new_chunks_ * kNewShare > manifest_.chunks.size();
}

/// Lets the held chunks go: as they are, or stored anew by content where that may be better.
void FileEncoder::decide() {
  is_decided_ = true;
  if (looks_rewritten()) {
    index_previous();
    encode_held_by_content();
  }
  for (const Held& held : held_) sink_->add(held.object);
  held_.clear();
  held_.shrink_to_fit();
}

void FileEncoder::encode_held_by_content() {
  for (Held& held : held_) {
    if (is_poor(held.object)) held.object = std::move(encode({&held.chunk, 1}).front());
  }
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

}  // namespace qfcsync::chunk
