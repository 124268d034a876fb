#pragma once

#include "db/database.hpp"
#include "domain/organizations.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace qfcsync::server {

/// A person in an organization. The owner is none of them.
struct Member {
  std::string organization;
  std::int64_t user_id = 0;
  std::string username;
  std::string role;  ///< admin, creator, member
  bool is_public = false;
};

nlohmann::json member_json(const Member& member);

/// Members in the order they were added. @param username  only this one when given
std::vector<Member> list_members(Connection& db, std::int64_t organization_id,
                                 const std::optional<std::string>& username = std::nullopt);

/// What a member is to be; nullopt = stays.
struct MemberChange {
  std::optional<OrganizationRole> role;
  std::optional<bool> is_public;
};

/// @param user_id, by_user_id   who is added, and by whom
/// @errors InvalidArgument: the owner, or no person; AlreadyExists: is one already;
///         ApiError organization_has_max_number_of_members
void add_member(Connection& db, const Organization& organization, std::int64_t user_id,
                const MemberChange& values, std::int64_t by_user_id);

void change_member(Connection& db, const Organization& organization, const Member& member,
                   const MemberChange& change, std::int64_t by_user_id);

/// Takes the person out of the organization, its teams and the collaborators of its projects.
void remove_member(Connection& db, const Organization& organization, const Member& member);

}  // namespace qfcsync::server
