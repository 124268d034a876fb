#include "apply/attempt.hpp"

#include <qfcsync/error.hpp>

#include "apply/circumstances.hpp"
#include "apply/foreign_keys.hpp"

#include <sqlite3.h>

namespace qfcsync::apply {
namespace {

using Direction = DeferredChanges::Direction;
using Next = DeferredChanges::Next;

/// Rounds go on while they get this share of what waits done; then parking is faster.
constexpr std::size_t kWorthwhileShare = 4;
constexpr std::size_t kMaxDecidedAlone = 64;
constexpr auto kProgressPause = std::chrono::milliseconds(20);
constexpr unsigned kChangesPerLook = 64;  // at the clock

/// A point to which the transaction can be taken back; it is forgotten at the end of the scope.
class Savepoint {
 public:
  explicit Savepoint(sqlite3* database) : database_(database) {
    gpkg::edit::execute(database, "SAVEPOINT qfcsync_change");
  }
  ~Savepoint() {
    // Gone already when an error ended the transaction.
    sqlite3_exec(database_, "RELEASE qfcsync_change", nullptr, nullptr, nullptr);
  }
  Savepoint(const Savepoint&) = delete;
  Savepoint& operator=(const Savepoint&) = delete;
  void roll_back() { gpkg::edit::execute(database_, "ROLLBACK TO qfcsync_change"); }

 private:
  sqlite3* database_;
};

}  // namespace

void ProgressTeller::tell(double share) {
  if (!progress_ || ++calls_ % kChangesPerLook != 1) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + kProgressPause;
  if (!progress_(share)) throw Error(ErrorCode::Cancelled, "the application was stopped");
}

Attempt::Attempt(TargetFile& file, const Spool& spool, const ApplicationOptions& options,
                 Decisions& decisions, ProgressTeller& progress, bool may_park)
    : file_(file),
      spool_(spool),
      options_(options),
      decisions_(decisions),
      progress_(progress),
      may_park_(may_park),
      maker_(file),
      doubts_(file) {}

Attempt::End Attempt::run() {
  if (file_.side_effects() != nullptr) {
    for (const Phase phase : {Phase::Sources, Phase::Others, Phase::Parents}) {
      pass(phase);
      if (is_over()) return end_;
      rounds(false);
    }
  } else {
    pass(Phase::Others);
  }
  if (!is_over()) settle();
  if (!is_over()) finish_touched();
  if (is_over()) return end_;
  file_.complete();
  const bool is_incomplete = options_.all_or_nothing && !decisions_.skipped.empty();
  if (!is_incomplete) check_foreign_keys();
  return end_;
}

Attempt::Phase Attempt::phase_of(const Target& target, const Change& change) const {
  const TargetTable& table = target.table();
  if (table.is_action_parent && change.operation != Operation::Insert) {
    if (change.operation == Operation::Delete) return Phase::Parents;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      if (table.columns[i].is_referenced && change.new_values[i].is_defined()) {
        return Phase::Parents;
      }
    }
  }
  return table.triggers.has_others ? Phase::Sources : Phase::Others;
}

void Attempt::pass(Phase phase) {
  const bool has_phases = file_.side_effects() != nullptr;
  const double phase_count = has_phases ? 3 : 1;
  const double done = has_phases ? static_cast<double>(phase) : 0;
  StoreSource source(spool_.store());
  ChangesetReader reader(source);
  std::uint64_t number = 0;
  for (; const Change* change = reader.next(); ++number) {
    if (decisions_.skipped.contains(number)) continue;
    if (has_phases && phase_of(file_.target(*change->table), *change) != phase) continue;
    progress_.tell(
        (done + static_cast<double>(number) / static_cast<double>(spool_.change_count())) /
        phase_count);
    first_try(*change, number, reader.raw_change());
    if (is_over()) return;
  }
}

Change Attempt::effective(const Change& change, std::uint64_t number) {
  const auto found = decisions_.replaced.find(number);
  if (found == decisions_.replaced.end()) return change;
  replaced_.clear();
  for (const Value& value : found->second) replaced_.push_back(value.view());
  Change out = change;
  out.new_values = replaced_;
  return out;
}

std::optional<Problem> Attempt::make(Target& target, const Change& told, std::uint64_t number,
                                     const StandIns& stand_ins) {
  const Change change = effective(told, number);
  auto problem = maker_.make(target, change, stand_ins);
  if (!problem) doubts_.note(target, change, number);
  return problem;
}

void Attempt::first_try(const Change& told, std::uint64_t number, std::string_view raw) {
  file_.connection().grant_steps();
  Target& target = file_.target(*told.table);
  auto problem = make(target, told, number, {});
  if (!problem) return;
  if (problem->may_pass()) {
    waiting_.add(number, problem->is_unique(), *told.table, raw);
  } else {
    decide(target, told, number, std::move(*problem), {});
  }
}

