#include "changeset/key_columns.hpp"

#include <algorithm>

namespace qfcsync::changeset {

std::vector<std::size_t> key_columns(const ChangesetTable& table) {
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < table.key.size(); ++i) {
    if (table.key[i] != 0) columns.push_back(i);
  }
  std::stable_sort(columns.begin(), columns.end(),
                   [&](std::size_t a, std::size_t b) { return table.key[a] < table.key[b]; });
  return columns;
}

}  // namespace qfcsync::changeset
