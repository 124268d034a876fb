#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace qfcsync::model {

/// Bounds for geometries from outside; a reader refuses what is beyond them.
inline constexpr int kMaxGeometryDepth = 32;
inline constexpr std::size_t kMaxGeometryParts = 1'000'000;
inline constexpr std::size_t kMaxGeometryVertices = 16'000'000;

/// Geometry types of OGC Simple Features and SQL/MM; the numbers are those of WKB.
enum class GeometryType : std::uint8_t {
  Any = 0,  ///< only as the type of a column
  Point = 1,
  LineString = 2,
  Polygon = 3,
  MultiPoint = 4,
  MultiLineString = 5,
  MultiPolygon = 6,
  GeometryCollection = 7,
  CircularString = 8,
  CompoundCurve = 9,
  CurvePolygon = 10,
  MultiCurve = 11,
  MultiSurface = 12,
  Curve = 13,    ///< abstract: only as the type of a column
  Surface = 14,  ///< abstract: only as the type of a column
  PolyhedralSurface = 15,
  Tin = 16,
  Triangle = 17,
};

/// Upper-case name as in WKT and gpkg_geometry_columns; "GEOMETRY" for Any.
std::string_view to_string(GeometryType type) noexcept;

/// Type of an upper-case name, also GEOMCOLLECTION; nothing else matches.
///
/// @return false when there is no such type
bool type_from_name(std::string_view upper_name, GeometryType& type) noexcept;

/// A geometry as a plain value.
///
/// Points, line strings and circular strings have ordinates, all others have parts (a polygon its
/// rings as line strings). z and m are the same in all parts.
struct Geometry {
  GeometryType type = GeometryType::Point;
  bool has_z = false;
  bool has_m = false;
  std::vector<double> ordinates;  ///< x y [z] [m] per vertex; empty = empty geometry
  std::vector<Geometry> parts;

  std::size_t stride() const { return 2u + (has_z ? 1u : 0u) + (has_m ? 1u : 0u); }
  std::size_t vertex_count() const { return ordinates.size() / stride(); }
  bool is_empty() const;
  bool operator==(const Geometry&) const = default;
};

/// True for the types that hold ordinates themselves.
bool has_ordinates(GeometryType type) noexcept;

/// True for the types whose parts are geometries of their own: multi types, collections, surfaces
/// made of patches.
bool is_collection(GeometryType type) noexcept;

/// Type of a part that has no tag of its own in WKT; Any for a GeometryCollection.
GeometryType default_part_type(GeometryType type) noexcept;

/// Whether a part of that type may stand in a geometry of the other type.
bool allows_part(GeometryType whole, GeometryType part) noexcept;

/// Drops z and m that are not wanted and fills missing ones with 0, in all parts.
void set_dimensions(Geometry& geometry, bool z, bool m);

/// What readers of WKB insist on: circular strings of an odd number of vertices, compound curves
/// without gaps, triangles of one ring, parts of allowed types.
bool is_well_formed(const Geometry& geometry);

}  // namespace qfcsync::model
