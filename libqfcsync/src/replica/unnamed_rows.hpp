#pragma once

#include <qfcsync/schema.hpp>
#include <qfcsync/stream.hpp>

#include <filesystem>
#include <vector>

namespace qfcsync::replica {

/// Drops the notes on tables whose rows have no key where that took nothing away: the result has
/// the rows of theirs, which is right when ours did not change them, or changed them to the same.
///
/// Rows are compared in the order in which they are stored.
///
/// @param schema  of the files
/// @errors        as read_schema; Cancelled
void drop_needless_notes(const std::filesystem::path& base, const std::filesystem::path& ours,
                         const std::filesystem::path& theirs, const DatabaseSchema& schema,
                         std::vector<TableNote>& notes, const Progress& progress);

}  // namespace qfcsync::replica
