#pragma once

#include <qfcsync/changeset.hpp>

#include "changeset/json_stream.hpp"

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace qfcsync::changeset {

/// Reads the changes of one table. The arguments have to outlive it.
class JsonRowReader {
 public:
  /// @param columns  names of the table's columns
  /// @param schema   for the reference system of geometries; may be nullptr
  JsonRowReader(JsonStream& json, const ChangesetTable& table,
                const std::vector<std::string>& columns, const TableSchema* schema);

  /// Reads one change and writes it.
  ///
  /// @errors Corrupt; InvalidArgument: it is incomplete
  void read(ChangesetWriter& writer);

 private:
  using Cells = std::vector<Value>;
  enum class Part { Key, Others };

  void read_member(const std::string& name);
  void read_cells(Part part, std::optional<Cells>& cells);
  void write(ChangesetWriter& writer);
  std::vector<ValueView> row_of(const std::optional<Cells>& cells, bool with_key) const;
  void require(bool holds, std::string_view what) const;

  JsonStream& json_;
  const ChangesetTable& table_;
  std::unordered_map<std::string_view, std::size_t> places_;
  std::optional<std::int32_t> srs_id_;

  // Of the change being read.
  std::optional<Operation> operation_;
  std::optional<bool> is_indirect_;
  std::optional<Cells> key_;
  std::optional<Cells> old_values_;
  std::optional<Cells> new_values_;
};

}  // namespace qfcsync::changeset
