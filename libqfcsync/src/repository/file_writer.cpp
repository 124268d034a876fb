#include "repository/file_writer.hpp"

#include <qfcsync/error.hpp>

#include "base/digest.hpp"
#include "chunk/file_decoder.hpp"
#include "repository/parallel_runner.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace qfcsync::repository {
namespace {

constexpr std::size_t kBatchChunks = 8;  // divides the window of expect_chunks()

/// Objects for several threads.
class LockedObjects : public chunk::ObjectSource {
 public:
  explicit LockedObjects(ObjectSource& objects) : objects_(&objects) {}
  std::optional<chunk::ObjectRecord> find(chunk::ObjectKind kind,
                                          const chunk::ObjectId& id) override {
    const std::lock_guard lock(mutex_);
    return objects_->find(kind, id);
  }
  void read(const chunk::ObjectRecord& record, std::string& stored) override {
    const std::lock_guard lock(mutex_);
    objects_->read(record, stored);
  }
  void expect(chunk::ObjectKind kind, std::span<const chunk::ObjectId> ids) override {
    const std::lock_guard lock(mutex_);
    objects_->expect(kind, ids);
  }

 private:
  std::mutex mutex_;
  ObjectSource* objects_;
};

/// Decodes the next pieces while those before are written.
class FilePieces {
 public:
  FilePieces(State& state, const chunk::Manifest& manifest, OldFile* old)
      : manifest_(manifest), old_(old), objects_(state.objects()) {
    const std::size_t cache_bytes = state.options().decoded_bytes / runner_.lanes();
    for (std::size_t lane = 0; lane < runner_.lanes(); ++lane) {
      decoders_.push_back(std::make_unique<chunk::ObjectDecoder>(objects_, cache_bytes, old));
    }
    begin();
  }

  /// The next ones, in order; none at the end. @errors as chunk::ObjectDecoder::decode()
  std::vector<chunk::RawBytes> next() {
    runner_.finish();
    std::vector<chunk::RawBytes> done;
    std::swap(done, pieces_);
    begin();
    return done;
  }

 private:
  void begin() {
    const std::size_t first = begun_;
    const bool needs_store = old_ == nullptr && first < manifest_.chunks.size();
    if (needs_store) {  // else only what the old file lacks, which nobody knows yet
      chunk::expect_chunks(*decoders_[0], manifest_, 0, first, manifest_.chunks.size());
    }
    pieces_.resize(std::min(kBatchChunks, manifest_.chunks.size() - first));
    begun_ += pieces_.size();
    runner_.begin(pieces_.size(), [this, first](std::size_t piece, std::size_t lane) {
      pieces_[piece] = piece_of(first + piece, *decoders_[lane]);
    });
  }

  chunk::RawBytes piece_of(std::size_t number, chunk::ObjectDecoder& decoder) {
    if (old_ != nullptr) {
      if (chunk::RawBytes raw = old_->at(number, manifest_.chunks[number])) return raw;
    }
    return chunk::decode_chunk(decoder, manifest_, number);
  }

  const chunk::Manifest& manifest_;
  OldFile* old_;
  LockedObjects objects_;
  std::vector<std::unique_ptr<chunk::ObjectDecoder>> decoders_;  // one a lane
  std::vector<chunk::RawBytes> pieces_;                          // being decoded
  std::size_t begun_ = 0;
  ParallelRunner runner_;  // last: its threads use all others
};

}  // namespace

void write_file(State& state, const chunk::ObjectId& file, const chunk::Manifest& manifest,
                OldFile* old, ByteSink& sink) {
  base::Digest sha256(base::DigestKind::Sha256);
  FilePieces pieces(state, manifest, old);
  for (;;) {
    const std::vector<chunk::RawBytes> batch = pieces.next();
    if (batch.empty()) break;
    for (const chunk::RawBytes& raw : batch) {
      sha256.update(*raw);
      sink.write(*raw);
    }
  }
  chunk::check_file_id(file, chunk::ObjectId::from_raw(sha256.finish_raw()));
}

}  // namespace qfcsync::repository
