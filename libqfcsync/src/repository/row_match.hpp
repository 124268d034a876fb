#pragma once

#include <qfcsync/changeset.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::repository {

/// Whether a change is of a table, and of the row with a key.
///
/// @param key  in the order of the key; empty: any row
/// @errors     InvalidArgument: the key of the table has another number of columns
bool is_row(const Change& change, std::string_view table, const std::vector<Value>& key);

/// The changes of a changeset that are of a table and row, in a changeset with the same envelope.
///
/// @param table  empty: all
/// @return       "" when there are none
std::string select_changes(std::string_view changeset, std::string_view table,
                           const std::vector<Value>& key);

}  // namespace qfcsync::repository
