#include "domain/collaborators.hpp"

#include "http/api_error.hpp"

#include <nlohmann/json.hpp>

namespace qfcsync::server {
namespace {

using nlohmann::json;

json optional_text(const std::optional<std::string>& text) {
  return text ? json(*text) : json(nullptr);
}

// Usernames are compared exactly here although they are unique without case.
constexpr const char* kUserId = "(SELECT id FROM user WHERE username = ? COLLATE BINARY)";

}  // namespace

json collaborator_json(const CollaboratorRecord& collaborator) {
  return {{"project_id", collaborator.project_id},
          {"collaborator", collaborator.username},
          {"role", collaborator.role},
          {"created_by", optional_text(collaborator.created_by)},
          {"updated_by", optional_text(collaborator.updated_by)},
          {"created_at", to_iso(collaborator.created_at)},
          {"updated_at", to_iso(collaborator.updated_at)}};
}

std::vector<CollaboratorRecord> list_collaborators(Connection& db, const std::string& project_id,
                                                   const std::optional<std::string>& username) {
  return db.all(
      "SELECT c.project_id, u.username, c.role, b.username, m.username, c.created_at, c.updated_at "
      "FROM collaborator c JOIN user u ON u.id = c.user_id LEFT JOIN user b ON b.id = c.created_by "
      "LEFT JOIN user m ON m.id = c.updated_by "
      "WHERE c.project_id = ?1 AND (?2 IS NULL OR u.username = ?2 COLLATE BINARY) ORDER BY c.rowid",
      {project_id, username}, [](const Row& row) {
        return CollaboratorRecord{row.text(0),          row.text(1),          row.text(2),
                                  row.optional_text(3), row.optional_text(4), row.integer(5),
                                  row.integer(6)};
      });
}

void require_possible_collaborator(Connection& db, const ProjectRecord& project, const User& user) {
  if (user.id == project.owner_id) {
    throw errors::validation_error().with_detail("the owner has all rights already");
  }
  if (!project.is_of_organization) return;
  const bool belongs =
      user.type == kTeam
          ? db.integer("SELECT 1 FROM team WHERE user_id = ? AND organization_id = ?",
                       {user.id, project.owner_id})
                .has_value()
          : belongs_to_organization(db, user.id, project.owner_id);
  if (belongs) return;
  throw errors::validation_error().with_detail(
      "collaborators of an organization's project are its members and teams");
}

void add_collaborator(Connection& db, const std::string& project_id, std::int64_t user_id,
                      const std::string& role, std::int64_t by_user_id) {
  const Timestamp time = now();
  db.run("INSERT INTO collaborator VALUES (?, ?, ?, ?, ?, ?, ?)",
         {project_id, user_id, role, by_user_id, by_user_id, time, time});
}

bool change_collaborator(Connection& db, const std::string& project_id, const std::string& username,
                         const std::string& role, std::int64_t by_user_id) {
  return db.run(std::string("UPDATE collaborator SET role = ?, updated_by = ?, updated_at = ? "
                            "WHERE project_id = ? AND user_id = ") +
                    kUserId,
                {role, by_user_id, now(), project_id, username}) > 0;
}

bool remove_collaborator(Connection& db, const std::string& project_id,
                         const std::string& username) {
  return db.run(
             std::string("DELETE FROM collaborator WHERE project_id = ? AND user_id = ") + kUserId,
             {project_id, username}) > 0;
}

}  // namespace qfcsync::server
