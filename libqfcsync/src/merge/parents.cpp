#include "merge/parents.hpp"

#include "merge/value_hash.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace qfcsync::merge {
namespace {

class ParentPlanner {
 public:
  ParentPlanner(MergeState& state, Decider& decider)
      : state_(state),
        decider_(decider),
        row_(state),
        parent_(state),
        finder_(state.ours.cursor()),
        our_cursor_(state.ours.cursor()),
        their_cursor_(state.theirs.cursor()),
        keys_(state.catalog.parent_keys().size()) {}

  void run() {
    collect(state_.ours, &KeyIndexes::deleted_by_ours);
    collect(state_.theirs, &KeyIndexes::deleted_by_theirs);
    const bool has_deletes = std::any_of(keys_.begin(), keys_.end(), [](const KeyIndexes& key) {
      return !key.deleted_by_ours.is_empty() || !key.deleted_by_theirs.is_empty();
    });
    if (!has_deletes) return;
    std::size_t removed_before = 0;
    do {
      removed_before = removed_.size();
      check_all();
    } while (removed_.size() != removed_before);
  }

 private:
  struct KeyIndexes {
    OffsetIndex deleted_by_ours;
    OffsetIndex deleted_by_theirs;
    OffsetIndex written;  // by anybody; for keys that are not the primary key
    OffsetIndex removed;  // numbers in removed_
  };
  enum class Gone { No, ByOurs, ByTheirs, Removed };

  bool is_primary(const ParentKey& key) const {
    return key.columns == state_.catalog.table(key.table).key;
  }

  std::span<const Affinity> affinities(const MergeRelation& relation) const {
    return state_.catalog.parent_keys()[relation.parent_key].affinities;
  }

  void collect(const ChangeSide& side, OffsetIndex KeyIndexes::*deleted) {
    std::vector<ValueView> values;
    side.for_each([](const MergeTable& table) { return table.is_parent; },
                  [&](SpoolCursor& at) {
                    const Change& change = at.change();
                    const bool is_delete = change.operation == Operation::Delete;
                    for (std::size_t i = 0; i < keys_.size(); ++i) {
                      const ParentKey& key = state_.catalog.parent_keys()[i];
                      if (key.table != at.table() || (!is_delete && is_primary(key))) continue;
                      pick(is_delete ? change.old_values : change.new_values, key.columns, values);
                      if (!is_complete(values)) continue;
                      (is_delete ? keys_[i].*deleted : keys_[i].written)
                          .insert(hash_reference(values, key.affinities), at.offset());
                    }
                  });
  }

  void check_all() {
    const auto is_child = [](const MergeTable& table) { return !table.as_child.empty(); };
    state_.ours.for_each(is_child, [&](SpoolCursor& at) {
      check({RowRef::Kind::Ours, at.offset()});
      check_waiting();
    });
    state_.theirs.for_each(is_child, [&](SpoolCursor& at) {
      const RowRef owner = owner_of_theirs(state_, at, finder_);
      if (owner.kind == RowRef::Kind::Theirs) check(owner);
      check_waiting();
    });
  }

  void check_waiting() {
    while (!waiting_.empty()) {
      const RowRef row = waiting_.back();
      waiting_.pop_back();
      check(row);
    }
  }

  void check(RowRef ref) {
    row_.load(ref);
    if (!row_.exists()) return;
    const std::vector<std::size_t>& relations = row_.table().as_child;
    for (std::size_t i = 0; i < relations.size() && row_.exists(); ++i) {
      const MergeRelation& relation = state_.catalog.relations()[relations[i]];
      std::uint64_t parent = 0;
      row_.values(relation.child_columns, tuple_);
      switch (find_gone(relation, parent)) {
        case Gone::No:
          continue;
        case Gone::ByTheirs:
          settle(relation, parent, Side::Theirs);
          break;
        case Gone::ByOurs:
          settle(relation, parent, Side::Ours);
          break;
        case Gone::Removed:
          settle_removed(relation);
          break;
      }
      row_.load(ref);
    }
  }

  /// Whether the row of tuple_ is one that went away and is still referred to.
  Gone find_gone(const MergeRelation& relation, std::uint64_t& parent) {
    if (!is_complete(tuple_)) return Gone::No;
    const KeyIndexes& key = keys_[relation.parent_key];
    const std::uint64_t hash = hash_reference(tuple_, affinities(relation));
    const std::span<const std::size_t> columns = relation.child_columns;
    if (row_.is_due_to_ours(columns) && is_deleted_by_theirs(relation, hash, parent)) {
      return Gone::ByTheirs;
    }
    if (row_.is_due_to_theirs(columns) && is_deleted_by_ours(relation, hash, parent)) {
      return Gone::ByOurs;
    }
    const bool is_removed = key.removed.find(hash, [&](std::uint64_t number) {
      return same_reference_to(relation, removed_[static_cast<std::size_t>(number)].second);
    });
    return is_removed ? Gone::Removed : Gone::No;
  }

