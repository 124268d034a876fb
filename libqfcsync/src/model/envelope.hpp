#pragma once

#include "model/geometry.hpp"

#include <limits>

namespace qfcsync::model {

/// Axis-parallel box; without any vertex the minima are above the maxima.
struct Envelope {
  double min_x = std::numeric_limits<double>::infinity();
  double max_x = -std::numeric_limits<double>::infinity();
  double min_y = std::numeric_limits<double>::infinity();
  double max_y = -std::numeric_limits<double>::infinity();
  double min_z = std::numeric_limits<double>::infinity();
  double max_z = -std::numeric_limits<double>::infinity();

  bool is_empty() const { return !(min_x <= max_x); }
  void add(double x, double y);
  void add_z(double z);
  void add(const Envelope& other);
};

/// Box around a geometry; circular arcs count with their whole course, not only their vertices.
Envelope envelope_of(const Geometry& geometry);

}  // namespace qfcsync::model
