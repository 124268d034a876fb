#pragma once

#include <qfcsync/value.hpp>

#include <optional>

namespace qfcsync::merge {

/// Whether two values are the same cell content: equal bits, or two GeoPackage geometries that
/// differ in byte order, box of the header, spelling of an empty geometry or kind of NaN only.
///
/// The reference system counts. Blobs that are no GeoPackage geometry are compared as bytes.
/// Geometries are taken apart only when the bytes differ.
bool same_geometry(ValueView a, ValueView b);

/// Which columns of a table may hold geometries.
struct GeometryColumns {
  bool is_known = false;              ///< there is a schema; else any blob may be one
  std::optional<std::size_t> column;  ///< the one of the schema

  bool contains(std::size_t at) const { return !is_known || column == at; }
};

/// The comparison that counts for merging: bits, and canonical form for geometries.
inline bool same_cell(ValueView a, ValueView b, const GeometryColumns& geometries, std::size_t at) {
  if (a == b) return true;
  return a.type() == ValueType::Blob && b.type() == ValueType::Blob && geometries.contains(at) &&
         same_geometry(a, b);
}

}  // namespace qfcsync::merge
