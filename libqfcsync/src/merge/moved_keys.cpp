#include "merge/moved_keys.hpp"

#include <qfcsync/error.hpp>

#include "merge/value_hash.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace qfcsync::merge {
namespace {

constexpr double kMaxExactReal = 9007199254740992.0;  // 2^53

/// The new value of a reference, of the type that the old one had.
ValueView like(ValueView before, ValueView after, std::deque<std::string>& texts) {
  if (after.type() != ValueType::Integer) return after;
  if (before.type() == ValueType::Real) {
    const auto real = static_cast<double>(after.as_integer());
    // Beyond 2^53 a real may name another row.
    const bool is_exact = std::abs(real) <= kMaxExactReal;
    return is_exact ? ValueView::real(real) : after;
  }
  if (before.type() != ValueType::Text) return after;
  return ValueView::text(texts.emplace_back(std::to_string(after.as_integer())));
}

}  // namespace

MovedKeys::MovedKeys(Catalog& catalog, const ChangeSide& ours)
    : catalog_(&catalog),
      ours_(&ours),
      keys_(catalog.heads().size()),
      tuples_(catalog.parent_keys().size()) {}

std::int64_t next_key(Catalog& catalog, std::uint32_t number, std::int64_t before) {
  MergeTable& table = catalog.table(number);
  const std::int64_t last = std::max<std::int64_t>(table.max_key.value_or(0), 0);
  if (last == std::numeric_limits<std::int64_t>::max()) {
    throw Error(ErrorCode::LimitExceeded,
                fmt::format("table {} holds the greatest possible key, so that our row {} cannot "
                            "get another one",
                            catalog.head(number).name, before));
  }
  table.max_key = last + 1;
  return last + 1;
}

void MovedKeys::renumber(std::uint32_t table, std::int64_t before) {
  const std::int64_t after = next_key(*catalog_, table, before);
  keys_[table].emplace(before, after);
  renumbered_.push_back({catalog_->head(table).name, before, after});
}

std::optional<std::int64_t> MovedKeys::new_key(std::uint32_t table, std::int64_t before) const {
  const auto found = keys_[table].find(before);
  if (found == keys_[table].end()) return std::nullopt;
  return found->second;
}

bool MovedKeys::is_rowid(const ParentKey& key) const {
  return catalog_->table(key.table).can_renumber && key.columns == catalog_->table(key.table).key;
}

bool MovedKeys::has_moves(std::size_t parent_key) const {
  const ParentKey& key = catalog_->parent_keys()[parent_key];
  return is_rowid(key) ? !keys_[key.table].empty() : !tuples_[parent_key].empty();
}

bool MovedKeys::can_move(const ParentKey& key) const {
  const MergeTable& table = catalog_->table(key.table);
  const auto is_in_key = [&](std::size_t column) {
    return std::find(key.columns.begin(), key.columns.end(), column) != key.columns.end();
  };
  if (!keys_[key.table].empty() && is_in_key(table.key[0])) return true;
  return std::any_of(table.as_child.begin(), table.as_child.end(), [&](std::size_t number) {
    const MergeRelation& relation = catalog_->relations()[number];
    return has_moves(relation.parent_key) &&
           std::any_of(relation.child_columns.begin(), relation.child_columns.end(), is_in_key);
  });
}

void MovedKeys::follow() {
  for (bool is_changed = true; is_changed;) {
    is_changed = false;
    for (std::size_t i = 0; i < tuples_.size(); ++i) {
      const ParentKey& key = catalog_->parent_keys()[i];
      if (!is_rowid(key) && can_move(key) && follow(i)) is_changed = true;
    }
  }
}

