#pragma once

#include <qfcsync/stream.hpp>

#include "chunk/content_index.hpp"
#include "chunk/file_digest.hpp"
#include "chunk/manifest.hpp"
#include "chunk/object.hpp"
#include "chunk/object_decoder.hpp"
#include "chunk/object_encoder.hpp"
#include "chunk/work_runner.hpp"
#include "chunk/zstd_codec.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::chunk {

/// A version that new ones are stored against.
struct PreviousVersion {
  ObjectId id;
  Manifest manifest;
};

/// Takes one version of a file, front to back, and stores what the store does not have yet.
///
/// A new chunk is a delta against the chunk of the same number in the previous version. When the
/// file turns out to be rewritten (over a quarter of its chunks new, most of the last 16 such
/// deltas above a sixteenth of the chunk), bases are found by content instead; the first 16 new
/// chunks are held back until that is known. Memory: 32 bytes a chunk, 16 MiB, a compressor a lane,
/// and the ContentIndex of a rewritten file.
///
/// New chunks are compressed four at a time, on as many threads as the runner has, while the next
/// ones come; what is decided about them does not depend on that. One thread at a time; all
/// arguments have to outlive it.
class FileEncoder : public ByteSink {
 public:
  /// @param previous  nullptr: none
  FileEncoder(ObjectSource& objects, ObjectSink& sink, ObjectDecoder& decoder,
              const PreviousVersion* previous, WorkRunner& runner);
  ~FileEncoder() override;
  FileEncoder(const FileEncoder&) = delete;
  FileEncoder& operator=(const FileEncoder&) = delete;

  /// @errors LimitExceeded: more than kMaxFileBytes; as ObjectSink::add()
  void write(std::string_view bytes) override;

  /// Stores the rest and the manifest, under the id of the file, unless it is there already.
  ///
  /// @param names  of all bytes that were written, by FileDigest
  Manifest finish(const FileNames& names);

  std::uint64_t new_chunks() const noexcept { return new_chunks_; }
  bool found_by_content() const noexcept { return content_.has_value(); }

 private:
  /// A new chunk on its way into the sink.
  struct Pending {
    EncodePlan plan;
    std::string raw;  // empty once it is not needed any more
    bool has_place_base = false;
    EncodedObject object;
  };
  using Batch = std::vector<Pending>;
  void take_chunk(std::string_view raw);
  bool is_known(const ObjectId& id);
  bool looks_rewritten() const noexcept;
  Pending prepare(const ObjectId& id, std::string_view raw);
  std::vector<ObjectId> bases_by_content(std::string_view raw) const;
  void compress_waiting();
  void take_compressed();
  void note_delta(bool is_poor) noexcept;
  void decide();
  void encode_again(Pending& chunk);
  void index_previous();

  ObjectSource* objects_;
  ObjectSink* sink_;
  ObjectDecoder* decoder_;
  const PreviousVersion* previous_;
  WorkRunner* runner_;
  ObjectEncoder encoder_;
  std::vector<Compressor> compressors_;  // one a lane

  std::string rest_;  // less than a chunk
  Manifest manifest_;
  std::uint64_t new_chunks_ = 0;
  Batch waiting_;      // prepared
  Batch compressing_;  // used by the runner until that has finished

  bool is_decided_;
  Batch held_;                           // new chunks before the decision
  std::size_t tried_ = 0;                // of the last 16 deltas against the same number
  std::uint16_t failures_ = 0;           // those that were no gain, a bit each
  std::optional<ContentIndex> content_;  // once the file looks rewritten
};

}  // namespace qfcsync::chunk
