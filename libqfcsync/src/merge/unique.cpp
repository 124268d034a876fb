#include "merge/unique.hpp"

#include "merge/stand_in.hpp"
#include "merge/value_hash.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace qfcsync::merge {
namespace {

using Columns = std::vector<std::size_t>;

class UniquePlanner {
 public:
  UniquePlanner(MergeState& state, Decider& decider)
      : state_(state),
        decider_(decider),
        row_(state),
        other_(state),
        scratch_(state.ours.cursor()) {}

  void run() {
    const auto is_wanted = [](const MergeTable& table) { return !table.unique.empty(); };
    state_.theirs.for_each(is_wanted, [&](SpoolCursor& at) {
      const Change& change = at.change();
      if (change.operation != Operation::Delete) {
        add(state_.catalog.table(at.table()), change.new_values, at.offset());
      }
    });
    state_.ours.for_each(is_wanted, [&](SpoolCursor& at) { add_standing(at); });
    if (theirs_.is_empty()) return;
    state_.ours.for_each(is_wanted, [&](SpoolCursor& at) {
      check({RowRef::Kind::Ours, at.offset()});
    });
    std::vector<std::uint64_t> restored;
    for (const auto& [offset, adjustment] : state_.plan.restored) restored.push_back(offset);
    for (const std::uint64_t offset : restored) check({RowRef::Kind::Restored, offset});
  }

 private:
  static std::uint64_t hash(const MergeTable& table, std::size_t set,
                            std::span<const ValueView> values) {
    std::uint64_t hash = std::uint64_t{table.number} << 32 | set;
    for (const ValueView value : values) hash = hash_value(value, hash);
    return hash;
  }

  void add(const MergeTable& table, std::span<const ValueView> row, std::uint64_t offset) {
    std::vector<ValueView> values;
    for (std::size_t set = 0; set < table.unique.size(); ++set) {
      pick(row, table.unique[set], values);
      if (is_complete(values)) theirs_.insert(hash(table, set, values), offset);
    }
  }

  /// A row that ours deleted and that stays nevertheless still holds its values.
  void add_standing(SpoolCursor& at) {
    if (at.change().operation != Operation::Delete) return;
    other_.load({RowRef::Kind::Ours, at.offset()});
    if (!other_.exists()) return;
    std::vector<ValueView> row;
    for (std::size_t i = 0; i < other_.head().column_count(); ++i) row.push_back(other_.value(i));
    add(other_.table(), row, at.offset());
  }

  bool is_ours(std::uint64_t offset) const {
    return offset >= state_.ours.begin() && offset < state_.ours.end();
  }

  void check(RowRef ref) {
    row_.load(ref);
    const std::size_t sets = row_.table().unique.size();
    for (std::size_t set = 0; set < sets && row_.exists(); ++set) {
      const Columns& columns = row_.table().unique[set];
      if (!row_.is_due_to_ours(columns)) continue;
      row_.values(columns, values_);
      if (!is_complete(values_) || !find_other(set)) continue;
      settle(set);
      row_.load(ref);
    }
  }

  /// Loads the row that theirs gave the same values.
  bool find_other(std::size_t set) {
    const MergeTable& table = row_.table();
    return theirs_.find(hash(table, set, values_), [&](std::uint64_t at) {
      RowRef owner{RowRef::Kind::Ours, at};
      if (!is_ours(at)) {
        SpoolCursor theirs = state_.theirs.cursor();
        theirs.seek(at);
        owner = owner_of_theirs(state_, theirs, scratch_);
      }
      if (owner == row_.ref()) return false;
      other_.load(owner);
      if (!other_.exists() || other_.table().number != table.number) return false;
      std::vector<ValueView> others;
      other_.values(table.unique[set], others);
      return std::equal(others.begin(), others.end(), values_.begin());
    });
  }

  void settle(std::size_t set) {
    const auto build = [&] { return conflict(set); };
    const Side written = decider_.decide(build);
    MergedRow& loser = written == Side::Ours ? other_ : row_;
    yield(loser, set, written == Side::Ours ? Side::Theirs : Side::Ours);
  }

