#pragma once

#include <qfcsync/changeset.hpp>

#include "changeset/json_labels.hpp"

#include <string>

namespace qfcsync::changeset {

/// A value as docs/formats/changeset-json.md says. Nothing for an undefined one.
void append_json_value(ValueView value, std::string& out);

/// A blob of a geometry column: WKT and reference system beside the bytes, where they are a
/// GeoPackage geometry.
void append_json_geometry(ValueView value, std::string& out);

/// A text that has to be kept whatever its bytes are: a string or {"text_base64": ...}.
void append_json_text(std::string_view text, std::string& out);

/// Writes objects of cells of one table.
class CellWriter {
 public:
  CellWriter(const JsonLabels& labels, bool geometry_as_wkt)
      : labels_(labels), geometry_as_wkt_(geometry_as_wkt) {}

  /// {"fid": 7}
  void append_key(std::span<const ValueView> values, std::string& out) const;
  /// All defined cells beside the key.
  void append_cells(std::span<const ValueView> values, std::string& out) const;
  void append_cell(std::size_t column, ValueView value, std::string& out) const;

 private:
  const JsonLabels& labels_;
  bool geometry_as_wkt_;
};

}  // namespace qfcsync::changeset
