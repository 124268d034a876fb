#pragma once

#include <qfcsync/changeset.hpp>

#include "apply/problem.hpp"
#include "apply/referenced_values.hpp"
#include "apply/target_table.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct sqlite3;

namespace qfcsync::apply {

/// A row that refers to a missing one.
struct Violation {
  std::size_t foreign_key = 0;      ///< position in the list
  std::string key;                  ///< of the row, as append_cell writes it
  std::string parent;               ///< what it refers to, likewise
  std::vector<Value> parent_cells;  ///< the same as values
};

/// SQL that is true when the row c of the child refers to a row that is not there.
std::string orphan_sql(const ForeignKey& key);

/// All rows that refer to missing ones now.
std::vector<Violation> find_violations(sqlite3* database, const std::vector<ForeignKey>& keys);

/// Tells which changes make violations: the row itself, or the row that it refers to.
class ViolationFinder {
 public:
  /// @param after   with the changes made
  /// @param before  without; those do not count
  ViolationFinder(sqlite3* database, const std::vector<ForeignKey>& keys,
                  std::vector<Violation> after, const std::vector<Violation>& before);

  bool empty() const { return count_ == 0; }
  /// One of them, for people: "c refers by p to a row of p that is missing: id = 7".
  std::string example() const;
  /// @param rows  of the table, without the changes
  /// @return      what the change makes wrong, if it does
  std::optional<Mismatch> find(const TargetTable& table, RowWriter& rows, const Change& change);

 private:
  std::optional<Mismatch> as_child(const TargetTable& table, const Change& change) const;
  std::optional<Mismatch> as_parent(const TargetTable& table, RowWriter& rows,
                                    const Change& change);
  bool lacks(std::size_t foreign_key, const std::vector<Value>& parent);

  /// Rows that lack their parent, by foreign key.
  struct Orphans {
    std::unordered_map<std::string, std::size_t> by_child;  // position in parents
    std::vector<std::vector<Value>> parents;
  };
  sqlite3* database_;
  const std::vector<ForeignKey>& keys_;
  std::vector<Orphans> orphans_;
  std::map<std::size_t, ReferencedValues> lacked_;  // by foreign key; made when needed
  std::size_t count_ = 0;
};

}  // namespace qfcsync::apply
