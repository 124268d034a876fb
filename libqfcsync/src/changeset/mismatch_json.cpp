#include <qfcsync/changeset_json.hpp>

#include "changeset/json_text.hpp"
#include "changeset/json_value.hpp"

namespace qfcsync {
namespace {

using namespace changeset;

/// Which columns hold geometries is not known here: a blob that is one is told as one.
void append_value(const Value& value, std::string& out) {
  if (value.type() == ValueType::Blob) {
    append_json_geometry(value.view(), out);
  } else {
    append_json_value(value.view(), out);
  }
}

void append_member(std::string_view name, const Value& value, std::string& out) {
  if (value.type() == ValueType::Undefined) return;
  out += ", \"";
  out += name;
  out += "\": ";
  append_value(value, out);
}

void append_key(const Mismatch& mismatch, std::string& out) {
  const bool has_names = mismatch.key_columns.size() == mismatch.key.size();
  out += has_names ? '{' : '[';
  for (std::size_t i = 0; i < mismatch.key.size(); ++i) {
    if (i != 0) out += ", ";
    if (has_names) {
      append_json_string(mismatch.key_columns[i], out);
      out += ": ";
    }
    append_value(mismatch.key[i], out);
  }
  out += has_names ? '}' : ']';
}

}  // namespace

std::string mismatch_json(const Mismatch& mismatch) {
  std::string out = "{\"kind\": \"";
  out += to_string(mismatch.kind);
  out += "\", \"operation\": \"";
  out += to_string(mismatch.operation);
  out += "\", \"table\": ";
  append_json_text(mismatch.table, out);
  out += ", \"key\": ";
  append_key(mismatch, out);
  if (!mismatch.column.empty()) {
    out += ", \"column\": ";
    append_json_text(mismatch.column, out);
  }
  append_member("expected", mismatch.expected, out);
  append_member("found", mismatch.found, out);
  out += ", \"text\": ";
  append_json_text(mismatch.text, out);
  out += '}';
  return out;
}

}  // namespace qfcsync
