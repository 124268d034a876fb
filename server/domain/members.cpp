#include "domain/members.hpp"

#include <qfcsync/error.hpp>

#include "domain/accounts.hpp"
#include "domain/subscriptions.hpp"
#include "http/api_error.hpp"

#include <nlohmann/json.hpp>

namespace qfcsync::server {
namespace {

using nlohmann::json;

void require_room(Connection& db, const Organization& organization) {
  const std::int64_t most = find_subscription(db, organization.id).plan.max_members;
  const auto members =
      db.integer("SELECT count(*) FROM member WHERE organization_id = ?", {organization.id});
  if (most != kUnlimited && members.value_or(0) >= most) {
    throw errors::organization_has_max_number_of_members();
  }
}

}  // namespace

json member_json(const Member& member) {
  return {{"organization", member.organization},
          {"member", member.username},
          {"role", member.role},
          {"is_public", member.is_public}};
}

std::vector<Member> list_members(Connection& db, std::int64_t organization_id,
                                 const std::optional<std::string>& username) {
  return db.all(
      "SELECT g.username, u.id, u.username, m.role, m.is_public FROM member m "
      "JOIN user u ON u.id = m.user_id JOIN user g ON g.id = m.organization_id "
      "WHERE m.organization_id = ?1 AND (?2 IS NULL OR u.username = ?2 COLLATE BINARY) "
      "ORDER BY m.id",
      {organization_id, username}, [](const Row& row) {
        return Member{row.text(0), row.integer(1), row.text(2), row.text(3), row.boolean(4)};
      });
}

void add_member(Connection& db, const Organization& organization, std::int64_t user_id,
                const MemberChange& values, std::int64_t by_user_id) {
  const auto user = find_user(db, user_id);
  if (!user || user->type != kPerson || user_id == organization.owner_id) {
    throw Error(ErrorCode::InvalidArgument, "members are persons, and not the owner");
  }
  if (find_organization_role(db, organization, user_id) != OrganizationRole::None) {
    throw Error(ErrorCode::AlreadyExists, "the person is a member already");
  }
  require_room(db, organization);
  const Timestamp time = now();
  db.run(
      "INSERT INTO member (organization_id, user_id, role, is_public, created_by, updated_by, "
      "created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?6)",
      {organization.id, user_id, to_string(values.role.value_or(OrganizationRole::Member)),
       values.is_public.value_or(false), by_user_id == 0 ? SqlParam(nullptr) : SqlParam(by_user_id),
       time});
}

void change_member(Connection& db, const Organization& organization, const Member& member,
                   const MemberChange& change, std::int64_t by_user_id) {
  const std::string role = change.role ? std::string(to_string(*change.role)) : member.role;
  db.run(
      "UPDATE member SET role = ?, is_public = ?, updated_by = ?, updated_at = ? "
      "WHERE organization_id = ? AND user_id = ?",
      {role, change.is_public.value_or(member.is_public),
       by_user_id == 0 ? SqlParam(nullptr) : SqlParam(by_user_id), now(), organization.id,
       member.user_id});
}

void remove_member(Connection& db, const Organization& organization, const Member& member) {
  db.run(
      "DELETE FROM team_member WHERE user_id = ? AND team_id IN "
      "(SELECT user_id FROM team WHERE organization_id = ?)",
      {member.user_id, organization.id});
  db.run(
      "DELETE FROM collaborator WHERE user_id = ? AND project_id IN "
      "(SELECT id FROM project WHERE owner_id = ?)",
      {member.user_id, organization.id});
  db.run("DELETE FROM member WHERE organization_id = ? AND user_id = ?",
         {organization.id, member.user_id});
}

}  // namespace qfcsync::server
