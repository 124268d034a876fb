#pragma once

#include <qfcsync/changeset.hpp>

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Random changesets that fit each other, and a database in memory on which they can be applied.
namespace qfcsync::test {

using Row = std::vector<Value>;
using Key = std::vector<Value>;

/// Any total order; only so that rows can be kept in maps.
struct KeyLess {
  bool operator()(const Key& a, const Key& b) const;
};
using Rows = std::map<Key, Row, KeyLess>;

struct ModelTable {
  TableSchema schema;
  Rows rows;

  Key key_of(std::span<const ValueView> values) const;
  Key key_of(const Row& row) const;
};

/// What a changeset does to a table, by key. Order and envelope do not count.
struct FoldedChange {
  Operation operation = Operation::Insert;
  bool is_indirect = false;
  Row old_values;
  Row new_values;
  bool operator==(const FoldedChange&) const = default;
};
using FoldedChanges = std::map<std::string, std::map<Key, FoldedChange, KeyLess>>;

/// Tables by name. A value: copies are independent.
struct ModelDatabase {
  std::map<std::string, ModelTable> tables;

  /// Whether all rows are the same; tables without rows do not count.
  bool same_rows(const ModelDatabase& other) const;

  /// Does what the changeset says and insists on every old value.
  ///
  /// @throws std::logic_error  a row is there or not there against what the changeset says, or has
  ///                           another old value; a table is not known
  void apply(std::string_view changeset);
};

/// @throws std::logic_error  a key stands twice in the changeset
FoldedChanges read_folded(std::string_view changeset);

/// The bare changeset that leads from one state to the other: by table in the order of names,
/// inserts, deletes, updates by key.
std::string difference(const ModelDatabase& base, const ModelDatabase& modified,
                       const ChangesetEnvelope* envelope = nullptr);

struct RandomOptions {
  int tables = 3;
  int rows = 20;        ///< a table, at first
  int max_columns = 6;  ///< beside the key
  bool wild = true;     ///< text that is no UTF-8, NULs, NaN, text keys, composite keys
  /// NaNs, which SQLite reads as NULL.
  bool not_a_number = true;
  bool with_geometry = true;  ///< a table may have GeoPackage geometries
};

/// Makes databases and edits them. The same seed gives the same everywhere.
///
///     RandomChangesets random(seed);
///     ModelDatabase base = random.database();
///     ModelDatabase ours = base;
///     random.edit(ours, 10);
///     std::string changeset = difference(base, ours);
class RandomChangesets {
 public:
  explicit RandomChangesets(std::uint64_t seed, RandomOptions options = {})
      : engine_(seed), options_(options) {}

  ModelDatabase database();
  /// Inserts, deletes, updates; keys are few, so that edits of several rounds meet.
  void edit(ModelDatabase& database, int edits);
  /// An envelope that fits the database.
  ChangesetEnvelope envelope(const ModelDatabase& database);

  Value value();
  std::size_t pick(std::size_t below) { return engine_() % below; }

 private:
  TableSchema schema(int number);
  Value key_value(const ColumnSchema& column);
  Value cell(const TableSchema& schema, std::size_t column);
  Value geometry(std::int32_t srs_id);
  Row row(const TableSchema& schema);
  void insert(ModelTable& table);
  void update(ModelTable& table);
  std::string text();
  double any_real();

  std::mt19937_64 engine_;
  RandomOptions options_;
};

}  // namespace qfcsync::test
