#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace qfcsync::base {

/// Lower-case hexadecimal text of bytes.
std::string to_hex(std::span<const std::uint8_t> bytes);

/// SHA-1 names git objects; nothing else relies on it.
enum class DigestKind { Md5, Sha1, Sha256 };

/// Streaming message digest (OpenSSL EVP).
class Digest {
 public:
  explicit Digest(DigestKind kind);
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;
  ~Digest();

  void update(std::string_view bytes);
  /// Digest of everything since construction or the last finish(); starts anew.
  std::string finish_raw();
  std::string finish_hex();

 private:
  struct Context;
  void start();
  DigestKind kind_;
  std::unique_ptr<Context> context_;
};

/// The S3-style entity tag that all QFieldCloud clients compute: MD5 of the content up to 8 MiB,
/// above that MD5 over the MD5s of 8 MiB parts followed by "-<parts>".
class EtagDigest {
 public:
  static constexpr std::uint64_t kPartBytes = 8u << 20;

  EtagDigest() : part_(DigestKind::Md5) {}
  void update(std::string_view bytes);
  std::string finish();

 private:
  Digest part_;
  std::uint64_t part_size_ = 0;
  std::uint64_t full_parts_ = 0;
  std::string part_digests_;
};

/// SHA-256 of a text, hex.
std::string sha256_hex(std::string_view bytes);

struct FileDigests {
  std::uint64_t size = 0;
  std::string sha256;
  std::string etag;
};

/// Reads a file once and gives both of its names.
///
/// @errors NotFound, Io
FileDigests digest_file(const std::filesystem::path& path);

}  // namespace qfcsync::base
