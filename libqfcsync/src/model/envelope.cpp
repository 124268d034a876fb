#include "model/envelope.hpp"

#include "model/arc.hpp"

#include <algorithm>

namespace qfcsync::model {
namespace {

void add_vertices(const Geometry& leaf, Envelope& envelope) {
  const std::size_t stride = leaf.stride();
  const auto& in = leaf.ordinates;
  for (std::size_t i = 0; i + stride <= in.size(); i += stride) {
    envelope.add(in[i], in[i + 1]);
    if (leaf.has_z) envelope.add_z(in[i + 2]);
  }
  if (leaf.type != GeometryType::CircularString) return;
  for (std::size_t i = 0; i + 3 * stride <= in.size(); i += 2 * stride) {
    add_arc(&in[i], &in[i + stride], &in[i + 2 * stride], envelope);
  }
}

void add_geometry(const Geometry& geometry, Envelope& envelope) {
  add_vertices(geometry, envelope);
  for (const Geometry& part : geometry.parts) add_geometry(part, envelope);
}

}  // namespace

void Envelope::add(double x, double y) {
  min_x = std::min(min_x, x);
  max_x = std::max(max_x, x);
  min_y = std::min(min_y, y);
  max_y = std::max(max_y, y);
}

void Envelope::add_z(double z) {
  min_z = std::min(min_z, z);
  max_z = std::max(max_z, z);
}

void Envelope::add(const Envelope& other) {
  if (other.is_empty()) return;
  add(other.min_x, other.min_y);
  add(other.max_x, other.max_y);
  min_z = std::min(min_z, other.min_z);
  max_z = std::max(max_z, other.max_z);
}

Envelope envelope_of(const Geometry& geometry) {
  Envelope envelope;
  add_geometry(geometry, envelope);
  return envelope;
}

}  // namespace qfcsync::model
