#pragma once

#include <qfcsync/changeset.hpp>
#include <qfcsync/changeset_apply.hpp>

#include "apply/row_writer.hpp"
#include "apply/target_table.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;

namespace qfcsync::apply {

/// Why a change was not made.
struct Problem {
  /// The database does not take the row: that may pass when other changes have been made.
  std::optional<Refusal> refusal;
  /// The row is not what the changeset expects: that stays.
  std::vector<Mismatch> mismatches;

  bool may_pass() const { return refusal.has_value(); }
  /// Another row has a value that has to be unique.
  bool is_unique() const;
};

/// A mismatch of a change as a whole.
///
/// @param why  ends the sentence "update of trees with fid = 7: ..."
Mismatch make_mismatch(MismatchKind kind, const TargetTable& table, const Change& change,
                       std::string_view why);

/// A cell that holds something else.
Mismatch other_value(const TargetTable& table, const Change& change, std::size_t column,
                     const ValueView& found);

/// Columns that a refusal names; none for an index on expressions.
std::vector<std::size_t> named_columns(const TargetTable& table, std::string_view message);

/// What a refusal means for people. Looks at the file to say who holds a value.
std::vector<Mismatch> describe_refusal(sqlite3* database, const TargetTable& table,
                                       const Change& change, const Refusal& refusal);

/// "fid = 7", "a = 1, b = 'x'"
std::string key_text(const TargetTable& table, Cells key);

}  // namespace qfcsync::apply
