#pragma once

#include "base/digest.hpp"
#include "remote/s3_bucket.hpp"
#include "remote/upload_note.hpp"
#include "store/blob_name.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::remote {

inline constexpr std::uint64_t kS3PartBytes = 8u << 20;
inline constexpr std::uint64_t kMaxS3Parts = 10'000;

/// One blob on its way in parts, some at once; holds kPartsAtOnce of them in memory.
///
/// An upload that was noted goes on: parts the server has already, with our bytes, are not sent
/// again. What makes the upload hopeless (a failing source, a taken name) takes its parts off the
/// server; what passes (a dead network) leaves them there for the next try, if there is a note.
class S3Upload {
 public:
  S3Upload(S3Bucket& bucket, std::string_view name, UploadNote& note);

  /// Sends all parts.
  ///
  /// @errors InvalidArgument: the source has fewer or more bytes; as S3Bucket
  void send(store::SizedSource& source);

  enum class Completion : std::uint8_t {
    Done,     ///< the blob is ours
    Taken,    ///< the name was taken before
    Unknown,  ///< an answer got lost; whoever looks at the blob sees what became of it
  };
  Completion complete(Replace replace);

  /// SHA-256 of all bytes, raw; after send().
  const std::string& sha256() const { return sha256_; }

 private:
  void begin();
  void send_parts(store::SizedSource& source);
  S3Part send_part(int number, std::string_view bytes);
  /// The part as the server has it, if it has our bytes.
  const S3Part* find_known(int number, std::string_view bytes, std::string_view sha256) const;
  Completion read_completion(const Answer& answer);
  void give_up() noexcept;
  void handle_failure(const Error& error) noexcept;

  S3Bucket& bucket_;
  std::string name_;
  UploadNote& note_;
  std::string id_;
  std::vector<S3Part> known_;  ///< what the server had when the upload went on
  std::vector<S3Part> parts_;
  base::Digest digest_{base::DigestKind::Sha256};
  std::string sha256_;
};

}  // namespace qfcsync::remote
