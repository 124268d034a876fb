#pragma once

#include <qfcsync/changeset.hpp>
#include <qfcsync/changeset_json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace qfcsync::changeset {

/// How the cells of a table are called in JSON.
struct JsonLabels {
  std::vector<std::string> names;        ///< of columns, each once
  std::vector<std::string> members;      ///< `"name": `, ready to be written
  std::vector<std::size_t> key_columns;  ///< in the order of the key
  std::vector<bool> is_key;              ///< by column
  const TableSchema* schema = nullptr;   ///< nullptr when nothing is known
  std::optional<std::size_t> geometry;   ///< column
};

/// Knows schemas: first those that the caller gives, then those of the envelope.
class SchemaLookup {
 public:
  SchemaLookup(const DatabaseSchema* given, const ChangesetEnvelope* envelope)
      : given_(given), envelope_(envelope) {}

  bool is_empty() const { return given_ == nullptr && envelope_ == nullptr; }
  const TableSchema* find(std::string_view table) const;

  /// All tables, once each.
  std::vector<const TableSchema*> tables() const;

 private:
  const DatabaseSchema* given_;
  const ChangesetEnvelope* envelope_;
};

/// Whether the schema has as many columns and the same ones in its key.
bool fits(const ChangesetTable& table, const TableSchema& schema);

/// Names that are no UTF-8 or stand twice cannot be members; all columns of such a table are called
/// as those of an unknown one: c0, c1, ...
///
/// @errors SchemaMismatch: the schema has other columns or another key
JsonLabels labels_of(const ChangesetTable& table, const SchemaLookup& schemas);

}  // namespace qfcsync::changeset
