#include <qfcsync/changeset_json.hpp>

#include "changeset/json_text.hpp"
#include "changeset/json_value.hpp"

namespace qfcsync {
namespace {

using namespace changeset;

/// An object by column names, or a list where they are not known.
void append_key(const std::vector<Value>& key, const std::vector<std::string>& columns,
                std::string& out) {
  const bool has_names = columns.size() == key.size();
  out += has_names ? '{' : '[';
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (i != 0) out += ", ";
    if (has_names) {
      append_json_string(columns[i], out);
      out += ": ";
    }
    append_json_value(key[i].view(), out);
  }
  out += has_names ? '}' : ']';
}

void append_side(std::string_view name, const Value& value, bool is_geometry, std::string& out) {
  if (value.type() == ValueType::Undefined) return;
  out += ", \"";
  out += name;
  out += "\": ";
  if (is_geometry) {
    append_json_geometry(value.view(), out);
  } else {
    append_json_value(value.view(), out);
  }
}

void append_cell(const ConflictCell& cell, const std::string& geometry_column, std::string& out) {
  const bool is_geometry = !cell.name.empty() && cell.name == geometry_column;
  out += "{\"column\": ";
  if (cell.name.empty()) {
    append_integer(static_cast<std::int64_t>(cell.column), out);
  } else {
    append_json_text(cell.name, out);
  }
  append_side("base", cell.base, is_geometry, out);
  append_side("ours", cell.ours, is_geometry, out);
  append_side("theirs", cell.theirs, is_geometry, out);
  out += '}';
}

}  // namespace

std::string conflict_json(const Conflict& conflict) {
  std::string out = "{\"kind\": \"";
  out += to_string(conflict.kind);
  out += "\", \"table\": ";
  append_json_text(conflict.table, out);
  out += ", \"key\": ";
  append_key(conflict.key, conflict.key_columns, out);
  if (!conflict.new_key.empty()) {
    out += ", \"new_key\": ";
    append_key(conflict.new_key, conflict.key_columns, out);
  }
  out += ", \"written\": \"";
  out += to_string(conflict.written);
  out += "\", \"cells\": [";
  for (std::size_t i = 0; i < conflict.cells.size(); ++i) {
    if (i != 0) out += ", ";
    append_cell(conflict.cells[i], conflict.geometry_column, out);
  }
  out += "], \"text\": ";
  append_json_text(conflict.text, out);
  out += '}';
  return out;
}

}  // namespace qfcsync