/// Tries all waiting changes once more. @return how many were made
std::size_t Attempt::round(Direction direction) {
  std::size_t made = 0;
  waiting_.visit(direction, [&](const Change& told, Deferred& deferred) {
    file_.connection().grant_steps();
    progress_.tell(1.0);
    Target& target = file_.target(*told.table);
    auto problem = make(target, told, deferred.number, deferred.stand_ins);
    if (!problem) {
      ++made;
      return Next::Drop;
    }
    deferred.is_unique = problem->is_unique();
    if (problem->may_pass()) return Next::Keep;
    decide(target, told, deferred.number, std::move(*problem), deferred.stand_ins);
    return is_over() ? Next::Stop : Next::Drop;
  });
  return made;
}

void Attempt::rounds(bool to_the_end) {
  Direction direction = Direction::Forward;
  for (std::size_t idle = 0; !waiting_.empty() && !is_over() && idle < 2;) {
    const std::size_t before = waiting_.size();
    const std::size_t made = round(direction);
    const bool is_worthwhile = to_the_end ? made > 0 : made * kWorthwhileShare >= before;
    idle = is_worthwhile ? 0 : idle + 1;
    direction = direction == Direction::Forward ? Direction::Backward : Direction::Forward;
  }
}

void Attempt::park() {
  if (waiting_.empty() || !may_park_) return;
  doubts_.doubt();  // values that stand in refer to nothing
  file_.set_triggers(false);
  file_.set_checks(false);
  if (file_.side_effects() != nullptr) file_.side_effects()->mute();
  waiting_.visit(Direction::Forward, [&](const Change& told, Deferred& deferred) {
    if (deferred.is_unique && deferred.stand_ins.empty()) {
      const Change change = effective(told, deferred.number);
      deferred.stand_ins = maker_.park(file_.target(*told.table), change);
    }
    return Next::Keep;
  });
  if (file_.side_effects() != nullptr) file_.side_effects()->unmute();
  file_.set_checks(true);
}

/// Gets all waiting changes made or decided.
void Attempt::settle() {
  rounds(false);
  if (is_over() || waiting_.empty()) return;
  park();
  rounds(true);
  while (!waiting_.empty() && !is_over()) {
    // One at a time: what is decided about the first may let the others pass. Of very many this
    // would take for ever.
    bool is_next = true;
    const bool is_many = waiting_.size() > kMaxDecidedAlone;
    waiting_.visit(Direction::Forward, [&](const Change& told, Deferred& deferred) {
      Target& target = file_.target(*told.table);
      auto problem = make(target, told, deferred.number, deferred.stand_ins);
      if (!problem) return Next::Drop;
      if (!is_next && problem->may_pass()) return Next::Keep;
      is_next = is_many;
      decide(target, told, deferred.number, std::move(*problem), deferred.stand_ins);
      return is_over() ? Next::Stop : Next::Drop;
    });
  }
}

std::vector<Mismatch> Attempt::describe(Target& target, const Change& change, Problem& problem) {
  if (!problem.refusal) return std::move(problem.mismatches);
  return describe_refusal(file_.handle(), target.table(), change, *problem.refusal);
}

bool Attempt::judge(const std::vector<Mismatch>& mismatches, Target& target, const Change& change,
                    std::uint64_t number, const StandIns& stand_ins, const Refusal* refusal) {
  const bool may_retry =
      change.operation != Operation::Delete && decisions_.retries[number]++ < kMaxRetries;
  Verdict verdict;
  verdict.action = Verdict::Action::Abort;
  if (options_.judge) {
    const Circumstances circumstances(file_, target, change, refusal, may_retry);
    verdict = options_.judge(mismatches, change, circumstances);
  }
  if (verdict.action == Verdict::Action::Abort) {
    end_ = End::Aborted;
    return false;
  }
  if (verdict.action == Verdict::Action::Skip || !may_retry) return false;
  if (verdict.new_values.size() != change.table->column_count()) {
    throw Error(ErrorCode::InvalidArgument, "a verdict needs one value for each column");
  }
  for (const auto& [column, value] : stand_ins) {
    // A parked cell has to be written, if only back.
    if (verdict.new_values[column].view().is_defined()) continue;
    verdict.new_values[column] = Value(change.old_values[column]);
  }
  decisions_.replaced[number] = std::move(verdict.new_values);
  others_ = std::move(verdict.others);
  return true;
}

void Attempt::make_way(Target& target) {
  if (others_.empty()) return;
  file_.set_triggers(false);
  if (file_.side_effects() != nullptr) file_.side_effects()->mute();
  std::vector<ValueView> key;
  std::vector<ValueView> values;
  for (const OtherRow& other : others_) {
    key.clear();
    values.clear();
    for (const Value& value : other.key) key.push_back(value.view());
    for (const Value& value : other.new_values) values.push_back(value.view());
    // A row that is refused stays in the way: the next try shows it.
    if (!target.rows().update(key, values)) target.note_update(key, values, false);
  }
  if (file_.side_effects() != nullptr) file_.side_effects()->unmute();
  others_.clear();
}

