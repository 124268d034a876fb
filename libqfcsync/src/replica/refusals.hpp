#pragma once

#include <qfcsync/merge.hpp>

#include "apply/application.hpp"
#include "apply/circumstances.hpp"
#include "merge/decider.hpp"
#include "replica/side_rows.hpp"

#include <map>
#include <string>
#include <vector>

namespace qfcsync::replica {

/// What to do with rebased changes of ours that the database itself refuses: constraints that the
/// changesets do not show, such as CHECK, triggers, or a UNIQUE index on an expression.
///
/// The policy decides as far as there is a choice. A value that has to be unique: the row of the
/// side that loses gets a stand-in. A row that breaks a CHECK although each side kept it: as ours
/// has it, or as theirs has it. Otherwise a reference to a missing row becomes NULL, and what
/// cannot be written is left out. Each is a conflict with the values of base, ours and theirs.
class Refusals {
 public:
  /// @param schema  of the files
  Refusals(const DatabaseSchema& schema, const MergeOptions& options,
           const std::vector<RenumberedKey>& renumbered, SideRows& base, SideRows& ours);

  apply::Verdict judge(std::span<const Mismatch> mismatches, const Change& change,
                       const apply::Circumstances& circumstances);

  /// When all is applied.
  std::vector<Conflict> conflicts() const;

 private:
  /// What became of a change in the end.
  enum class Outcome : std::uint8_t { LeftOut, StandIn, Emptied, OursWhole, TheirsYields };

  struct Entry {
    Conflict conflict;
    std::string why;       // it was refused at first
    std::string last_why;  // and at last
    Outcome outcome = Outcome::LeftOut;
    std::optional<Side> winner;  // as decided; of a value that has to be unique, or of a row
  };

  Entry& entry_of(const Mismatch& mismatch, const TableSchema* table, const Change& change,
                  const apply::Circumstances& circumstances);
  Conflict describe(const Mismatch& mismatch, const TableSchema* table, const Change& change,
                    const apply::Circumstances& circumstances);
  void name_as_ours(Conflict& conflict) const;
  void decide(Entry& entry);
  static std::string_view words(Outcome outcome);

  bool settle(Entry& entry, const Mismatch& mismatch, const TableSchema& table,
              const Change& change, const apply::Circumstances& circumstances,
              apply::Verdict& verdict);
  bool settle_unique(Entry& entry, const TableSchema& table, const Change& change,
                     const apply::Circumstances& circumstances, apply::Verdict& verdict);
  bool settle_row(Entry& entry, const TableSchema& table, const Change& change,
                  const apply::Circumstances& circumstances, apply::Verdict& verdict);
  bool drop_reference(const Mismatch& mismatch, const TableSchema& table, const Change& change,
                      std::vector<Value>& values) const;
  bool stand_in(const TableSchema& table, std::span<const std::size_t> columns,
                std::span<const ValueView> key, std::span<const ValueView> row,
                std::vector<Value>& values) const;
  std::optional<apply::OtherRow> yield(const TableSchema& table,
                                       std::span<const std::size_t> columns,
                                       const std::vector<Value>& row);

  const DatabaseSchema* schema_;
  merge::Decider decider_;
  const std::vector<RenumberedKey>* renumbered_;
  SideRows* base_;
  SideRows* ours_;
  std::vector<Entry> entries_;
  std::map<std::string, std::size_t> numbers_;  // of entries by row, for changes tried again
};

}  // namespace qfcsync::replica
