#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace qfcsync::server {

inline constexpr std::size_t kMaxPictureBytes = 5u << 20;
inline constexpr std::uint32_t kMaxPictureSide = 10'000;  ///< pixels

enum class ImageKind { Png, Jpeg, Svg };

/// "png", "jpg", "svg": the extension under which a picture is kept.
std::string_view extension_of(ImageKind kind);

/// What is sent as Content-Type for that extension.
std::string_view media_type_of(std::string_view extension);

struct ImageInfo {
  ImageKind kind = ImageKind::Png;
  std::uint32_t width = 0;  ///< 0 for drawings
  std::uint32_t height = 0;
};

/// Reads PNG and JPEG from their beginning to their end without unpacking the pixels: structure,
/// checksums, dimensions. So a picture of any claimed size costs no more than its bytes.
///
/// @return nullopt when it is neither, or not whole
std::optional<ImageInfo> read_image(std::string_view bytes);

/// The reason why an SVG drawing is not kept; nullopt for one that can do nothing but be drawn.
///
/// Only drawing elements pass: no scripts, no event attributes, no style that loads something, no
/// reference out of the drawing.
std::optional<std::string> unsafe_svg(std::string_view bytes);

}  // namespace qfcsync::server
