#pragma once

#include "domain/projects.hpp"
#include "domain/seeds.hpp"
#include "routes/call.hpp"

#include <optional>
#include <string>

namespace qfcsync::server {

/// From what the new project of a request is built, if it does not begin empty. Settings of the
/// project that is cloned are put into `wanted` where the request says nothing.
///
/// @errors ApiError: of the seed; object_not_found, permission_denied, not_cloneable_project: the
///         project to clone; qgis_project_file_not_allowed
std::optional<Seed> requested_seed(Call& call, ProjectChange& wanted);

/// Creates the project, its seed and the job that fills it in one step, or nothing at all.
///
/// @return its id
/// @errors ApiError permission_denied: the caller may create nothing for that owner; over_quota:
/// the
///         project to clone is larger than what the owner has left; project_already_exists
std::string create_seeded_project(Call& call, const ProjectChange& wanted,
                                  std::optional<Seed> seed);

}  // namespace qfcsync::server
