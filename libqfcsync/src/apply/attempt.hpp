#pragma once

#include "apply/application.hpp"
#include "apply/change_maker.hpp"
#include "apply/deferred_changes.hpp"
#include "apply/foreign_keys.hpp"
#include "apply/hidden_violations.hpp"
#include "apply/spool.hpp"
#include "apply/target_file.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace qfcsync::apply {

/// What was decided about single changes, by position in the changeset. It outlives attempts.
struct Decisions {
  std::unordered_set<std::uint64_t> skipped;
  std::unordered_map<std::uint64_t, std::vector<Value>> replaced;
  std::unordered_map<std::uint64_t, int> retries;
};

/// Calls Progress not too often.
class ProgressTeller {
 public:
  explicit ProgressTeller(const Progress& progress) : progress_(progress) {}
  /// @errors Cancelled
  void tell(double share);

 private:
  const Progress& progress_;
  std::chrono::steady_clock::time_point next_{};
  unsigned calls_ = 0;
};

/// One transaction in which all changes are tried, in this order:
///
///  1. changes of tables whose triggers may write elsewhere, so that what those write is there
///     when the changeset speaks of it;
///  2. all others;
///  3. deletes and key changes of rows whose foreign keys cascade: by then the changeset has led
///     away all rows that are to stay.
///
/// Each step ends with rounds over what collided; unique values that go round in circles are
/// parked. What remains goes to the judge. Then the changeset has the last word on rows that side
/// effects touched, and foreign keys are checked.
///
/// Leaving out a change that others built on cannot be made good in the same transaction: it is
/// taken back and another attempt is needed, with the decisions known.
class Attempt {
 public:
  enum class End { Complete, Aborted, Again };

  /// @param may_park  false: circles of unique values do not fit
  Attempt(TargetFile& file, const Spool& spool, const ApplicationOptions& options,
          Decisions& decisions, ProgressTeller& progress, bool may_park);

  /// A transaction must run. Complete: it does, and all is written. Else it may be a new one.
  End run();

 private:
  enum class Phase { Sources, Others, Parents };

  void pass(Phase phase);
  Phase phase_of(const Target& target, const Change& change) const;
  void first_try(const Change& change, std::uint64_t number, std::string_view raw);

  /// Makes a change as it was decided.
  std::optional<Problem> make(Target& target, const Change& told, std::uint64_t number,
                              const StandIns& stand_ins);

  std::size_t round(DeferredChanges::Direction direction);
  void rounds(bool to_the_end);
  void park();
  void settle();
  void finish_touched();
  void check_foreign_keys();
  bool has_hidden_violations();
  /// Takes everything back and begins a new transaction.
  void restart();
  void decide_violations(ViolationFinder& finder);

  /// Asks the judge until the change is made or left out.
  ///
  /// @return false when it is left out
  bool decide(Target& target, const Change& change, std::uint64_t number, Problem problem,
              const StandIns& stand_ins);
  /// @param refusal  nullptr when it is not the database that refuses
  /// @return         false when the change is left out or the run ends
  bool judge(const std::vector<Mismatch>& mismatches, Target& target, const Change& change,
             std::uint64_t number, const StandIns& stand_ins, const Refusal* refusal);
  /// Writes the rows that the verdict on a change names.
  void make_way(Target& target);
  void skip(Target& target, const Change& change, std::uint64_t number, const StandIns& stand_ins);
  std::vector<Mismatch> describe(Target& target, const Change& change, Problem& problem);

  /// The change as it is to be made: with other values if the judge gave such.
  Change effective(const Change& change, std::uint64_t number);
  bool is_over() const { return end_ != End::Complete; }

  TargetFile& file_;
  const Spool& spool_;
  const ApplicationOptions& options_;
  Decisions& decisions_;
  ProgressTeller& progress_;
  bool may_park_;
  ChangeMaker maker_;
  DoubtfulChanges doubts_;
  DeferredChanges waiting_;
  std::vector<ValueView> replaced_;  // what effective() points to
  std::vector<OtherRow> others_;     // of the last verdict
  End end_ = End::Complete;
};

}  // namespace qfcsync::apply
