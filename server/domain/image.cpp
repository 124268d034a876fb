#include "domain/image.hpp"

#include <array>

#include <boost/crc.hpp>

namespace qfcsync::server {
namespace {

constexpr std::string_view kPngSignature = "\x89PNG\r\n\x1a\n";
constexpr std::size_t kPngHeaderBytes = 13;
constexpr std::size_t kPngFrameBytes = 12;  // length, type and checksum of a chunk

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | byte_at(bytes, at + i);
  return value;
}

std::uint32_t crc32(std::string_view bytes) {
  boost::crc_32_type crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

std::optional<ImageInfo> read_png(std::string_view bytes) {
  bytes.remove_prefix(kPngSignature.size());
  std::optional<ImageInfo> info;
  bool has_pixels = false;
  while (bytes.size() >= kPngFrameBytes) {
    const std::size_t length = big_endian(bytes, 0, 4);
    if (length > bytes.size() - kPngFrameBytes) return std::nullopt;
    const std::string_view type = bytes.substr(4, 4);
    if (crc32(bytes.substr(4, 4 + length)) != big_endian(bytes, 8 + length, 4)) return std::nullopt;
    const bool is_header = type == "IHDR";
    if (is_header != !info.has_value()) return std::nullopt;
    if (is_header) {
      if (length != kPngHeaderBytes) return std::nullopt;
      info = ImageInfo{ImageKind::Png, big_endian(bytes, 8, 4), big_endian(bytes, 12, 4)};
    }
    if (type == "IDAT") has_pixels = has_pixels || length > 0;
    if (type == "IEND") return has_pixels ? info : std::nullopt;
    bytes.remove_prefix(kPngFrameBytes + length);
  }
  return std::nullopt;
}

/// Skips the pixels after a start of scan: bytes up to the next marker that is none of theirs.
std::size_t end_of_scan(std::string_view bytes, std::size_t at) {
  for (; at + 1 < bytes.size(); ++at) {
    if (byte_at(bytes, at) != 0xFF) continue;
    const std::uint8_t next = byte_at(bytes, at + 1);
    const bool is_stuffed = next == 0 || next == 0xFF || (next >= 0xD0 && next <= 0xD7);
    if (!is_stuffed) break;
  }
  return at;
}

bool is_frame_header(std::uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

std::optional<ImageInfo> read_jpeg(std::string_view bytes) {
  std::optional<ImageInfo> info;
  bool has_pixels = false;
  for (std::size_t at = 2; at + 1 < bytes.size();) {
    if (byte_at(bytes, at) != 0xFF) return std::nullopt;
    const std::uint8_t marker = byte_at(bytes, at + 1);
    if (marker == 0xFF) {  // padding
      ++at;
      continue;
    }
    if (marker == 0xD9) return has_pixels ? info : std::nullopt;
    at += 2;
    if (at + 2 > bytes.size()) return std::nullopt;
    const std::size_t length = big_endian(bytes, at, 2);
    if (length < 2 || length > bytes.size() - at) return std::nullopt;
    if (is_frame_header(marker)) {
      if (length < 8 || info) return std::nullopt;
      info = ImageInfo{ImageKind::Jpeg, big_endian(bytes, at + 5, 2), big_endian(bytes, at + 3, 2)};
    }
    at += length;
    if (marker == 0xDA) {
      if (!info) return std::nullopt;
      has_pixels = true;
      at = end_of_scan(bytes, at);
    }
  }
  return std::nullopt;
}

}  // namespace

std::string_view extension_of(ImageKind kind) {
  constexpr std::array<std::string_view, 3> kNames = {"png", "jpg", "svg"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view media_type_of(std::string_view extension) {
  if (extension == "png") return "image/png";
  if (extension == "svg") return "image/svg+xml";
  return "image/jpeg";
}

std::optional<ImageInfo> read_image(std::string_view bytes) {
  std::optional<ImageInfo> info;
  if (bytes.starts_with(kPngSignature)) info = read_png(bytes);
  if (bytes.starts_with("\xFF\xD8\xFF")) info = read_jpeg(bytes);
  if (info && (info->width == 0 || info->height == 0)) return std::nullopt;
  return info;
}

}  // namespace qfcsync::server
