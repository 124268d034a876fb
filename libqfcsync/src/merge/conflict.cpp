#include <qfcsync/conflict.hpp>

namespace qfcsync {

std::string_view to_string(ConflictKind kind) noexcept {
  switch (kind) {
    case ConflictKind::SameCell:
      return "same_cell";
    case ConflictKind::OursDeletedTheirsEdited:
      return "ours_deleted_theirs_edited";
    case ConflictKind::OursEditedTheirsDeleted:
      return "ours_edited_theirs_deleted";
    case ConflictKind::KeyCollision:
      return "key_collision";
    case ConflictKind::Unique:
      return "unique";
    case ConflictKind::MissingParent:
      return "missing_parent";
    case ConflictKind::Constraint:
      return "constraint";
  }
  return "";
}

std::string_view to_string(Side side) noexcept {
  switch (side) {
    case Side::Ours:
      return "ours";
    case Side::Theirs:
      return "theirs";
    case Side::Both:
      return "both";
  }
  return "";
}

}  // namespace qfcsync
