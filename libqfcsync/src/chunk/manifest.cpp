#include "chunk/manifest.hpp"

#include <qfcsync/error.hpp>

#include "base/digest.hpp"
#include "chunk/little_endian.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace qfcsync::chunk {
namespace {

constexpr std::string_view kMagic = "QFSMAN";
constexpr std::string_view kVersion = "01";
constexpr std::size_t kDigestBytes = 16;

[[noreturn]] void fail(const char* what) {
  throw Error(ErrorCode::Corrupt,
              std::string("manifest of a file: ") + what + "; fetch it from another replica");
}

std::uint32_t etag_parts(std::uint64_t file_bytes) {
  const std::uint64_t part = base::EtagDigest::kPartBytes;
  return static_cast<std::uint32_t>(std::max<std::uint64_t>(1, (file_bytes + part - 1) / part));
}

unsigned number_of(std::string_view text, int base) {
  unsigned value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (problem != std::errc() || end != text.data() + text.size()) {
    throw Error(ErrorCode::InvalidArgument, "not an entity tag of a file");
  }
  return value;
}

}  // namespace

std::string Etag::text() const {
  const std::string hex = base::to_hex(digest);
  return parts == 1 ? hex : fmt::format("{}-{}", hex, parts);
}

Etag Etag::from_text(std::string_view text) {
  const std::size_t digits = 2 * kDigestBytes;
  if (text.size() < digits || (text.size() > digits && text[digits] != '-')) number_of({}, 10);
  Etag etag;
  for (std::size_t i = 0; i < kDigestBytes; ++i) {
    etag.digest[i] = static_cast<std::uint8_t>(number_of(text.substr(2 * i, 2), 16));
  }
  if (text.size() > digits) etag.parts = number_of(text.substr(digits + 1), 10);
  return etag;
}

std::uint32_t Manifest::chunk_bytes(std::size_t number) const noexcept {
  const std::uint64_t begin = std::uint64_t{number} * kChunkBytes;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(kChunkBytes, file_bytes - begin));
}

std::uint64_t chunk_count(std::uint64_t file_bytes) noexcept {
  return file_bytes / kChunkBytes + (file_bytes % kChunkBytes != 0 ? 1 : 0);
}

std::string format_manifest(const Manifest& manifest) {
  if (manifest.file_bytes > kMaxFileBytes) {
    throw Error(ErrorCode::LimitExceeded,
                fmt::format("files of more than {} bytes are not versioned", kMaxFileBytes));
  }
  std::string bytes(kMagic);
  bytes += kVersion;
  put_little(bytes, manifest.file_bytes, 8);
  put_little(bytes, kChunkBytes, 4);
  put_little(bytes, manifest.etag.parts, 4);
  for (const std::uint8_t byte : manifest.etag.digest) bytes.push_back(static_cast<char>(byte));
  for (const ObjectId& id : manifest.chunks) bytes += id.view();
  return bytes;
}

Manifest parse_manifest(std::string_view bytes) {
  if (bytes.size() < kManifestHeadBytes || !bytes.starts_with(kMagic)) fail("other first bytes");
  if (bytes.substr(6, 2) != kVersion || little(bytes.substr(16, 4)) != kChunkBytes) {
    throw Error(ErrorCode::FormatTooNew,
                "manifest of a file: written by a newer version; upgrade first");
  }
  Manifest manifest;
  manifest.file_bytes = little(bytes.substr(8, 8));
  manifest.etag.parts = static_cast<std::uint32_t>(little(bytes.substr(20, 4)));
  const std::string_view digest = bytes.substr(24, kDigestBytes);
  std::copy(digest.begin(), digest.end(), manifest.etag.digest.begin());
  if (manifest.file_bytes > kMaxFileBytes) fail("larger than any file");
  if (manifest.etag.parts != etag_parts(manifest.file_bytes)) fail("parts and size do not fit");
  const std::uint64_t count = chunk_count(manifest.file_bytes);
  if (bytes.size() != kManifestHeadBytes + count * kIdBytes) fail("chunks and size do not fit");
  manifest.chunks.reserve(count);
  for (std::size_t at = kManifestHeadBytes; at < bytes.size(); at += kIdBytes) {
    manifest.chunks.push_back(ObjectId::from_raw(bytes.substr(at, kIdBytes)));
  }
  return manifest;
}

}  // namespace qfcsync::chunk
