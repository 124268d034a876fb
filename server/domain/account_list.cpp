// Accounts, continued: lists of those that somebody may add to something.

#include "domain/accounts.hpp"

#include <fmt/format.h>

namespace qfcsync::server {
namespace {

/// Appends conditions on `u` whose values are numbered as they come.
class Conditions {
 public:
  void add(std::string_view condition, SqlParam value) {
    params.push_back(std::move(value));
    where += " AND " + fmt::format(fmt::runtime(condition), params.size());
  }

  std::string where = "TRUE";
  SqlParams params;
};

// Both are true of the accounts that the filter leaves out. {0} is the project or organization.
constexpr std::string_view kOfProject =
    "(u.id = (SELECT owner_id FROM project WHERE id = ?{0}) OR u.id IN (SELECT user_id FROM "
    "collaborator WHERE project_id = ?{0}) OR (u.type = 3 AND u.id NOT IN (SELECT t.user_id FROM "
    "team t JOIN project p ON p.owner_id = t.organization_id WHERE p.id = ?{0})))";
constexpr std::string_view kOfOrganization =
    "(u.id = ?{0} OR u.id = (SELECT owner_id FROM organization WHERE user_id = ?{0}) OR u.id IN "
    "(SELECT user_id FROM member WHERE organization_id = ?{0}) OR (u.type = 3 AND u.id NOT IN "
    "(SELECT user_id FROM team WHERE organization_id = ?{0})))";

Conditions conditions_of(const UserFilter& filter) {
  Conditions conditions;
  const std::string_view negation = filter.is_inverted ? "" : "NOT ";
  if (filter.project_id) {
    conditions.add(fmt::format("{}{}", negation, kOfProject), *filter.project_id);
  }
  if (filter.organization_id) {
    conditions.add(fmt::format("{}{}", negation, kOfOrganization), *filter.organization_id);
  }
  if (filter.exclude_members_of_team) {
    conditions.add("u.id NOT IN (SELECT user_id FROM team_member WHERE team_id = ?{})",
                   *filter.exclude_members_of_team);
  }
  if (filter.exclude_organizations) conditions.where += " AND u.type <> 2";
  if (filter.exclude_teams) conditions.where += " AND u.type <> 3";
  return conditions;
}

}  // namespace

UserPage list_users(Connection& db, const UserFilter& filter) {
  Conditions conditions = conditions_of(filter);
  std::string order = "u.username";
  if (!filter.text.empty()) {
    conditions.add("instr(lower(u.username), lower(?{})) > 0", filter.text);
    order =
        fmt::format("instr(lower(u.username), lower(?{})), {}", conditions.params.size(), order);
  }
  UserPage page;
  page.total =
      db.integer("SELECT count(*) FROM user u WHERE " + conditions.where, conditions.params)
          .value_or(0);
  std::string sql = fmt::format(
      "SELECT u.id, u.username, u.type, u.first_name, u.last_name, (SELECT public_id || '/avatar.' "
      "|| extension FROM avatar WHERE user_id = u.id) FROM user u WHERE {} ORDER BY {}",
      conditions.where, order);
  if (filter.limit) {
    conditions.params.emplace_back(*filter.limit);
    conditions.params.emplace_back(filter.offset);
    sql += fmt::format(" LIMIT ?{} OFFSET ?{}", conditions.params.size() - 1,
                       conditions.params.size());
  }
  page.users = db.all(sql, conditions.params, [](const Row& row) {
    User user;
    user.id = row.integer(0);
    user.username = row.text(1);
    user.type = static_cast<int>(row.integer(2));
    user.first_name = row.text(3);
    user.last_name = row.text(4);
    user.avatar = row.text(5);
    return user;
  });
  return page;
}

}  // namespace qfcsync::server
