#pragma once

#include <qfcsync/changeset.hpp>

#include "apply/problem.hpp"
#include "apply/target_table.hpp"

#include <cstdint>
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

/// All rows that refer to missing ones now.
std::vector<Violation> find_violations(sqlite3* database, const std::vector<ForeignKey>& keys);

/// Tells which changes make violations: the row itself, or the row that it refers to.
class ViolationFinder {
 public:
  /// @param after   with the changes made
  /// @param before  without; those do not count
  ViolationFinder(const std::vector<ForeignKey>& keys, std::vector<Violation> after,
                  const std::vector<Violation>& before);

  bool empty() const { return count_ == 0; }
  /// @return what the change makes wrong, if it does
  std::optional<Mismatch> find(const TargetTable& table, const Change& change) const;

 private:
  std::optional<Mismatch> as_child(const TargetTable& table, const Change& change) const;
  std::optional<Mismatch> as_parent(const TargetTable& table, const Change& change) const;

  struct Entry {
    std::vector<Value> parent_cells;
  };
  const std::vector<ForeignKey>& keys_;
  std::vector<std::unordered_map<std::string, Entry>> by_child_;   // a map a foreign key
  std::vector<std::unordered_map<std::string, Entry>> by_parent_;  // likewise
  std::size_t count_ = 0;
};

}  // namespace qfcsync::apply
