#include "model/gpkg_blob.hpp"

#include "model/wkb.hpp"

#include <cmath>
#include <cstring>

namespace qfcsync::model {
namespace {

constexpr std::size_t kFixedBytes = 8;
constexpr std::uint8_t kLittleEndian = 0x01;
constexpr std::uint8_t kEmpty = 0x10;
constexpr std::uint8_t kExtended = 0x20;
constexpr std::size_t kEnvelopeDoubles[] = {0, 4, 6, 6, 8};

template <typename T>
T load(const char* at, bool swapped) {
  char raw[sizeof(T)];
  for (std::size_t i = 0; i < sizeof(T); ++i) raw[i] = at[swapped ? sizeof(T) - 1 - i : i];
  T value;
  std::memcpy(&value, raw, sizeof(T));
  return value;
}

void put(double value, std::string& out) {
  char raw[sizeof value];
  std::memcpy(raw, &value, sizeof value);
  out.append(raw, sizeof raw);
}

Envelope load_envelope(const char* at, std::size_t doubles, bool swapped) {
  Envelope envelope;
  envelope.min_x = load<double>(at, swapped);
  envelope.max_x = load<double>(at + 8, swapped);
  envelope.min_y = load<double>(at + 16, swapped);
  envelope.max_y = load<double>(at + 24, swapped);
  if (doubles >= 6) {
    envelope.min_z = load<double>(at + 32, swapped);
    envelope.max_z = load<double>(at + 40, swapped);
  }
  return envelope;
}

}  // namespace

std::optional<GpkgHeader> read_gpkg_header(std::string_view blob) {
  if (blob.size() < kFixedBytes || blob.substr(0, 3) != std::string_view("GP\0", 3)) {
    return std::nullopt;
  }
  const auto flags = static_cast<std::uint8_t>(blob[3]);
  const bool swapped = (flags & kLittleEndian) == 0;
  const unsigned kind = (flags >> 1) & 7u;
  if (kind > 4) return std::nullopt;
  GpkgHeader header;
  header.srs_id = load<std::int32_t>(blob.data() + 4, swapped);
  header.is_empty = (flags & kEmpty) != 0;
  header.is_extended = (flags & kExtended) != 0;
  header.size = kFixedBytes + 8 * kEnvelopeDoubles[kind];
  if (blob.size() < header.size) return std::nullopt;
  if (kind != 0) {
    const std::size_t doubles = kind == 3 ? 4 : kEnvelopeDoubles[kind];  // kind 3 is x, y, m
    header.envelope = load_envelope(blob.data() + kFixedBytes, doubles, swapped);
  }
  return header;
}

std::optional<Geometry> read_gpkg_blob(std::string_view blob) {
  const auto header = read_gpkg_header(blob);
  if (!header || header->is_extended) return std::nullopt;
  return read_wkb(blob.substr(header->size));
}

std::string write_gpkg_blob(const Geometry& geometry, std::int32_t srs_id,
                            const Envelope& envelope) {
  const bool is_empty = envelope.is_empty();
  const bool with_box = !is_empty && geometry.type != GeometryType::Point;
  const bool with_z = with_box && geometry.has_z;
  std::string out("GP\0", 3);
  out += static_cast<char>(kLittleEndian | (is_empty ? kEmpty : 0) |
                           (with_z     ? 2 << 1
                            : with_box ? 1 << 1
                                       : 0));
  char raw[4];
  std::memcpy(raw, &srs_id, sizeof raw);
  out.append(raw, sizeof raw);
  if (with_box) {
    for (const double v : {envelope.min_x, envelope.max_x, envelope.min_y, envelope.max_y}) {
      put(v, out);
    }
  }
  if (with_z) {
    put(envelope.min_z, out);
    put(envelope.max_z, out);
  }
  write_wkb(geometry, out);
  return out;
}

std::optional<Envelope> gpkg_blob_envelope(std::string_view blob) {
  const auto header = read_gpkg_header(blob);
  if (!header) return std::nullopt;
  if (header->envelope && !std::isnan(header->envelope->min_x)) return header->envelope;
  const auto geometry = read_gpkg_blob(blob);
  if (!geometry) return std::nullopt;
  return envelope_of(*geometry);
}

}  // namespace qfcsync::model
