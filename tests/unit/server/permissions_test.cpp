#include "domain/permissions.hpp"

#include <array>
#include <string>

#include <doctest/doctest.h>

using namespace qfcsync::server;

TEST_SUITE("server/permissions") {
  TEST_CASE("every cell of the table of project roles") {
    struct Line {
      Action action;
      const char* may;  // admin, manager, editor, reporter, reader, none
    };
    constexpr std::array kColumns = {Role::Admin,    Role::Manager, Role::Editor,
                                     Role::Reporter, Role::Reader,  Role::None};
    for (const auto& [action, may] : {
             Line{Action::ProjectGet, "+++++-"},       Line{Action::ProjectUpdate, "++----"},
             Line{Action::ProjectDelete, "++----"},    Line{Action::ProjectClone, "+++++-"},
             Line{Action::ThumbnailGet, "+++++-"},     Line{Action::ThumbnailUpload, "++++--"},
             Line{Action::FileList, "+++++-"},         Line{Action::FileDownload, "+++++-"},
             Line{Action::FileUpload, "++++--"},       Line{Action::FileUploadRestricted, "++----"},
             Line{Action::FileDelete, "+++---"},       Line{Action::CollaboratorManage, "++----"},
             Line{Action::PackageRead, "+++++-"},      Line{Action::JobRead, "+++++-"},
             Line{Action::JobCreatePackage, "+++++-"}, Line{Action::JobCreateOther, "++++--"},
             Line{Action::DeltaPush, "++++--"},        Line{Action::DeltaCreate, "++++--"},
             Line{Action::DeltaChange, "+++---"},      Line{Action::DeltaDecide, "++----"},
             Line{Action::DeltaList, "++++--"},
         }) {
      for (std::size_t column = 0; column < kColumns.size(); ++column) {
        CAPTURE(static_cast<int>(action));
        CAPTURE(to_string(kColumns[column]));
        CHECK(allowed(kColumns[column], action) == (may[column] == '+'));
      }
    }
  }

  TEST_CASE("role names are read and written") {
    for (const char* name : {"reader", "reporter", "editor", "manager", "admin"}) {
      const auto role = role_of(name);
      REQUIRE(role);
      CHECK(to_string(*role) == name);
    }
    for (const char* name : {"", "none", "Admin", "owner", "admin "}) CHECK_FALSE(role_of(name));
    CHECK(to_string(Role::None).empty());
  }

  TEST_CASE("origins have the names of the API") {
    CHECK(to_string(RoleOrigin::ProjectOwner) == "project_owner");
    CHECK(to_string(RoleOrigin::OrganizationOwner) == "organization_owner");
    CHECK(to_string(RoleOrigin::OrganizationAdmin) == "organization_admin");
    CHECK(to_string(RoleOrigin::Collaborator) == "collaborator");
    CHECK(to_string(RoleOrigin::TeamMember) == "team_member");
    CHECK(to_string(RoleOrigin::OrganizationMember) == "organization_member");
    CHECK(to_string(RoleOrigin::Public) == "public");
  }
}
