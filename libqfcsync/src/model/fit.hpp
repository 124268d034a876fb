#pragma once

#include "model/geometry.hpp"

#include <cstdint>
#include <optional>

namespace qfcsync::model {

/// What a column says about z or m; the numbers are those of gpkg_geometry_columns.
enum class DimensionRule : std::uint8_t { Prohibited = 0, Mandatory = 1, Optional = 2 };

/// What a column accepts.
struct GeometryRule {
  GeometryType type = GeometryType::Any;
  DimensionRule z = DimensionRule::Optional;
  DimensionRule m = DimensionRule::Optional;
};

/// Makes a geometry fit a column, as QGIS does before it writes.
///
/// Single parts become multi, multi geometries of one part single, curves lines (and lines curves)
/// where the column wants it; missing z and m become 0, unwanted ones are dropped; rings of
/// polygons are closed.
///
/// @return nullopt when the types cannot be reconciled, e.g. a point for a line column
std::optional<Geometry> fit_geometry(Geometry geometry, const GeometryRule& rule);

}  // namespace qfcsync::model
