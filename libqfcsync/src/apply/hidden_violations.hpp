#pragma once

#include <qfcsync/changeset.hpp>

#include "apply/referenced_values.hpp"
#include "apply/side_effects.hpp"
#include "apply/target_file.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace qfcsync::apply {

/// A foreign key of a table, with positions of its columns there.
struct KeyLink {
  std::size_t foreign_key = 0;  ///< position in TargetFile::foreign_keys()
  std::vector<std::size_t> columns;
  bool is_complete = true;  ///< false: some column is generated and has no position
};

/// What foreign keys make of a table.
struct KeyLinks {
  std::vector<KeyLink> as_child;
  std::vector<KeyLink> as_parent;

  bool empty() const { return as_child.empty() && as_parent.empty(); }
};

KeyLinks read_key_links(const TargetTable& table, const std::vector<ForeignKey>& keys);

/// Changes that may violate a foreign key without SQLite's notice.
///
/// SQLite has one number of violations: it rises with new ones and falls when others are mended,
/// also such as were in the file before. As long as it is seen at 0 after every statement nothing
/// is violated anew, save by statements that touch several keys and may do both at once.
class DoubtfulChanges {
 public:
  explicit DoubtfulChanges(TargetFile& file);

  /// After a change was made.
  void note(const Target& target, const Change& change, std::uint64_t number);
  void add(std::uint64_t number);
  /// From now on all changes of rows with foreign keys are doubtful.
  void doubt() { is_in_doubt_ = !links_.empty(); }

  /// Whether SQLite counts at all.
  bool is_possible() const { return !links_.empty(); }
  bool empty() const { return changes_.empty(); }
  bool contains(std::uint64_t number) const { return number < changes_.size() && changes_[number]; }
  const KeyLinks& links(const Target& target) const { return links_[target.number()]; }

 private:
  bool may_hide(const Target& target, const Change& change) const;

  TargetFile& file_;
  std::vector<KeyLinks> links_;  // by number of target; empty when SQLite does not count
  std::vector<bool> changes_;    // by number
  bool is_in_doubt_ = false;
};

/// Looks at single rows whether their foreign keys hold.
class HiddenViolations {
 public:
  HiddenViolations(sqlite3* database, const std::vector<ForeignKey>& keys)
      : database_(database), keys_(keys) {}

  /// Takes a change that was made. @return true when its row lacks a parent
  bool add(Target& target, const KeyLinks& links, const Change& change);
  /// The same for a row that is not in the changeset, or that it does not change alone.
  bool add(Target& target, const KeyLinks& links, Cells key, const SideEffect& effect);
  /// Whether rows lack a parent that a change took away. After the last add().
  bool has_lost_parents();

 private:
  bool is_orphan(const TargetTable& table, const KeyLink& link, Cells key);
  void add_parent(Target& target, const KeyLink& link, Cells old_values);

  sqlite3* database_;
  const std::vector<ForeignKey>& keys_;
  std::map<std::size_t, gpkg::edit::Statement> orphans_;  // by foreign key
  std::map<std::size_t, ReferencedValues> parents_;       // likewise
  std::vector<ValueView> values_;
};

}  // namespace qfcsync::apply
