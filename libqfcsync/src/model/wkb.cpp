#include "model/wkb.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

static_assert(std::endian::native == std::endian::little, "WKB is copied as it lies in memory");

namespace qfcsync::model {
namespace {

constexpr std::uint32_t kOldZ = 0x80000000u;
constexpr std::uint32_t kOldM = 0x40000000u;
constexpr std::size_t kHeaderBytes = 5;
constexpr std::size_t kCountBytes = 4;

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  bool read(Geometry& geometry) { return tagged(0, geometry) && at_ == bytes_.size(); }

 private:
  std::size_t left() const { return bytes_.size() - at_; }

  template <typename T>
  bool take(bool swapped, T& value) {
    if (left() < sizeof(T)) return false;
    char raw[sizeof(T)];
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      raw[i] = bytes_[at_ + (swapped ? sizeof(T) - 1 - i : i)];
    }
    std::memcpy(&value, raw, sizeof(T));
    at_ += sizeof(T);
    return true;
  }

  bool header(bool& swapped, Geometry& geometry) {
    std::uint8_t order = 0;
    std::uint32_t code = 0;
    if (!take(false, order) || order > 1) return false;
    swapped = order == 0;
    if (!take(swapped, code)) return false;
    const std::uint32_t plain = code & ~(kOldZ | kOldM);
    const std::uint32_t dimensions = plain / 1000;
    const std::uint32_t type = plain % 1000;
    if (dimensions > 3 || type == 0 || type > 17 || type == 13 || type == 14) return false;
    geometry.type = static_cast<GeometryType>(type);
    geometry.has_z = dimensions == 1 || dimensions == 3 || (code & kOldZ) != 0;
    geometry.has_m = dimensions >= 2 || (code & kOldM) != 0;
    return true;
  }

  bool ordinates(bool swapped, std::size_t vertices, Geometry& geometry) {
    const std::size_t count = vertices * geometry.stride();
    vertices_ += vertices;
    if (vertices_ > kMaxGeometryVertices || left() / sizeof(double) < count) return false;
    geometry.ordinates.resize(count);
    for (double& value : geometry.ordinates) {
      if (!take(swapped, value)) return false;
    }
    return true;
  }

  bool point(bool swapped, Geometry& geometry) {
    if (!ordinates(swapped, 1, geometry)) return false;
    if (std::isnan(geometry.ordinates[0]) && std::isnan(geometry.ordinates[1])) {
      geometry.ordinates.clear();
    }
    return true;
  }

  bool part_count(bool swapped, std::size_t least_bytes, std::uint32_t& count) {
    if (!take(swapped, count) || left() / least_bytes < count) return false;
    parts_ += count;
    return parts_ <= kMaxGeometryParts;
  }

  bool rings(bool swapped, Geometry& polygon) {
    std::uint32_t count = 0;
    if (!part_count(swapped, kCountBytes, count)) return false;
    polygon.parts.resize(count);
    for (Geometry& ring : polygon.parts) {
      ring.type = GeometryType::LineString;
      ring.has_z = polygon.has_z;
      ring.has_m = polygon.has_m;
      std::uint32_t vertices = 0;
      if (!take(swapped, vertices) || !ordinates(swapped, vertices, ring)) return false;
    }
    return true;
  }

  bool tagged(int depth, Geometry& geometry) {
    bool swapped = false;
    if (depth > kMaxGeometryDepth || !header(swapped, geometry)) return false;
    if (geometry.type == GeometryType::Point) return point(swapped, geometry);
    if (geometry.type == GeometryType::Polygon || geometry.type == GeometryType::Triangle) {
      return rings(swapped, geometry);
    }
    std::uint32_t count = 0;
    if (has_ordinates(geometry.type)) {
      return take(swapped, count) && ordinates(swapped, count, geometry);
    }
    if (!part_count(swapped, kHeaderBytes + kCountBytes, count)) return false;
    geometry.parts.resize(count);
    for (Geometry& part : geometry.parts) {
      if (!tagged(depth + 1, part)) return false;
      if (part.has_z != geometry.has_z || part.has_m != geometry.has_m) return false;
    }
    return true;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::size_t parts_ = 0;
  std::size_t vertices_ = 0;
};

template <typename T>
void put(T value, std::string& out) {
  char raw[sizeof(T)];
  std::memcpy(raw, &value, sizeof(T));
  out.append(raw, sizeof(T));
}

void put_ordinates(const Geometry& geometry, std::string& out) {
  const std::size_t size = geometry.ordinates.size() * sizeof(double);
  const std::size_t at = out.size();
  out.resize(at + size);
  if (size != 0) std::memcpy(out.data() + at, geometry.ordinates.data(), size);
}

void put_body(const Geometry& geometry, bool tagged_parts, std::string& out) {
  if (has_ordinates(geometry.type)) {
    put(static_cast<std::uint32_t>(geometry.vertex_count()), out);
    put_ordinates(geometry, out);
    return;
  }
  put(static_cast<std::uint32_t>(geometry.parts.size()), out);
  for (const Geometry& part : geometry.parts) {
    if (tagged_parts) {
      write_wkb(part, out);
    } else {
      put_body(part, false, out);
    }
  }
}

}  // namespace

std::optional<Geometry> read_wkb(std::string_view bytes) {
  std::optional<Geometry> geometry(std::in_place);
  if (!Reader(bytes).read(*geometry) || !is_well_formed(*geometry)) return std::nullopt;
  return geometry;
}

void write_wkb(const Geometry& geometry, std::string& out) {
  out += '\1';
  put(static_cast<std::uint32_t>(geometry.type) + (geometry.has_z ? 1000u : 0u) +
          (geometry.has_m ? 2000u : 0u),
      out);
  if (geometry.type != GeometryType::Point) {
    const bool rings =
        geometry.type == GeometryType::Polygon || geometry.type == GeometryType::Triangle;
    put_body(geometry, !rings, out);
  } else if (geometry.ordinates.empty()) {
    for (std::size_t i = 0; i < geometry.stride(); ++i) {
      put(std::numeric_limits<double>::quiet_NaN(), out);
    }
  } else {
    put_ordinates(geometry, out);
  }
}

}  // namespace qfcsync::model
