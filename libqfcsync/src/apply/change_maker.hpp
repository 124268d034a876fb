#pragma once

#include <qfcsync/changeset.hpp>

#include "apply/problem.hpp"
#include "apply/target_file.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace qfcsync::apply {

/// Values that stand in cells of a row for the moment, by column.
using StandIns = std::vector<std::pair<std::size_t, Value>>;

/// Makes single changes: reads the row, compares it as it is stored, writes what changes.
///
/// A cell fits when it holds what the changeset expects, or did so before triggers and foreign
/// keys of this very application changed it; a row that they removed or made fits likewise. In the
/// end such a row holds what the changeset says, see finish().
class ChangeMaker {
 public:
  explicit ChangeMaker(TargetFile& file) : file_(file) {}

  /// @param stand_ins  of park(), or empty
  /// @return           nullopt when the change is made
  /// @errors           as gpkg::edit::Statement
  std::optional<Problem> make(Target& target, const Change& change, const StandIns& stand_ins);

  /// Gives the last word to the changeset on a row that side effects touched.
  std::optional<Problem> finish(Target& target, const Change& change);

  /// Puts values of no other row into the unique cells that an update changes, behind the back of
  /// triggers and checks, so that others can have the values that it holds.
  ///
  /// @return empty when that is not possible
  StandIns park(Target& target, const Change& change);
  /// Takes park() back. @return false when another row has the values now
  bool unpark(Target& target, const Change& change, const StandIns& stand_ins);

 private:
  std::optional<Problem> insert(Target& target, const Change& change);
  std::optional<Problem> update(Target& target, const Change& change, const StandIns& stand_ins);
  std::optional<Problem> remove(Target& target, const Change& change);
  std::optional<Problem> finish_present(Target& target, const Change& change);
  Problem missing(Target& target, const Change& change);
  void compare(Target& target, const Change& change, const std::vector<ValueView>& row,
               const StandIns& stand_ins, Problem& problem);
  void note_made(const Change& change, const std::vector<ValueView>& row);
  bool was_expected(Target& target, const Change& change, std::size_t column);
  std::optional<Problem> removed_already(Target& target, const Change& change);

  template <typename Write>
  std::optional<Refusal> watched(Target& target, const Change& change, Write&& write);

  TargetFile& file_;
  std::vector<ValueView> values_;          // to be written, of the change at hand
  std::vector<std::size_t> own_business_;  // cells that the update leaves alone
  std::uint64_t stand_in_count_ = 0;
};

}  // namespace qfcsync::apply
