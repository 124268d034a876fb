#include "domain/permissions.hpp"

#include <algorithm>
#include <array>

namespace qfcsync::server {
namespace {

constexpr std::array<std::string_view, 6> kRoleNames = {"",       "reader",  "reporter",
                                                        "editor", "manager", "admin"};

constexpr std::array<std::string_view, 7> kOriginNames = {
    "project_owner", "organization_owner", "organization_admin",
    "collaborator",  "team_member",        "organization_member",
    "public"};

struct Rule {
  Action action;
  Role least;
};

// In the order of Action. Whoever has his role because the project is public is a Reader.
constexpr std::array kRules = {
    Rule{Action::ProjectGet, Role::Reader},       Rule{Action::ProjectUpdate, Role::Manager},
    Rule{Action::ProjectDelete, Role::Manager},   Rule{Action::ProjectClone, Role::Reader},
    Rule{Action::ThumbnailGet, Role::Reader},     Rule{Action::ThumbnailUpload, Role::Reporter},
    Rule{Action::FileList, Role::Reader},         Rule{Action::FileDownload, Role::Reader},
    Rule{Action::FileUpload, Role::Reporter},     Rule{Action::FileUploadRestricted, Role::Manager},
    Rule{Action::FileDelete, Role::Editor},       Rule{Action::CollaboratorManage, Role::Manager},
    Rule{Action::PackageRead, Role::Reader},      Rule{Action::JobRead, Role::Reader},
    Rule{Action::JobCreatePackage, Role::Reader}, Rule{Action::JobCreateOther, Role::Reporter},
    Rule{Action::DeltaPush, Role::Reporter},      Rule{Action::DeltaCreate, Role::Reporter},
    Rule{Action::DeltaChange, Role::Editor},      Rule{Action::DeltaDecide, Role::Manager},
    Rule{Action::DeltaList, Role::Reporter},
};

constexpr bool rules_follow_actions() {
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    if (static_cast<std::size_t>(kRules[i].action) != i) return false;
  }
  return kRules.back().action == Action::DeltaList;
}
static_assert(rules_follow_actions(), "one rule per action, in the order of Action");

}  // namespace

std::string_view to_string(Role role) { return kRoleNames[static_cast<std::size_t>(role)]; }

std::optional<Role> role_of(std::string_view name) {
  if (name.empty()) return std::nullopt;
  const auto* const found = std::find(kRoleNames.begin(), kRoleNames.end(), name);
  if (found == kRoleNames.end()) return std::nullopt;
  return static_cast<Role>(found - kRoleNames.begin());
}

std::string_view to_string(RoleOrigin origin) {
  return kOriginNames[static_cast<std::size_t>(origin)];
}

bool allowed(Role role, Action action) {
  return role >= kRules[static_cast<std::size_t>(action)].least;
}

bool needs_valid_role(Action action) {
  return action == Action::ProjectGet || action == Action::ThumbnailGet;
}

}  // namespace qfcsync::server
