#pragma once

#include <qfcsync/stream.hpp>

#include "chunk/content_index.hpp"
#include "chunk/file_digest.hpp"
#include "chunk/manifest.hpp"
#include "chunk/object.hpp"
#include "chunk/object_decoder.hpp"
#include "chunk/object_encoder.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
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
/// chunks are held back until that is known. Memory: 32 bytes a chunk, 4 MiB, and the ContentIndex
/// of a rewritten file.
///
/// One thread at a time; all arguments have to outlive it.
class FileEncoder : public ByteSink {
 public:
  /// @param previous  nullptr: none
  FileEncoder(ObjectSource& objects, ObjectSink& sink, ObjectDecoder& decoder,
              const PreviousVersion* previous);

  /// @errors LimitExceeded: more than kMaxFileBytes; as ObjectSink::add()
  void write(std::string_view bytes) override;

  /// Stores the rest and the manifest, under the id of the file, unless it is there already.
  ///
  /// @param names  of all bytes that were written, by FileDigest
  Manifest finish(const FileNames& names);

  std::uint64_t new_chunks() const noexcept { return new_chunks_; }
  bool found_by_content() const noexcept { return content_.has_value(); }

 private:
  struct Held {
    EncodedObject object;
    std::string raw;
  };
  void take_chunk(std::string_view raw);
  void take_new_chunk(const ObjectId& id, std::string_view raw);
  bool is_known(const ObjectId& id);
  bool looks_rewritten() const noexcept;
  void decide();
  void index_previous();
  EncodedObject encode_by_content(const ObjectId& id, std::string_view raw);

  ObjectSource* objects_;
  ObjectSink* sink_;
  ObjectDecoder* decoder_;
  const PreviousVersion* previous_;
  ObjectEncoder encoder_;

  std::string rest_;  // less than a chunk
  Manifest manifest_;
  std::uint64_t new_chunks_ = 0;

  bool is_decided_;
  std::vector<Held> held_;               // new chunks before the decision
  std::size_t tried_ = 0;                // of the last 16 deltas against the same number
  std::uint16_t failures_ = 0;           // those that were no gain, a bit each
  std::optional<ContentIndex> content_;  // once the file looks rewritten
};

}  // namespace qfcsync::chunk
