#pragma once

#include <qfcsync/merge.hpp>

#include "apply/application.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace qfcsync::replica {

/// What to do with rebased changes of ours that the database itself refuses: constraints that the
/// changesets do not show, such as CHECK, triggers, or a UNIQUE index on an expression.
///
/// There is one way to keep the file valid, so that the policy is not asked: a unique value gets a
/// stand-in, a reference to a missing row becomes NULL, and where neither is possible the change is
/// left out. Each is a conflict with the values of ours.
class Refusals {
 public:
  /// @param schema  of the file
  explicit Refusals(const DatabaseSchema& schema) : schema_(&schema) {}

  apply::Verdict judge(std::span<const Mismatch> mismatches, const Change& change);

  /// When all is applied.
  const std::vector<Conflict>& conflicts() const { return conflicts_; }

 private:
  bool replace_unique(const Mismatch& mismatch, const TableSchema& table, const Change& change,
                      std::vector<Value>& values) const;
  bool drop_reference(const Mismatch& mismatch, const TableSchema& table, const Change& change,
                      std::vector<Value>& values) const;
  void record(const Mismatch& mismatch, const TableSchema* table, const Change& change,
              bool is_written);

  const DatabaseSchema* schema_;
  std::vector<Conflict> conflicts_;
  std::map<std::string, std::size_t> numbers_;  // of conflicts by row, for changes tried again
};

}  // namespace qfcsync::replica