  bool same_reference_to(const MergeRelation& relation, const std::vector<Value>& row) {
    other_.clear();
    for (const std::size_t column : relation.parent_columns) other_.push_back(row[column].view());
    return same_reference(tuple_, other_, affinities(relation));
  }

  bool names_tuple(const MergeRelation& relation, std::span<const ValueView> row) {
    pick(row, relation.parent_columns, other_);
    return same_reference(tuple_, other_, affinities(relation));
  }

  /// Another row has the value now, so that nothing is missing.
  bool is_written(const MergeRelation& relation, std::uint64_t hash) {
    const auto is_it = [&](const ChangeSide& side, SpoolCursor& cursor, std::uint64_t at) {
      if (at < side.begin() || at >= side.end()) return false;
      cursor.seek(at);
      return names_tuple(relation, cursor.change().new_values);
    };
    return keys_[relation.parent_key].written.find(hash, [&](std::uint64_t at) {
      return is_it(state_.ours, our_cursor_, at) || is_it(state_.theirs, their_cursor_, at);
    });
  }

  bool is_deleted_by_theirs(const MergeRelation& relation, std::uint64_t hash,
                            std::uint64_t& parent) {
    const bool is_found =
        keys_[relation.parent_key].deleted_by_theirs.find(hash, [&](std::uint64_t at) {
          parent = at;
          if (state_.plan.restored.contains(at)) return false;
          their_cursor_.seek(at);
          const Change& change = their_cursor_.change();
          if (!names_tuple(relation, change.old_values)) return false;
          // Ours may have deleted it, too (then it is no conflict), or edited and thereby kept it.
          const auto ours = state_.ours.find(relation.parent, change.old_values, finder_);
          if (!ours) return true;
          if (finder_.change().operation == Operation::Delete) return false;
          parent_.load({RowRef::Kind::Ours, *ours});
          return !parent_.exists();
        });
    return is_found && !is_written(relation, hash);
  }

  bool is_deleted_by_ours(const MergeRelation& relation, std::uint64_t hash,
                          std::uint64_t& parent) {
    const bool is_found =
        keys_[relation.parent_key].deleted_by_ours.find(hash, [&](std::uint64_t at) {
          parent = at;
          our_cursor_.seek(at);
          if (!names_tuple(relation, our_cursor_.change().old_values)) return false;
          parent_.load({RowRef::Kind::Ours, at});
          return !parent_.exists() &&
                 (parent_.theirs() == nullptr || parent_.theirs()->operation != Operation::Delete);
        });
    return is_found && !is_written(relation, hash);
  }

  Conflict conflict(const MergeRelation& relation, std::string_view who) const {
    Conflict made = row_.conflict(ConflictKind::MissingParent);
    std::string columns;
    for (const std::size_t column : relation.child_columns) {
      columns += (columns.empty() ? "" : ", ") + row_.table().column_name(column);
    }
    made.text = fmt::format("table {}, {}: {} refers to a row of table {} that {}", made.table,
                            row_.name(), columns, state_.catalog.head(relation.parent).name, who);
    return made;
  }

  /// The parent was deleted by one side and is referred to by the other.
  void settle(const MergeRelation& relation, std::uint64_t parent, Side deleter) {
    const auto build = [&] {
      return conflict(relation, deleter == Side::Ours ? "ours deleted" : "theirs deleted");
    };
    const bool must_stay =
        row_.ref().kind == RowRef::Kind::Restored ||
        (row_.ref().kind == RowRef::Kind::Ours && state_.plan.kept.contains(row_.ref().offset));
    const Side referrer = deleter == Side::Ours ? Side::Theirs : Side::Ours;
    Side written = must_stay ? referrer : decider_.choose(build);
    // A reference that cannot go holds its parent, whatever the policy says.
    if (written == deleter && !can_detach(relation, referrer)) written = referrer;
    decider_.report(written, build);
    if (written == deleter) return detach(relation, referrer);
    if (deleter == Side::Ours) {
      state_.plan.kept.insert(parent);
      waiting_.push_back({RowRef::Kind::Ours, parent});
    } else {
      state_.plan.restored[parent];
      waiting_.push_back({RowRef::Kind::Restored, parent});
    }
  }

