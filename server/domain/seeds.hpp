#pragma once

#include <qfcsync/project_seed.hpp>

#include "db/database.hpp"

#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace qfcsync::server {

inline constexpr std::size_t kMaxXlsformBytes = 10u << 20;

/// From what a project is built that does not begin empty: a background, or another project.
struct Seed {
  std::optional<GeoExtent> extent;  ///< nullopt: as the project that is cloned
  std::optional<std::string> clone_from_project;
  std::string settings;  ///< JSON: schemaId, basemaps, xlsform
  std::optional<std::string> xlsform_sha256;
  std::optional<std::string> xlsform_name;  ///< "xlsform.xlsx"
};

/// Reads the field `seed` of a new project.
///
/// @param field        the object, or its text; null when only a project is cloned
/// @param clone_from   id of the project to clone, if it is a clone
/// @param has_xlsform  whether a form came along
/// @errors ApiError api_error: no JSON object, unknown words, a missing address, other keys in the
///         seed of a clone; validation_error: the extent
Seed parse_seed(const nlohmann::json& field, const std::optional<std::string>& clone_from,
                bool has_xlsform);

/// The layers that the settings ask for.
std::vector<Basemap> basemaps_of(const Seed& seed);

void store_seed(Connection& db, const std::string& project_id, const Seed& seed);
std::optional<Seed> find_seed(Connection& db, const std::string& project_id);

}  // namespace qfcsync::server