bool MovedKeys::follow(std::size_t parent_key) {
  const ParentKey& key = catalog_->parent_keys()[parent_key];
  bool is_changed = false;
  RowChange row;
  std::vector<ValueView> before;
  std::vector<ValueView> after;
  ours_->for_each([&](const MergeTable& table) { return table.number == key.table; },
                  [&](SpoolCursor& at) {
                    const Change& change = at.change();
                    if (change.operation != Operation::Insert) return;
                    if (!rewrite(catalog_->table(key.table), change, row)) return;
                    pick(change.new_values, key.columns, before);
                    pick(row.new_values, key.columns, after);
                    std::string name = reference_key(before, key.affinities);
                    if (name.empty() || before == after) return;
                    std::vector<Value> values(after.begin(), after.end());
                    auto& known = tuples_[parent_key][std::move(name)];
                    if (known == values) return;
                    known = std::move(values);
                    is_changed = true;
                  });
  return is_changed;
}

bool MovedKeys::rewrite(const MergeTable& table, const Change& change, RowChange& out) const {
  out.assign(change);
  if (is_empty() || change.operation == Operation::Delete) return false;
  for (const std::size_t number : table.as_child) {
    rewrite_reference(catalog_->relations()[number], change, out);
  }
  if (change.operation == Operation::Insert && !keys_[table.number].empty()) {
    const std::size_t column = table.key[0];
    const auto key = new_key(table.number, change.new_values[column].as_integer());
    if (key && change.new_values[column].type() == ValueType::Integer) {
      out.new_values[column] = ValueView::integer(*key);
    }
  }
  return !std::equal(out.new_values.begin(), out.new_values.end(), change.new_values.begin());
}

void MovedKeys::rewrite_reference(const MergeRelation& relation, const Change& change,
                                  RowChange& out) const {
  if (!has_moves(relation.parent_key)) return;
  std::vector<ValueView> values;
  pick(change.new_values, relation.child_columns, values);
  const bool is_touched =
      std::any_of(values.begin(), values.end(), [](ValueView value) { return value.is_defined(); });
  if (!is_touched) return;
  const ParentKey& key = catalog_->parent_keys()[relation.parent_key];
  if (is_rowid(key)) {
    const ValueView before = comparable(values[0], key.affinities[0]);
    const auto after = before.type() == ValueType::Integer
                           ? new_key(relation.parent, before.as_integer())
                           : std::nullopt;
    if (after) {
      out.new_values[relation.child_columns[0]] =
          like(values[0], ValueView::integer(*after), out.texts);
    }
    return;
  }
  const std::vector<Value>* tuple = find_tuple(relation, values);
  if (tuple == nullptr) return;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const ValueView after = (*tuple)[i].view();
    const Affinity affinity = key.affinities[i];
    if (!values[i].is_defined() || comparable(values[i], affinity) == comparable(after, affinity)) {
      continue;
    }
    out.new_values[relation.child_columns[i]] = like(values[i], after, out.texts);
  }
}

const std::vector<Value>* MovedKeys::find_tuple(const MergeRelation& relation,
                                                std::span<const ValueView> values) const {
  const Tuples& tuples = tuples_[relation.parent_key];
  const auto& affinities = catalog_->parent_keys()[relation.parent_key].affinities;
  const std::string name = reference_key(values, affinities);
  if (!name.empty()) {
    const auto found = tuples.find(name);
    return found == tuples.end() ? nullptr : &found->second;
  }
  // An update wrote a part of the reference. What it wrote has to be what moved: values of base
  // cannot name a row that was not there.
  for (const auto& [before, after] : tuples) {
    changeset::ByteCursor cursor(before);
    bool is_same = true;
    bool is_moved = false;
    for (std::size_t i = 0; i < values.size() && is_same; ++i) {
      ValueView old;
      cursor.take_value(old);
      const bool has_moved = !(old == comparable(after[i].view(), affinities[i]));
      is_moved = is_moved || (has_moved && values[i].is_defined());
      is_same = !values[i].is_defined() || old == comparable(values[i], affinities[i]);
    }
    if (is_same && is_moved) return &after;
  }
  return nullptr;
}

}  // namespace qfcsync::merge
