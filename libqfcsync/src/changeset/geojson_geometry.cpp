#include "changeset/geojson_geometry.hpp"

#include "model/fit.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

namespace qfcsync::changeset {
namespace {

using model::Geometry;
using model::GeometryType;

enum class Turn { CounterClockwise, Clockwise };

/// The type without curves and patches that a geometry becomes.
GeometryType plain_type(GeometryType type) {
  switch (type) {
    case GeometryType::CircularString:
    case GeometryType::CompoundCurve:
      return GeometryType::LineString;
    case GeometryType::CurvePolygon:
    case GeometryType::Triangle:
      return GeometryType::Polygon;
    case GeometryType::MultiCurve:
      return GeometryType::MultiLineString;
    case GeometryType::MultiSurface:
    case GeometryType::PolyhedralSurface:
    case GeometryType::Tin:
      return GeometryType::MultiPolygon;
    default:
      return type;
  }
}

std::string_view geojson_name(GeometryType type) {
  switch (type) {
    case GeometryType::Point:
      return "Point";
    case GeometryType::LineString:
      return "LineString";
    case GeometryType::Polygon:
      return "Polygon";
    case GeometryType::MultiPoint:
      return "MultiPoint";
    case GeometryType::MultiLineString:
      return "MultiLineString";
    case GeometryType::MultiPolygon:
      return "MultiPolygon";
    default:
      return "GeometryCollection";
  }
}

bool is_finite(const Geometry& geometry) {
  return std::all_of(geometry.ordinates.begin(), geometry.ordinates.end(),
                     [](double ordinate) { return std::isfinite(ordinate); }) &&
         std::all_of(geometry.parts.begin(), geometry.parts.end(), is_finite);
}

void append_position(const Geometry& geometry, std::size_t vertex, std::string& out) {
  const double* at = &geometry.ordinates[vertex * geometry.stride()];
  const std::size_t count = geometry.has_z ? 3 : 2;
  for (std::size_t i = 0; i < count; ++i) {
    out += i == 0 ? "[" : ", ";
    char buffer[32];
    const auto result = std::to_chars(buffer, buffer + sizeof buffer, at[i]);
    out.append(buffer, result.ptr);
  }
  out += ']';
}

void append_line(const Geometry& line, bool is_reversed, std::string& out) {
  const std::size_t count = line.vertex_count();
  out += '[';
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) out += ", ";
    append_position(line, is_reversed ? count - 1 - i : i, out);
  }
  out += ']';
}

/// Twice the area, positive when the ring runs counter-clockwise. Relative to the first vertex: far
/// from the origin the products would lose the digits that matter.
double signed_area(const Geometry& ring) {
  const std::size_t stride = ring.stride();
  double sum = 0;
  for (std::size_t i = stride; i + stride < ring.ordinates.size(); i += stride) {
    const double x1 = ring.ordinates[i] - ring.ordinates[0];
    const double y1 = ring.ordinates[i + 1] - ring.ordinates[1];
    const double x2 = ring.ordinates[i + stride] - ring.ordinates[0];
    const double y2 = ring.ordinates[i + stride + 1] - ring.ordinates[1];
    sum += x1 * y2 - x2 * y1;
  }
  return sum;
}

void append_ring(const Geometry& ring, Turn turn, std::string& out) {
  const double area = signed_area(ring);
  append_line(ring, turn == Turn::CounterClockwise ? area < 0 : area > 0, out);
}

void append_coordinates(const Geometry& geometry, std::string& out) {
  if (geometry.type == GeometryType::LineString) return append_line(geometry, false, out);
  if (geometry.type == GeometryType::Point && !geometry.ordinates.empty()) {
    return append_position(geometry, 0, out);
  }
  out += '[';
  for (std::size_t i = 0; i < geometry.parts.size(); ++i) {
    if (i != 0) out += ", ";
    if (geometry.type == GeometryType::Polygon) {
      append_ring(geometry.parts[i], i == 0 ? Turn::CounterClockwise : Turn::Clockwise, out);
    } else {
      append_coordinates(geometry.parts[i], out);
    }
  }
  out += ']';
}

void append_plain(Geometry geometry, std::string& out) {
  const GeometryType type = plain_type(geometry.type);
  if (type != geometry.type) {
    model::GeometryRule rule;
    rule.type = type;
    auto plain = model::fit_geometry(std::move(geometry), rule);
    geometry = plain ? std::move(*plain) : Geometry{type, false, false, {}, {}};
  }
  out += "{\"type\": \"";
  out += geojson_name(type);
  if (type != GeometryType::GeometryCollection) {
    out += "\", \"coordinates\": ";
    append_coordinates(geometry, out);
  } else {
    out += "\", \"geometries\": [";
    for (std::size_t i = 0; i < geometry.parts.size(); ++i) {
      if (i != 0) out += ", ";
      append_plain(std::move(geometry.parts[i]), out);
    }
    out += ']';
  }
  out += '}';
}

}  // namespace

bool append_geojson(const Geometry& geometry, std::string& out) {
  if (!is_finite(geometry)) return false;
  append_plain(geometry, out);
  return true;
}

}  // namespace qfcsync::changeset
