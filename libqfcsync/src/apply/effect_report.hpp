#pragma once

#include <qfcsync/changeset.hpp>

#include "apply/application.hpp"
#include "apply/attempt.hpp"

namespace qfcsync::apply {

/// Tells the rows that triggers and foreign keys of the file removed or changed beyond what the
/// changeset says of them. When all changes are made.
void report_effects(TargetFile& file, const Spool& changeset, const Decisions& decisions,
                    const EffectHandler& handler);

}  // namespace qfcsync::apply
