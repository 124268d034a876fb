#include "gpkg/schema_index.hpp"

#include "gpkg/edit_statement.hpp"
#include "gpkg/pragma.hpp"

#include <algorithm>

#include <sqlite3.h>

namespace qfcsync::gpkg {
namespace {

using edit::Statement;

/// Columns of an index; empty when it is on an expression or on a column that does not travel.
std::vector<std::string> columns_of(sqlite3* database, const TableSchema& table,
                                    const std::string& index) {
  std::vector<std::string> names;
  Statement statement(database, pragma("index_info", index));
  while (statement.step()) {
    std::string name = statement.column_text(index_info::kName);
    if (statement.column_int(index_info::kColumn) < 0 || !table.find(name)) return {};
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace

TableIndexes read_indexes(sqlite3* database, const TableSchema& table,
                          const std::vector<std::string>& key) {
  TableIndexes result;
  std::vector<std::string> names;
  Statement statement(database, pragma("index_list", table.name));
  while (statement.step()) {
    if (statement.column_int(index_list::kUnique) == 0) continue;
    if (statement.column_int(index_list::kPartial) != 0) continue;
    if (statement.column_text(index_list::kOrigin) == "pk") {
      result.key_has_index = true;
    } else {
      names.push_back(statement.column_text(index_list::kName));
    }
  }
  for (const std::string& name : names) {
    std::vector<std::string> columns = columns_of(database, table, name);
    if (!columns.empty() && columns != key) result.unique.push_back(std::move(columns));
  }
  std::sort(result.unique.begin(), result.unique.end());
  result.unique.erase(std::unique(result.unique.begin(), result.unique.end()), result.unique.end());
  return result;
}

}  // namespace qfcsync::gpkg
