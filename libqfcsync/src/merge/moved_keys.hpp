#pragma once

#include "merge/row_change.hpp"
#include "merge/sides.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace qfcsync::merge {

/// The next free key of a table, which is taken with that.
///
/// @param before  the key it replaces, for the message
/// @errors LimitExceeded: there is no greater integer
std::int64_t next_key(Catalog& catalog, std::uint32_t table, std::int64_t before);

/// Rows that ours inserted and that get another key because theirs holds theirs, and everything of
/// ours that refers to them.
///
/// Only values that ours wrote are rewritten: the old key was not in base, so they can only mean
/// our own row. Keys that contain a reference move with it, and so on along chains.
class MovedKeys {
 public:
  MovedKeys(Catalog& catalog, const ChangeSide& ours);

  /// Gives our row of that integer key the next free one.
  ///
  /// @errors LimitExceeded: there is no greater integer
  void renumber(std::uint32_t table, std::int64_t before);

  /// Finds keys that move because they contain a moved one. After each round of renumber().
  void follow();

  /// Puts a change of ours as it is after all moves. @return whether anything differs from change
  bool rewrite(const MergeTable& table, const Change& change, RowChange& out) const;

  bool is_empty() const { return renumbered_.empty(); }
  const std::vector<RenumberedKey>& renumbered() const { return renumbered_; }
  std::optional<std::int64_t> new_key(std::uint32_t table, std::int64_t before) const;

 private:
  using Tuples = std::unordered_map<std::string, std::vector<Value>>;

  bool is_rowid(const ParentKey& key) const;
  bool can_move(const ParentKey& key) const;
  bool has_moves(std::size_t parent_key) const;
  bool follow(std::size_t parent_key);
  void rewrite_reference(const MergeRelation& relation, const Change& change, RowChange& out) const;
  const std::vector<Value>* find_tuple(const MergeRelation& relation,
                                       std::span<const ValueView> values) const;

  Catalog* catalog_;
  const ChangeSide* ours_;
  std::vector<RenumberedKey> renumbered_;
  std::vector<std::unordered_map<std::int64_t, std::int64_t>> keys_;  // by table
  std::vector<Tuples> tuples_;                                        // by parent key, no rowids
};

}  // namespace qfcsync::merge
