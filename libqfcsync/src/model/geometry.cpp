#include "model/geometry.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace qfcsync::model {
namespace {

constexpr std::array<std::string_view, 18> kNames = {"GEOMETRY",
                                                     "POINT",
                                                     "LINESTRING",
                                                     "POLYGON",
                                                     "MULTIPOINT",
                                                     "MULTILINESTRING",
                                                     "MULTIPOLYGON",
                                                     "GEOMETRYCOLLECTION",
                                                     "CIRCULARSTRING",
                                                     "COMPOUNDCURVE",
                                                     "CURVEPOLYGON",
                                                     "MULTICURVE",
                                                     "MULTISURFACE",
                                                     "CURVE",
                                                     "SURFACE",
                                                     "POLYHEDRALSURFACE",
                                                     "TIN",
                                                     "TRIANGLE"};

/// Ends of adjacent curves may differ by rounding only.
constexpr double kJointTolerance = 1e-14;

bool same_place(double a, double b) {
  return std::abs(a - b) <= kJointTolerance * std::max({1.0, std::abs(a), std::abs(b)});
}

bool joins(const Geometry& before, const Geometry& after) {
  if (before.vertex_count() < 2 || after.vertex_count() < 2) return false;
  const double* end = &before.ordinates[before.ordinates.size() - before.stride()];
  return same_place(end[0], after.ordinates[0]) && same_place(end[1], after.ordinates[1]);
}

bool is_continuous(const Geometry& compound) {
  const auto& parts = compound.parts;
  if (parts.size() == 1) return parts[0].vertex_count() >= 2;
  return std::adjacent_find(parts.begin(), parts.end(), [](const Geometry& a, const Geometry& b) {
           return !joins(a, b);
         }) == parts.end();
}

void set_vertex_dimensions(Geometry& leaf, bool z, bool m) {
  const std::size_t old_stride = leaf.stride();
  const bool had_z = leaf.has_z;
  const bool had_m = leaf.has_m;
  std::vector<double> ordinates;
  ordinates.reserve(leaf.ordinates.size() / old_stride * 4);
  for (std::size_t i = 0; i + old_stride <= leaf.ordinates.size(); i += old_stride) {
    const double* vertex = &leaf.ordinates[i];
    ordinates.insert(ordinates.end(), vertex, vertex + 2);
    if (z) ordinates.push_back(had_z ? vertex[2] : 0.0);
    if (m) ordinates.push_back(had_m ? vertex[had_z ? 3 : 2] : 0.0);
  }
  leaf.ordinates = std::move(ordinates);
}

}  // namespace

std::string_view to_string(GeometryType type) noexcept {
  return kNames[static_cast<std::size_t>(type)];
}

bool type_from_name(std::string_view upper_name, GeometryType& type) noexcept {
  if (upper_name == "GEOMCOLLECTION") upper_name = "GEOMETRYCOLLECTION";
  const auto* found = std::find(kNames.begin(), kNames.end(), upper_name);
  if (found == kNames.end()) return false;
  type = static_cast<GeometryType>(found - kNames.begin());
  return true;
}

bool Geometry::is_empty() const {
  if (has_ordinates(type)) return ordinates.empty();
  return std::all_of(parts.begin(), parts.end(), [](const Geometry& g) { return g.is_empty(); });
}

bool has_ordinates(GeometryType type) noexcept {
  return type == GeometryType::Point || type == GeometryType::LineString ||
         type == GeometryType::CircularString;
}

bool is_collection(GeometryType type) noexcept {
  switch (type) {
    case GeometryType::MultiPoint:
    case GeometryType::MultiLineString:
    case GeometryType::MultiPolygon:
    case GeometryType::GeometryCollection:
    case GeometryType::MultiCurve:
    case GeometryType::MultiSurface:
    case GeometryType::PolyhedralSurface:
    case GeometryType::Tin:
      return true;
    default:
      return false;
  }
}

GeometryType default_part_type(GeometryType type) noexcept {
  switch (type) {
    case GeometryType::MultiPoint:
      return GeometryType::Point;
    case GeometryType::Polygon:
    case GeometryType::Triangle:
    case GeometryType::MultiLineString:
    case GeometryType::CompoundCurve:
    case GeometryType::CurvePolygon:
    case GeometryType::MultiCurve:
      return GeometryType::LineString;
    case GeometryType::MultiPolygon:
    case GeometryType::MultiSurface:
    case GeometryType::PolyhedralSurface:
      return GeometryType::Polygon;
    case GeometryType::Tin:
      return GeometryType::Triangle;
    default:
      return GeometryType::Any;
  }
}

bool allows_part(GeometryType whole, GeometryType part) noexcept {
  if (whole == GeometryType::GeometryCollection) return true;
  if (part == default_part_type(whole)) return true;
  switch (whole) {
    case GeometryType::CompoundCurve:
      return part == GeometryType::CircularString;
    case GeometryType::CurvePolygon:
    case GeometryType::MultiCurve:
      return part == GeometryType::CircularString || part == GeometryType::CompoundCurve;
    case GeometryType::MultiSurface:
      return part == GeometryType::CurvePolygon;
    default:
      return false;
  }
}

void set_dimensions(Geometry& geometry, bool z, bool m) {
  if (!geometry.ordinates.empty() && (geometry.has_z != z || geometry.has_m != m)) {
    set_vertex_dimensions(geometry, z, m);
  }
  geometry.has_z = z;
  geometry.has_m = m;
  for (Geometry& part : geometry.parts) set_dimensions(part, z, m);
}

bool is_well_formed(const Geometry& geometry) {
  if (geometry.type == GeometryType::CircularString && !geometry.ordinates.empty()) {
    return geometry.vertex_count() >= 3 && geometry.vertex_count() % 2 == 1;
  }
  if (geometry.type == GeometryType::Triangle && geometry.parts.size() > 1) return false;
  for (const Geometry& part : geometry.parts) {
    if (!allows_part(geometry.type, part.type) || !is_well_formed(part)) return false;
  }
  return geometry.type != GeometryType::CompoundCurve || geometry.parts.empty() ||
         is_continuous(geometry);
}

}  // namespace qfcsync::model
