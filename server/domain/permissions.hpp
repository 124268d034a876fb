#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace qfcsync::server {

/// What a person is on a project; a greater role may do all that a lesser one may.
enum class Role : std::uint8_t { None, Reader, Reporter, Editor, Manager, Admin };

/// "admin", "manager", "editor", "reporter", "reader"; "" for None
std::string_view to_string(Role role);

/// The role of that name; nullopt for any other text.
std::optional<Role> role_of(std::string_view name);

/// Why a person has a role, strongest reason first.
enum class RoleOrigin : std::uint8_t {
  ProjectOwner,
  OrganizationOwner,
  OrganizationAdmin,
  Collaborator,
  TeamMember,
  OrganizationMember,
  Public,
};

/// As `user_role_origin` of the API: "project_owner", ...
std::string_view to_string(RoleOrigin origin);

/// What can be done with a project; the rows of QFieldCloud's table of project roles.
enum class Action : std::uint8_t {
  ProjectGet,
  ProjectUpdate,
  ProjectDelete,
  ProjectClone,
  ThumbnailGet,
  ThumbnailUpload,
  FileList,
  FileDownload,
  FileUpload,
  FileUploadRestricted,  ///< while the project restricts its project files
  FileDelete,
  CollaboratorManage,
  PackageRead,
  JobRead,
  JobCreatePackage,
  JobCreateOther,
  DeltaPush,
  DeltaCreate,  ///< a delta that adds a feature
  DeltaChange,  ///< a delta that patches or deletes; refused ones are kept as unpermitted
  DeltaDecide,  ///< apply again, or leave for good
  DeltaList,
};

/// The one place that decides.
bool allowed(Role role, Action action);

/// Whether a role that does not hold (too many collaborators, no member of the organization) is as
/// good as none for this. Everything else goes by the role alone.
bool needs_valid_role(Action action);

}  // namespace qfcsync::server
