#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::server {

inline constexpr std::size_t kMinUsernameLength = 3;
inline constexpr std::size_t kMaxUsernameLength = 150;
inline constexpr std::size_t kMaxTeamNameLength = 150;
inline constexpr std::size_t kMaxProjectNameLength = 255;
inline constexpr std::size_t kMaxFileNameLength = 255;  ///< of the whole path, in characters
inline constexpr std::size_t kMaxEmailLength = 254;

// The invalid_… functions give the reason for a refusal, nullopt for a good name.

/// Rule for persons and organizations; says nothing about whether the name is taken.
std::optional<std::string> invalid_username(std::string_view name);

/// Rule for the name of a team within its organization.
std::optional<std::string> invalid_team_name(std::string_view name);

std::optional<std::string> invalid_project_name(std::string_view name);

/// Checks the shape only: something@something without blanks and control characters.
std::optional<std::string> invalid_email(std::string_view email);

/// Rule for the path of a file in a project, '/' between its parts: usable on every system a
/// project may be copied to, and never pointing out of the project.
std::optional<std::string> invalid_file_name(std::string_view path);

/// Whether the path names a QGIS project file: something before .qgs or .qgz, in any case.
bool is_qgis_file(std::string_view path);

/// Whether only managers may upload this when a project's project files are restricted: project
/// files, and what belongs to the current one by its stem (attachments archive, QML, auxiliary
/// data), in any folder.
///
/// @param current_qgis_file   path of the project's project file; "" if there is none
bool is_restricted_file(std::string_view path, std::string_view current_qgis_file);

/// Whether the path begins with one of the project's attachment folders.
bool is_attachment(std::string_view path, const std::vector<std::string>& attachment_dirs);

}  // namespace qfcsync::server
