#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace qfcsync::project {

/// The files that belong to a data set: those beside it that share its name and have an extension
/// that its format or GDAL uses, sorted. Links are left out.
std::vector<std::filesystem::path> sidecars_of(const std::filesystem::path& file);

/// Name of a sidecar when the data set is called `new_name`.
std::string sidecar_name(const std::filesystem::path& sidecar, const std::filesystem::path& file,
                         const std::string& new_name);

}  // namespace qfcsync::project