bool Attempt::decide(Target& target, const Change& told, std::uint64_t number, Problem problem,
                     const StandIns& stand_ins) {
  // Rows that made way get their values back when the change is left out after all.
  std::optional<Savepoint> before;
  while (true) {
    const Change change = effective(told, number);
    const std::optional<Refusal> refusal = problem.refusal;
    if (!judge(describe(target, change, problem), target, change, number, stand_ins,
               refusal ? &*refusal : nullptr)) {
      if (before) before->roll_back();
      if (!is_over()) skip(target, told, number, stand_ins);
      return false;
    }
    if (!others_.empty() && !before) before.emplace(file_.handle());
    make_way(target);
    auto next = make(target, told, number, stand_ins);
    if (!next) return true;
    problem = std::move(*next);
  }
}

void Attempt::skip(Target& target, const Change& change, std::uint64_t number,
                   const StandIns& stand_ins) {
  decisions_.skipped.insert(number);
  if (stand_ins.empty()) return;
  file_.set_triggers(false);
  if (file_.side_effects() != nullptr) file_.side_effects()->mute();
  const bool is_back = maker_.unpark(target, change, stand_ins);
  if (file_.side_effects() != nullptr) file_.side_effects()->unmute();
  // Somebody took the value in the belief that it was free.
  if (!is_back) end_ = End::Again;
}

void Attempt::finish_touched() {
  if (file_.side_effects() == nullptr || file_.side_effects()->empty()) return;
  StoreSource source(spool_.store());
  ChangesetReader reader(source);
  std::uint64_t number = 0;
  for (; const Change* told = reader.next(); ++number) {
    if (decisions_.skipped.contains(number)) continue;
    file_.connection().grant_steps();
    Target& target = file_.target(*told->table);
    const Change change = effective(*told, number);
    if (file_.side_effects()->touched(target.number(), change.key_values())) doubts_.add(number);
    auto problem = maker_.finish(target, change);
    if (!problem) continue;
    const std::optional<Refusal> refusal = problem->refusal;
    if (judge(describe(target, change, *problem), target, change, number, {},
              refusal ? &*refusal : nullptr)) {
      end_ = End::Again;
    }
    if (is_over()) return;
    decisions_.skipped.insert(number);
    end_ = End::Again;
    return;
  }
}

/// SQLite counts no violation. It may have counted one up and another one down.
bool Attempt::has_hidden_violations() {
  SideEffects* effects = file_.side_effects();
  const bool has_effects = effects != nullptr && !effects->empty() && doubts_.is_possible();
  if (doubts_.empty() && !has_effects) return false;
  HiddenViolations hidden(file_.handle(), file_.foreign_keys());
  bool is_found = false;
  StoreSource source(spool_.store());
  ChangesetReader reader(source);
  std::uint64_t number = 0;
  for (; const Change* told = is_found ? nullptr : reader.next(); ++number) {
    if (!doubts_.contains(number) || decisions_.skipped.contains(number)) continue;
    file_.connection().grant_steps();
    Target& target = file_.target(*told->table);
    is_found = hidden.add(target, doubts_.links(target), effective(*told, number));
  }
  if (has_effects) {
    effects->visit([&](std::size_t table, Cells key, const SideEffect& effect) {
      Target& target = file_.target(table);
      is_found = is_found || hidden.add(target, doubts_.links(target), key, effect);
    });
  }
  return is_found || hidden.has_lost_parents();
}

void Attempt::check_foreign_keys() {
  const bool acts = file_.has_key_actions();
  if (acts && !file_.connection().has_deferred_violations() && !has_hidden_violations()) return;
  const auto& keys = file_.foreign_keys();
  file_.connection().grant_steps();
  auto after = find_violations(file_.handle(), keys);
  const bool was_known = file_.violations_before() != nullptr;
  if (!was_known) {
    restart();
    file_.read_violations_before();
  }
  ViolationFinder finder(file_.handle(), keys, std::move(after), *file_.violations_before());
  if (!finder.empty()) {
    if (was_known) restart();
    return decide_violations(finder);
  }
  // SQLite counts rows that hung on nothing before, when they refer to their own table.
  if (was_known) {
    file_.forget_counted_violations();
  } else {
    end_ = End::Again;
  }
}

void Attempt::restart() {
  file_.rollback();
  file_.begin();
}

void Attempt::decide_violations(ViolationFinder& finder) {
  bool is_found = false;
  StoreSource source(spool_.store());
  ChangesetReader reader(source);
  std::uint64_t number = 0;
  for (; const Change* told = reader.next(); ++number) {
    if (decisions_.skipped.contains(number)) continue;
    Target& target = file_.target(*told->table);
    const Change change = effective(*told, number);
    if (target.table().role == TargetTable::Role::Derived) continue;
    const auto mismatch = finder.find(target.table(), target.rows(), change);
    if (!mismatch) continue;
    is_found = true;
    if (!judge({*mismatch}, target, change, number, {}, nullptr)) {
      if (is_over()) return;
      decisions_.skipped.insert(number);
    }
  }
  if (!is_found) {
    throw Error(ErrorCode::SchemaMismatch,
                "foreign keys are violated by what triggers or other foreign keys of the file do "
                "when the changes are made: " +
                    finder.example());
  }
  end_ = End::Again;
}

}  // namespace qfcsync::apply
