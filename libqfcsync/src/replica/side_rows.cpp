#include "replica/side_rows.hpp"

#include "gpkg/edit_statement.hpp"

#include <fmt/format.h>

namespace qfcsync::replica {

using gpkg::edit::sql_name;

std::vector<Value> SideRows::find(const TableSchema& table, std::span<const Value> key) {
  if (!connection_) connection_.emplace(file_);
  std::string columns;
  std::string where;
  for (const ColumnSchema& column : table.columns) {
    columns += (columns.empty() ? "" : ", ") + sql_name(column.name);
    if (column.key != 0) where += (where.empty() ? "" : " AND ") + sql_name(column.name) + " = ?";
  }
  gpkg::edit::Statement statement(
      connection_->handle(),
      fmt::format("SELECT {} FROM main.{} WHERE {}", columns, sql_name(table.name), where));
  int index = 0;
  for (const Value& value : key) statement.bind_view(++index, value.view());
  std::vector<Value> row;
  if (!statement.step()) return row;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    row.emplace_back(statement.column_view(static_cast<int>(i)));
  }
  return row;
}

void SideRows::check_unchanged() const {
  if (connection_) connection_->check_unchanged();
}

}  // namespace qfcsync::replica
