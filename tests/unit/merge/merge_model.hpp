#pragma once

#include <qfcsync/merge.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Databases and changesets in memory, made without the code under test.
namespace qfcsync::test {

inline Value integer(std::int64_t value) { return Value(ValueView::integer(value)); }
inline Value real(double value) { return Value(ValueView::real(value)); }
inline Value text(std::string_view value) { return Value(ValueView::text(value)); }
inline Value blob(std::string_view value) { return Value(ValueView::blob(value)); }
inline Value null() { return Value(ValueView::null()); }
inline Value untouched() { return Value(); }

using Row = std::vector<Value>;

std::string show(const Value& value);
std::string show(const Row& row);

/// Writes a changeset by hand.
class Edits {
 public:
  /// @param key  1 for key columns, 0 for others
  Edits& table(std::string name, std::vector<std::uint8_t> key);
  Edits& insert(Row row);
  Edits& remove(Row row);
  Edits& update(Row before, Row after);
  Edits& envelope(ChangesetEnvelope envelope);
  std::string bytes() const;

 private:
  struct Edit {
    ChangesetTable table;
    Operation operation;
    Row before;
    Row after;
  };
  ChangesetTable table_;
  std::vector<Edit> edits_;
  std::vector<ChangesetEnvelope> envelopes_;
};

/// A database: rows by table and key.
struct Model {
  std::map<std::string, std::map<std::string, Row>> tables;

  void insert(const TableSchema& table, Row row);
  bool operator==(const Model&) const = default;
};

std::string key_of(const TableSchema& table, const Row& row);
std::string show(const Model& model);

/// The changeset from one database to another.
std::string difference(const DatabaseSchema& schema, const Model& base, const Model& modified);

/// Makes the changes of a changeset. @return what did not fit, "" when all did
std::string apply(const DatabaseSchema& schema, Model& model, std::string_view changeset);

struct Rebased {
  std::string bytes;
  RebaseResult result;
  std::vector<Conflict> conflicts;
};

/// Rebases in memory and keeps the conflicts.
Rebased run_rebase(std::string_view ours, std::string_view theirs, MergeOptions options = {});

/// The changes of a changeset, one line each: "trees insert 7, 'oak'".
std::string describe(std::string_view changeset);

/// A table with an integer key fid and columns of text.
TableSchema simple_table(std::string name, std::vector<std::string> columns);

}  // namespace qfcsync::test
