#pragma once

#include <qfcsync/conflict.hpp>
#include <qfcsync/schema.hpp>

#include "apply/application.hpp"
#include "replica/side_rows.hpp"

namespace qfcsync::replica {

/// A row that triggers or foreign keys of the file removed or changed when the changes of ours were
/// made: without that it would be as theirs, what became of it stands under ours.
///
/// @param schema  of the file
Conflict effect_conflict(const apply::Effect& effect, const DatabaseSchema& schema, SideRows& base);

}  // namespace qfcsync::replica