  /// The parent was left out of the merge because its own parent is missing.
  void settle_removed(const MergeRelation& relation) {
    const bool is_ours = row_.is_due_to_ours(relation.child_columns);
    const Side referrer = is_ours ? Side::Ours : Side::Theirs;
    if (!can_detach(relation, referrer)) return;
    decider_.report(is_ours ? Side::Theirs : Side::Ours,
                    [&] { return conflict(relation, "is left out itself"); });
    detach(relation, referrer);
  }

  /// The column of a reference that can be NULL.
  std::optional<std::size_t> nullable_column(const MergeRelation& relation) const {
    const auto& columns = relation.child_columns;
    const auto found = std::find_if(columns.rbegin(), columns.rend(), [&](std::size_t column) {
      return row_.table().is_nullable(column);
    });
    if (found == columns.rend()) return std::nullopt;
    return *found;
  }

  /// Whether the row is there only because the referring side made it or wanted it to stay.
  bool can_remove(Side referrer) const {
    const RowChange* ours = row_.ours();
    const Change* theirs = row_.theirs();
    if (referrer == Side::Ours) {
      return ours != nullptr && (ours->operation == Operation::Insert
                                     ? theirs == nullptr
                                     : theirs != nullptr && theirs->operation == Operation::Delete);
    }
    if (theirs == nullptr || !row_.is_whole_in_theirs()) return false;
    return theirs->operation == Operation::Insert ||
           (ours != nullptr && ours->operation == Operation::Delete);
  }

  /// The reference as it was before the referring side wrote it; empty when that cannot be.
  std::vector<ValueView> former_reference(const MergeRelation& relation, Side referrer) {
    std::vector<ValueView> former;
    const RowChange* ours = row_.ours();
    const Change* theirs = row_.theirs();
    for (const std::size_t column : relation.child_columns) {
      ValueView value = row_.value(column);
      if (referrer == Side::Ours && ours != nullptr && ours->new_value(column).is_defined()) {
        value = row_.value_in_theirs(column);
      }
      if (referrer == Side::Theirs && theirs != nullptr &&
          new_value(*theirs, column).is_defined()) {
        value = old_value(*theirs, column);
      }
      if (!value.is_defined()) return {};
      former.push_back(value);
    }
    return former;
  }

  bool can_return(const MergeRelation& relation, Side referrer) {
    const std::vector<ValueView> former = former_reference(relation, referrer);
    if (former.empty() || same_reference(former, tuple_, affinities(relation))) return false;
    if (!is_complete(former)) return true;
    std::uint64_t ignored = 0;
    const std::vector<ValueView> kept = tuple_;
    tuple_ = former;
    const std::uint64_t hash = hash_reference(tuple_, affinities(relation));
    const bool is_there = !is_deleted_by_ours(relation, hash, ignored) &&
                          !is_deleted_by_theirs(relation, hash, ignored);
    tuple_ = kept;
    return is_there;
  }

  bool can_detach(const MergeRelation& relation, Side referrer) {
    return nullable_column(relation) || can_remove(referrer) || can_return(relation, referrer);
  }

  void detach(const MergeRelation& relation, Side referrer) {
    Adjustment& adjustment = state_.plan.at(row_.ref());
    if (const auto column = nullable_column(relation)) {
      adjustment.cells[*column] = Value(ValueView::null());
    } else if (can_remove(referrer)) {
      remember_removed();
      adjustment.is_removed = true;
    } else {
      const std::vector<ValueView> former = former_reference(relation, referrer);
      for (std::size_t i = 0; i < former.size(); ++i) {
        adjustment.cells[relation.child_columns[i]] = Value(former[i]);
      }
    }
  }

  void remember_removed() {
    if (!row_.table().is_parent) return;
    std::vector<Value> row;
    for (std::size_t i = 0; i < row_.head().column_count(); ++i) row.emplace_back(row_.value(i));
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      const ParentKey& key = state_.catalog.parent_keys()[i];
      if (key.table != row_.table().number) continue;
      row_.values(key.columns, other_);
      keys_[i].removed.insert(hash_reference(other_, key.affinities), removed_.size());
    }
    removed_.emplace_back(row_.table().number, std::move(row));
  }

  MergeState& state_;
  Decider& decider_;
  MergedRow row_;
  MergedRow parent_;
  SpoolCursor finder_;
  SpoolCursor our_cursor_;
  SpoolCursor their_cursor_;
  std::vector<KeyIndexes> keys_;  // by parent key
  std::vector<std::pair<std::uint32_t, std::vector<Value>>> removed_;
  std::vector<RowRef> waiting_;
  std::vector<ValueView> tuple_;
  std::vector<ValueView> other_;
};

}  // namespace

void plan_parents(MergeState& state, Decider& decider) {
  if (!state.catalog.relations().empty()) ParentPlanner(state, decider).run();
}

}  // namespace qfcsync::merge
