#pragma once

#include <qfcsync/changeset.hpp>

#include <vector>

namespace qfcsync::changeset {

/// Positions of the key columns in the order of the key; those of one position (writers that do not
/// number them) in the order of the table.
std::vector<std::size_t> key_columns(const ChangesetTable& table);

}  // namespace qfcsync::changeset
