#include "gpkg/edit_layer.hpp"

#include <qfcsync/error.hpp>

#include "gpkg/edit_value.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace qfcsync::gpkg::edit {
namespace {

bool is_select(std::string_view filter) {
  constexpr std::string_view kSelect = "select";
  if (filter.size() <= kSelect.size()) return false;
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  return std::equal(kSelect.begin(), kSelect.end(), filter.begin(),
                    [&](char wanted, char c) { return same(c, wanted); });
}

}  // namespace

LayerEditor::LayerEditor(const EditLayer& layer, EditFile& file, Table& table)
    : layer_(layer), file_(file), table_(table), find_(file.handle(), find_sql()) {
  if (!find_.reads_only()) {
    throw Error(ErrorCode::SchemaMismatch, "the filter of the layer is no condition");
  }
  for (const Column& column : schema().columns) {
    const auto& names = layer_.unique_fields;
    unique_.push_back(column.is_unique ||
                      std::find(names.begin(), names.end(), column.name) != names.end());
    const auto found = layer_.default_expressions.find(column.name);
    defaults_.push_back(found == layer_.default_expressions.end() ? "" : found->second);
  }
}

std::string LayerEditor::find_sql() const {
  const std::string key = sql_name(schema().columns[*schema().key].name);
  std::string columns = schema().locator;
  for (const Column& column : schema().columns) columns += "," + sql_name(column.name);
  std::string sql =
      fmt::format("SELECT {} FROM {} WHERE {} = ?1", columns, sql_name(schema().name), key);
  // The line break ends a comment that the filter may end with.
  if (is_select(layer_.subset)) {
    sql += fmt::format(" AND {0} IN (SELECT {0} FROM ({1}\n))", key, layer_.subset);
  } else if (!layer_.subset.empty()) {
    sql += fmt::format(" AND ({}\n)", layer_.subset);
  }
  return sql + " LIMIT 2";
}

SqlValue LayerEditor::key_value(const std::string& key) const {
  const Column& column = schema().columns[*schema().key];
  if (column.kind == ColumnKind::Text && !column.type.empty()) return key;
  if (const auto integer = parse_integer(key)) return *integer;
  if (const auto real = parse_real(key)) return *real;
  return key;
}

Found LayerEditor::find(const std::string& key, Row& row) {
  const SqlValue value = key_value(key);
  const StatementUse use(find_);
  find_.bind(1, value);
  if (!find_.step()) return Found::None;
  row.locator = find_.column(0);
  row.values.clear();
  row.values.reserve(schema().columns.size());
  for (std::size_t i = 0; i < schema().columns.size(); ++i) {
    row.values.push_back(find_.column(static_cast<int>(i) + 1));
  }
  return find_.step() ? Found::Several : Found::One;
}

}  // namespace qfcsync::gpkg::edit
