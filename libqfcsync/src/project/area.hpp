#pragma once

#include "ogr/bounds.hpp"

#include <optional>
#include <string>

#include <pugixml.hpp>

namespace qfcsync::project {

/// Bounding box of a polygon written as WKT; nullopt for anything else.
std::optional<ogr::Bounds> polygon_bounds(const std::string& wkt);

/// A box as WKT polygon.
std::string polygon_wkt(const ogr::Bounds& bounds);

/// How PROJ should look up a `spatialrefsys`: its authority id, else its WKT; "" for none.
std::string crs_definition(pugi::xml_node spatialrefsys);
/// The reference system of the project.
std::string project_crs(pugi::xml_node root);

/// The box of an element `extent`.
std::optional<ogr::Bounds> read_extent(pugi::xml_node extent);

/// The area that a project restricts its offline rows to.
struct AreaOfInterest {
  ogr::Bounds bounds;
  std::string crs;
};

/// @return nullopt when the project sets no area
/// @errors InvalidArgument: the area is set, needed, and no polygon with a known system
std::optional<AreaOfInterest> area_of_interest(pugi::xml_node root);

/// The area rows are clipped to; nullopt when the project clips nothing.
///
/// @errors as area_of_interest
std::optional<AreaOfInterest> clip_area(pugi::xml_node root);

}  // namespace qfcsync::project
