#include "merge/geometry_compare.hpp"

#include "model/gpkg_blob.hpp"
#include "model/wkb.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace qfcsync::merge {
namespace {

bool same_ordinate(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

bool same_shape(const model::Geometry& a, const model::Geometry& b) {
  if (a.type != b.type || a.has_z != b.has_z || a.has_m != b.has_m) return false;
  if (a.is_empty() && b.is_empty()) return true;
  return std::equal(a.ordinates.begin(), a.ordinates.end(), b.ordinates.begin(), b.ordinates.end(),
                    same_ordinate) &&
         std::equal(a.parts.begin(), a.parts.end(), b.parts.begin(), b.parts.end(), same_shape);
}

}  // namespace

bool same_geometry(ValueView a, ValueView b) {
  if (a == b) return true;
  if (a.type() != ValueType::Blob || b.type() != ValueType::Blob) return false;
  const auto a_head = model::read_gpkg_header(a.bytes());
  const auto b_head = a_head ? model::read_gpkg_header(b.bytes()) : std::nullopt;
  if (!b_head || a_head->srs_id != b_head->srs_id) return false;
  if (a_head->is_extended || b_head->is_extended) return false;
  const std::string_view a_body = a.bytes().substr(a_head->size);
  const std::string_view b_body = b.bytes().substr(b_head->size);
  const auto a_shape = model::read_wkb(a_body);
  if (!a_shape) return false;
  if (a_body == b_body) return true;
  const auto b_shape = model::read_wkb(b_body);
  return b_shape && same_shape(*a_shape, *b_shape);
}

}  // namespace qfcsync::merge
