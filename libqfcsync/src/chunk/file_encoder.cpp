#include "chunk/file_encoder.hpp"

#include <qfcsync/error.hpp>

#include "chunk/limits.hpp"

#include <algorithm>
#include <bit>
#include <exception>
#include <utility>

namespace qfcsync::chunk {
namespace {

// So many are compressed together. Part of what decides how versions are stored.
constexpr std::size_t kBatchChunks = 4;
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

FileEncoder::~FileEncoder() {
  try {
    runner_->finish();
  } catch (const std::exception&) {  // whoever ends early has an error of his own
    compressing_.clear();
  }
}

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
  compress_waiting();
  take_compressed();
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
  waiting_.push_back(prepare(id, raw));
  if (waiting_.size() == kBatchChunks) compress_waiting();
}

bool FileEncoder::is_known(const ObjectId& id) {
  const auto is_it = [&](const Pending& chunk) { return chunk.plan.record.id == id; };
  return std::ranges::any_of(waiting_, is_it) || std::ranges::any_of(compressing_, is_it) ||
         std::ranges::any_of(held_, is_it) || objects_->find(ObjectKind::Chunk, id).has_value();
}

/// Its bases are those found by content once the file looks rewritten, else that of its number.
FileEncoder::Pending FileEncoder::prepare(const ObjectId& id, std::string_view raw) {
  Pending chunk;
  std::vector<ObjectId> bases;
  const std::size_t number = manifest_.chunks.size() - 1;
  if (content_) {
    bases = bases_by_content(raw);
  } else if (previous_ != nullptr && number < previous_->manifest.chunks.size()) {
    chunk.has_place_base = true;
    bases.push_back(previous_->manifest.chunks[number]);
  }
  chunk.plan = encoder_.plan(ObjectKind::Chunk, id, raw, bases);
  chunk.raw = raw;
  return chunk;
}

void FileEncoder::compress_waiting() {
  take_compressed();
  std::swap(compressing_, waiting_);
  runner_->begin(compressing_.size(), [this](std::size_t piece, std::size_t lane) {
    Pending& chunk = compressing_[piece];
    chunk.object = ObjectEncoder::compress(chunk.plan, chunk.raw, compressors_[lane]);
    chunk.plan.prefix = {};
  });
  if (!is_decided_) take_compressed();  // the next ones are to have the bases that are decided on
}

void FileEncoder::take_compressed() {
  runner_->finish();
  for (Pending& chunk : compressing_) {
    const bool poor = is_poor(chunk.object);
    if (chunk.has_place_base) note_delta(poor);
    if (is_decided_) {
      sink_->add(chunk.object);
      continue;
    }
    if (!poor) chunk.raw = {};
    held_.push_back(std::move(chunk));
  }
  compressing_.clear();
  if (held_.size() >= kHeldChunks) decide();
  if (!content_ && is_decided_ && looks_rewritten()) index_previous();
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
  if (looks_rewritten()) index_previous();
  for (Pending& chunk : held_) {
    if (content_ && is_poor(chunk.object)) encode_again(chunk);
    sink_->add(chunk.object);
  }
  held_.clear();
  held_.shrink_to_fit();
}

void FileEncoder::encode_again(Pending& chunk) {
  chunk.object = encoder_.encode(ObjectKind::Chunk, chunk.object.record.id, chunk.raw,
                                 bases_by_content(chunk.raw));
}

std::vector<ObjectId> FileEncoder::bases_by_content(std::string_view raw) const {
  std::vector<ObjectId> bases;
  for (const std::uint32_t number : content_->best_chunks(raw)) {
    bases.push_back(previous_->manifest.chunks[number]);
  }
  return bases;
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
