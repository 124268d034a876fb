#pragma once

#include <qfcsync/schema.hpp>

#include <span>
#include <vector>

namespace qfcsync::merge {

using KnownTables = std::vector<const TableSchema*>;

/// Refuses relations of a caller that lead nowhere: a slip of the pen would leave references as
/// they are, and nobody would notice.
///
/// @param known  all tables whose columns are known; of two with one name the first counts
/// @errors       NotFound: a table or a column, by name; InvalidArgument: no table is known, or the
///               two lists of columns are empty or not of one length
void check_relations(std::span<const Relation> relations, const KnownTables& known);

}  // namespace qfcsync::merge
