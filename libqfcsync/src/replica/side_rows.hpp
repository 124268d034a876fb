#pragma once

#include <qfcsync/schema.hpp>
#include <qfcsync/value.hpp>

#include "gpkg/read_connection.hpp"

#include <filesystem>
#include <optional>
#include <span>
#include <vector>

namespace qfcsync::replica {

/// Looks up single rows of one of the files that are merged. It is opened when the first one is
/// asked for.
class SideRows {
 public:
  explicit SideRows(const std::filesystem::path& file) : file_(file) {}

  /// All columns of a row; empty when there is none.
  ///
  /// @param key  values of the key, in the order of the columns
  /// @errors     as gpkg::ReadConnection
  std::vector<Value> find(const TableSchema& table, std::span<const Value> key);

  /// @errors Busy: somebody wrote to the file meanwhile
  void check_unchanged() const;

 private:
  const std::filesystem::path& file_;
  std::optional<gpkg::ReadConnection> connection_;
};

}  // namespace qfcsync::replica
