#include "gpkg/table_envelope.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace qfcsync::gpkg {
namespace {

constexpr std::size_t kHeaderBytes = 8;
constexpr unsigned char kEmptyFlag = 0x10;
// Doubles per envelope kind: none, XY, XYZ, XYM, XYZM.
constexpr std::array<std::size_t, 5> kEnvelopeDoubles = {0, 4, 6, 6, 8};

double read_double(const char* at, bool little_endian) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, at, sizeof bits);
  if (little_endian != (std::endian::native == std::endian::little)) bits = __builtin_bswap64(bits);
  return std::bit_cast<double>(bits);
}

std::uint32_t read_word(const char* at, bool little_endian) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, at, sizeof bits);
  if (little_endian != (std::endian::native == std::endian::little)) bits = __builtin_bswap32(bits);
  return bits;
}

std::optional<Envelope> checked(const Envelope& box) {
  const bool usable = std::isfinite(box.min_x) && std::isfinite(box.max_x) &&
                      std::isfinite(box.min_y) && std::isfinite(box.max_y) &&
                      box.min_x <= box.max_x && box.min_y <= box.max_y;
  return usable ? std::optional(box) : std::nullopt;
}

bool is_point(std::uint32_t type) { return (type & 0x0fffffffu) % 1000 == 1; }

std::optional<Envelope> wkb_envelope(std::string_view wkb) {
  if (wkb.size() < 5) return std::nullopt;
  const bool little = wkb[0] == 1;
  if (is_point(read_word(wkb.data() + 1, little)) && wkb.size() >= 21) {
    const double x = read_double(wkb.data() + 5, little);
    const double y = read_double(wkb.data() + 13, little);
    return checked({x, x, y, y});
  }
  return std::nullopt;
}

}  // namespace

std::optional<Envelope> blob_envelope(std::string_view blob) {
  if (blob.size() < kHeaderBytes || blob[0] != 'G' || blob[1] != 'P') return std::nullopt;
  const auto flags = static_cast<unsigned char>(blob[3]);
  if ((flags & kEmptyFlag) != 0) return std::nullopt;
  const std::size_t kind = (flags >> 1) & 7;
  if (kind >= kEnvelopeDoubles.size()) return std::nullopt;
  const std::size_t wkb_at = kHeaderBytes + 8 * kEnvelopeDoubles[kind];
  if (blob.size() < wkb_at) return std::nullopt;
  if (kind == 0) return wkb_envelope(blob.substr(wkb_at));
  const bool little = (flags & 1) != 0;
  const char* at = blob.data() + kHeaderBytes;
  return checked({read_double(at, little), read_double(at + 8, little),
                  read_double(at + 16, little), read_double(at + 24, little)});
}

}  // namespace qfcsync::gpkg
