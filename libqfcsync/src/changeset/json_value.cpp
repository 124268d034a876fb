#include "changeset/json_value.hpp"

#include "changeset/json_text.hpp"
#include "model/gpkg_blob.hpp"
#include "model/wkt.hpp"

#include <bit>
#include <cmath>

#include <fmt/format.h>

namespace qfcsync::changeset {
namespace {

void append_any_real(double value, std::string& out) {
  if (std::isfinite(value)) return append_real(value, out);
  if (std::isinf(value)) {
    out += value > 0 ? R"({"real": "Infinity"})" : R"({"real": "-Infinity"})";
    return;
  }
  fmt::format_to(std::back_inserter(out), R"({{"real": "0x{:016x}"}})",
                 std::bit_cast<std::uint64_t>(value));
}

void append_base64_member(std::string_view name, std::string_view bytes, std::string& out) {
  out += '"';
  out += name;
  out += "\": \"";
  append_base64(bytes, out);
  out += '"';
}

}  // namespace

void append_json_text(std::string_view text, std::string& out) {
  if (is_utf8(text)) return append_json_string(text, out);
  out += '{';
  append_base64_member("text_base64", text, out);
  out += '}';
}

void append_json_value(ValueView value, std::string& out) {
  switch (value.type()) {
    case ValueType::Undefined:
      return;
    case ValueType::Integer:
      return append_integer(value.as_integer(), out);
    case ValueType::Real:
      return append_any_real(value.as_real(), out);
    case ValueType::Text:
      return append_json_text(value.bytes(), out);
    case ValueType::Null:
      out += "null";
      return;
    case ValueType::Blob:
      break;
  }
  out += '{';
  append_base64_member("base64", value.bytes(), out);
  out += '}';
}

void append_json_geometry(ValueView value, std::string& out) {
  const auto header = model::read_gpkg_header(value.bytes());
  const auto geometry = header ? model::read_gpkg_blob(value.bytes()) : std::nullopt;
  if (value.type() != ValueType::Blob || !geometry) return append_json_value(value, out);
  out += "{\"wkt\": \"";
  out += model::write_wkt(*geometry);
  out += "\", \"srs_id\": ";
  append_integer(header->srs_id, out);
  out += ", ";
  append_base64_member("base64", value.bytes(), out);
  out += '}';
}

void CellWriter::append_cell(std::size_t column, ValueView value, std::string& out) const {
  out += labels_.members[column];
  // Where nothing is known of the table, the bytes tell what is a geometry.
  const bool may_be_geometry = labels_.schema == nullptr || labels_.geometry == column;
  if (geometry_as_wkt_ && may_be_geometry && value.type() == ValueType::Blob) {
    append_json_geometry(value, out);
  } else {
    append_json_value(value, out);
  }
}

void CellWriter::append_key(std::span<const ValueView> values, std::string& out) const {
  char separator = '{';
  for (const std::size_t column : labels_.key_columns) {
    out += separator;
    if (separator == ',') out += ' ';
    separator = ',';
    append_cell(column, values[column], out);
  }
  out += '}';
}

void CellWriter::append_cells(std::span<const ValueView> values, std::string& out) const {
  out += '{';
  bool is_first = true;
  std::size_t column = 0;
  for (const ValueView& value : values) {
    const std::size_t at = column++;
    const bool is_key = labels_.is_key[at];
    if (is_key || !value.is_defined()) continue;
    if (!is_first) out += ", ";
    is_first = false;
    append_cell(at, value, out);
  }
  out += '}';
}

}  // namespace qfcsync::changeset
