#pragma once

#include "model/envelope.hpp"
#include "model/geometry.hpp"

#include <vector>

namespace qfcsync::model {

/// Greatest angle of one segment when an arc is replaced by a line: 1 degree, as QGIS does.
inline constexpr double kMaxSegmentAngle = 3.14159265358979323846 / 180.0;

/// Adds the course of the arc through three vertices (x y each) to an envelope.
void add_arc(const double* start, const double* middle, const double* end, Envelope& envelope);

/// The line string in place of a circular string. Its vertices stay; z and m run evenly between.
Geometry segmentize(const Geometry& circular_string);

}  // namespace qfcsync::model
