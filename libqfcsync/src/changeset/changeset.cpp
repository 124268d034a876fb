#include <qfcsync/changeset.hpp>

#include <algorithm>

namespace qfcsync {

std::string_view to_string(Operation operation) noexcept {
  switch (operation) {
    case Operation::Delete:
      return "delete";
    case Operation::Insert:
      return "insert";
    case Operation::Update:
      return "update";
  }
  return "unknown";
}

const TableSchema* ChangesetEnvelope::find(std::string_view table) const {
  const auto found = std::find_if(tables.begin(), tables.end(),
                                  [&](const TableSchema& one) { return one.name == table; });
  return found == tables.end() ? nullptr : &*found;
}

}  // namespace qfcsync
