#pragma once

#include <qfcsync/layer.hpp>

#include "gpkg/edit_file.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace qfcsync::gpkg::edit {

/// One row as it is now.
struct Row {
  SqlValue locator;
  std::vector<SqlValue> values;  ///< by position in TableSchema::columns
};

/// How many rows have a key.
enum class Found { None, One, Several };

/// A layer of the project over its table: the filter, the unique fields and the defaults are the
/// layer's own.
class LayerEditor {
 public:
  /// @errors SchemaMismatch: the filter is no condition on the table
  LayerEditor(const EditLayer& layer, EditFile& file, Table& table);

  const EditLayer& layer() const { return layer_; }
  EditFile& file() const { return file_; }
  Table& table() const { return table_; }
  const TableSchema& schema() const { return table_.schema(); }

  /// Finds the row with a key, as far as the filter shows it.
  Found find(const std::string& key, Row& row);

  /// Whether layer or table want the values of a column to differ.
  bool is_unique(std::size_t column) const { return unique_[column]; }
  /// QGIS expression for a column; "" if there is none.
  const std::string& default_expression(std::size_t column) const { return defaults_[column]; }

 private:
  std::string find_sql() const;
  SqlValue key_value(const std::string& key) const;

  EditLayer layer_;
  EditFile& file_;
  Table& table_;
  std::vector<bool> unique_;
  std::vector<std::string> defaults_;
  Statement find_;
};

}  // namespace qfcsync::gpkg::edit
