#pragma once

#include "ogr/bounds.hpp"

#include <pugixml.hpp>

namespace qfcsync::project {

/// Fills an element `extent` with a box.
void write_extent(pugi::xml_node extent, const ogr::Bounds& bounds);

}  // namespace qfcsync::project
