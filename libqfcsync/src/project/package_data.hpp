#pragma once

#include "project/area.hpp"
#include "project/package_plan.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

namespace qfcsync::project {

/// Writes data.gpkg with the rows of all offline layers and gives these their new source. Layers
/// with the same source share one table. Nothing is written when no layer is offline.
///
/// @param tick   called often; throwing stops the work
/// @param done   called with the size of each source that has been copied
/// @errors       Corrupt, NotFound: a source; Io
void write_offline_data(std::vector<PlannedLayer>& plan, const std::filesystem::path& file,
                        const std::optional<AreaOfInterest>& area,
                        const std::function<void()>& tick,
                        const std::function<void(std::uintmax_t bytes)>& done);

}  // namespace qfcsync::project