  /// Both rows stand in the cells: ours under ours, theirs under theirs.
  Conflict conflict(std::size_t set) const {
    Conflict made = row_.conflict(ConflictKind::Unique);
    made.cells.clear();
    for (std::size_t i = 0; i < row_.head().column_count(); ++i) {
      ConflictCell cell;
      cell.column = i;
      cell.name = row_.table().column_name(i);
      cell.ours = Value(row_.value(i));
      cell.theirs = Value(other_.value(i));
      if (row_.ours() != nullptr) cell.base = Value(row_.ours()->old_value(i));
      made.cells.push_back(std::move(cell));
    }
    std::string names;
    for (const std::size_t column : row_.table().unique[set]) {
      names += (names.empty() ? "" : ", ") + row_.table().column_name(column);
    }
    made.text = fmt::format(
        "table {}, {}: {} has to be unique, but theirs wrote the same into the row {}", made.table,
        key_text(row_.table(), row_of(row_)), names, key_text(row_.table(), row_of(other_)));
    return made;
  }

  static std::vector<ValueView> row_of(const MergedRow& row) {
    std::vector<ValueView> values;
    for (std::size_t i = 0; i < row.head().column_count(); ++i) values.push_back(row.value(i));
    return values;
  }

  bool is_reference(const MergeTable& table, std::size_t column) const {
    return std::any_of(table.as_child.begin(), table.as_child.end(), [&](std::size_t number) {
      const Columns& columns = state_.catalog.relations()[number].child_columns;
      return std::find(columns.begin(), columns.end(), column) != columns.end();
    });
  }

  static bool is_key(const MergeTable& table, std::size_t column) {
    return std::find(table.key.begin(), table.key.end(), column) != table.key.end();
  }

  void yield(MergedRow& loser, std::size_t set, Side side) {
    const Columns& columns = loser.table().unique[set];
    Adjustment& adjustment = state_.plan.at(loser.ref());
    if (const auto value = stand_in(loser, columns)) {
      adjustment.cells[value->first] = value->second;
    } else if (is_inserted_by(loser, side)) {
      adjustment.is_removed = true;
    } else {
      for (const std::size_t at : columns)
        adjustment.cells[at] = Value(former_value(loser, at, side));
    }
  }

  std::optional<std::pair<std::size_t, Value>> stand_in(const MergedRow& loser,
                                                        const Columns& columns) const {
    std::vector<StandInColumn> candidates;
    for (const std::size_t at : columns) {
      candidates.push_back({at, loser.value(at), loser.table().is_nullable(at),
                            is_reference(loser.table(), at), is_key(loser.table(), at)});
    }
    // Named by what its side called the row, so that both directions of a merge agree.
    std::vector<ValueView> key;
    pick(loser.ours() != nullptr ? loser.original().key_values() : loser.theirs()->key_values(),
         loser.table().key, key);
    return choose_stand_in(candidates, row_mark(loser.head().name, key));
  }

  static bool is_inserted_by(const MergedRow& row, Side side) {
    if (side == Side::Theirs) {
      return row.theirs() != nullptr && row.theirs()->operation == Operation::Insert;
    }
    // An update of ours may bring back what theirs deleted: that is an insert, too.
    return row.out().is_needed && row.out().operation == Operation::Insert;
  }

  static ValueView former_value(const MergedRow& row, std::size_t column, Side side) {
    if (side == Side::Ours) return row.value_in_theirs(column);
    const ValueView before =
        row.theirs() != nullptr ? old_value(*row.theirs(), column) : ValueView();
    return before.is_defined() ? before : row.value(column);
  }

  MergeState& state_;
  Decider& decider_;
  MergedRow row_;
  MergedRow other_;
  SpoolCursor scratch_;
  OffsetIndex theirs_;
  std::vector<ValueView> values_;
};

}  // namespace

void plan_unique(MergeState& state, Decider& decider) {
  for (std::uint32_t i = 0; i < state.catalog.heads().size(); ++i) {
    if (!state.catalog.table(i).unique.empty()) return UniquePlanner(state, decider).run();
  }
}

}  // namespace qfcsync::merge
