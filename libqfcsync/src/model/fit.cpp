#include "model/fit.hpp"

#include "model/arc.hpp"

#include <utility>

namespace qfcsync::model {
namespace {

using Result = std::optional<Geometry>;

bool is_curve(GeometryType type) {
  return type == GeometryType::LineString || type == GeometryType::CircularString ||
         type == GeometryType::CompoundCurve;
}

bool is_surface(GeometryType type) {
  return type == GeometryType::Polygon || type == GeometryType::CurvePolygon ||
         type == GeometryType::Triangle;
}

Geometry shell(GeometryType type, const Geometry& like) {
  Geometry geometry;
  geometry.type = type;
  geometry.has_z = like.has_z;
  geometry.has_m = like.has_m;
  return geometry;
}

Geometry wrap(GeometryType type, Geometry part) {
  Geometry whole = shell(type, part);
  if (!part.is_empty()) whole.parts.push_back(std::move(part));
  return whole;
}

/// Whether a part may stay as it is in a collection of that type.
GeometryType wanted_part(GeometryType collection) {
  if (collection == GeometryType::MultiCurve) return GeometryType::Curve;
  if (collection == GeometryType::MultiSurface) return GeometryType::Surface;
  return default_part_type(collection);
}

Geometry as_line(Geometry curve) {
  if (curve.type == GeometryType::LineString) return curve;
  if (curve.type == GeometryType::CircularString) return segmentize(curve);
  Geometry line = shell(GeometryType::LineString, curve);
  for (Geometry& part : curve.parts) {
    const Geometry piece = as_line(std::move(part));
    const auto skip = static_cast<std::ptrdiff_t>(line.ordinates.empty() ? 0 : line.stride());
    line.ordinates.insert(line.ordinates.end(), piece.ordinates.begin() + skip,
                          piece.ordinates.end());
  }
  return line;
}

Result cast(Geometry geometry, GeometryType to);

Result cast_curve(Geometry curve, GeometryType to) {
  if (to == GeometryType::LineString) return as_line(std::move(curve));
  if (to == GeometryType::CompoundCurve) return wrap(to, std::move(curve));
  const bool one_arc = curve.parts.size() == 1 && curve.parts[0].type == to;
  if (to == GeometryType::CircularString && one_arc) return std::move(curve.parts[0]);
  return std::nullopt;
}

Result cast_surface(Geometry surface, GeometryType to) {
  if (to == GeometryType::Triangle) {
    const bool is_triangle = surface.type == GeometryType::Polygon && surface.parts.size() == 1 &&
                             surface.parts[0].vertex_count() == 4;
    if (!is_triangle) return std::nullopt;
  }
  if (to == GeometryType::Polygon) {
    for (Geometry& ring : surface.parts) ring = as_line(std::move(ring));
  }
  surface.type = to;
  return surface;
}

Result cast_to_collection(Geometry geometry, GeometryType to) {
  if (!is_collection(geometry.type)) {
    auto part = cast(std::move(geometry), wanted_part(to));
    if (!part) return std::nullopt;
    return wrap(to, std::move(*part));
  }
  for (Geometry& part : geometry.parts) {
    auto fitting = cast(std::move(part), wanted_part(to));
    if (!fitting) return std::nullopt;
    part = std::move(*fitting);
  }
  geometry.type = to;
  return geometry;
}

Result cast_to_single(Geometry collection, GeometryType to) {
  if (collection.parts.size() == 1) return cast(std::move(collection.parts[0]), to);
  if (!collection.parts.empty()) return std::nullopt;
  if (to == GeometryType::Curve) to = GeometryType::LineString;
  if (to == GeometryType::Surface) to = GeometryType::Polygon;
  return shell(to, collection);
}

Result cast(Geometry geometry, GeometryType to) {
  if (to == GeometryType::Any || to == geometry.type) return geometry;
  if (to == GeometryType::Curve && is_curve(geometry.type)) return geometry;
  if (to == GeometryType::Surface && is_surface(geometry.type)) return geometry;
  if (is_collection(to)) return cast_to_collection(std::move(geometry), to);
  if (is_collection(geometry.type)) return cast_to_single(std::move(geometry), to);
  if (is_curve(geometry.type) && is_curve(to)) return cast_curve(std::move(geometry), to);
  if (is_surface(geometry.type) && is_surface(to)) return cast_surface(std::move(geometry), to);
  return std::nullopt;
}

void close_ring(Geometry& ring) {
  const std::size_t stride = ring.stride();
  if (ring.ordinates.size() <= stride) return;
  const double* last = &ring.ordinates[ring.ordinates.size() - stride];
  if (last[0] == ring.ordinates[0] && last[1] == ring.ordinates[1]) return;
  const std::vector<double> first(ring.ordinates.begin(),
                                  ring.ordinates.begin() + static_cast<std::ptrdiff_t>(stride));
  ring.ordinates.insert(ring.ordinates.end(), first.begin(), first.end());
}

void close_rings(Geometry& geometry) {
  const bool is_polygon =
      geometry.type == GeometryType::Polygon || geometry.type == GeometryType::Triangle;
  for (Geometry& part : geometry.parts) {
    if (is_polygon) {
      close_ring(part);
    } else {
      close_rings(part);
    }
  }
}

bool wanted(DimensionRule rule, bool present) {
  return rule == DimensionRule::Optional ? present : rule == DimensionRule::Mandatory;
}

}  // namespace

std::optional<Geometry> fit_geometry(Geometry geometry, const GeometryRule& rule) {
  const bool z = wanted(rule.z, geometry.has_z);
  const bool m = wanted(rule.m, geometry.has_m);
  if (geometry.has_z != z || geometry.has_m != m) set_dimensions(geometry, z, m);
  Result result = cast(std::move(geometry), rule.type);
  if (result && !result->parts.empty()) close_rings(*result);
  return result;
}

}  // namespace qfcsync::model
