#pragma once

#include <qfcsync/value.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync {

enum class ConflictKind : std::uint8_t {
  SameCell,  ///< both changed a cell, to different values
  OursDeletedTheirsEdited,
  OursEditedTheirsDeleted,
  KeyCollision,   ///< both inserted a row of the same key; integer keys of ours are renumbered
  Unique,         ///< a value that has to be unique is now in two rows
  MissingParent,  ///< a row refers to one that the other side deleted
  /// NOT NULL, CHECK or a trigger refuses the merged row; or a trigger or foreign key of the file
  /// removed or changed a row beyond what both sides did.
  Constraint,
};

/// Whose values are written.
enum class Side : std::uint8_t {
  Ours,
  Theirs,
  Both,  ///< nothing is lost: both rows are there, e.g. after renumbering
};

/// One cell of a conflict. Undefined where that side has no row or did not touch the cell.
struct ConflictCell {
  std::size_t column = 0;  ///< position in the table
  std::string name;        ///< "" when no schema is known
  Value base;
  Value ours;
  Value theirs;
};

/// Two incompatible changes of one row. A value, not an error: the losing side can be read here
/// completely.
struct Conflict {
  ConflictKind kind = ConflictKind::SameCell;
  std::string table;
  std::vector<std::string> key_columns;  ///< empty when no schema is known
  std::vector<Value> key;                ///< of the row, as ours names it
  std::vector<Value> new_key;            ///< of ours after renumbering; else empty
  /// SameCell: the cells in dispute and the geometry. Others: all cells that either side holds.
  std::vector<ConflictCell> cells;
  std::string geometry_column;  ///< "" if none or not known
  Side written = Side::Ours;
  std::string text;  ///< a sentence for people
};

std::string_view to_string(ConflictKind kind) noexcept;  ///< e.g. "same_cell"
std::string_view to_string(Side side) noexcept;          ///< "ours", "theirs", "both"

/// Gets every conflict after it was decided; the reference is valid during the call only.
using ConflictHandler = std::function<void(const Conflict&)>;

}  // namespace qfcsync
