#pragma once

#include <qfcsync/changeset.hpp>

#include "extract/snapshot.hpp"

#include <string>
#include <vector>

namespace qfcsync::extraction {

/// The envelope of a changeset between two files.
///
/// The largest keys are those that either file knows of, also by AUTOINCREMENT: a new row with a
/// larger key cannot meet one that was deleted.
///
/// @param tables  those that are compared
/// @errors        Corrupt, Busy, Io
ChangesetEnvelope make_envelope(const Snapshot& base, const Snapshot& modified,
                                const std::vector<std::string>& tables, std::string base_id);

}  // namespace qfcsync::extraction
