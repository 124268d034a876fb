#include "domain/projects.hpp"

#include <qfcsync/error.hpp>

#include "domain/uuid.hpp"
#include "domain/version_places.hpp"
#include "http/api_error.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace qfcsync::server {
namespace {

using nlohmann::json;

constexpr std::string_view kSharedDatasets = "shared_datasets";
constexpr std::size_t kMaxSearchWords = 10;  // further ones are ignored

// ?1 is the user whose role is asked for.
constexpr std::string_view kSelect = R"sql(
SELECT p.id, p.owner_id, o.username, p.name, p.description, p.project_type, p.is_public,
       p.is_featured, p.is_attachment_download_on_demand, p.has_restricted_projectfiles,
       p.overwrite_conflicts, p.created_at, p.updated_at, p.data_last_updated_at,
       p.data_last_packaged_at, p.restricted_data_last_updated_at, p.qgis_file,
       p.attachment_dirs, p.storage_bytes, p.details IS NOT NULL, p.has_online_layers,
       EXISTS (SELECT 1 FROM job j WHERE j.project_id = p.id
               AND j.status IN ('pending', 'queued', 'started')),
       (SELECT j.finished_at FROM job j WHERE j.project_id = p.id AND j.type = 'package'
        AND j.status = 'finished' ORDER BY j.seq DESC LIMIT 1),
       (SELECT s.id FROM project s WHERE s.owner_id = p.owner_id
        AND s.project_type = 'shared_datasets'),
       c.role
FROM project p JOIN user o ON o.id = p.owner_id
LEFT JOIN collaborator c ON c.project_id = p.id AND c.user_id = ?1
)sql";

std::vector<std::string> directories(const std::string& text) {
  const json list = json::parse(text, nullptr, false);
  std::vector<std::string> result;
  if (!list.is_array()) return result;
  for (const json& entry : list) {
    if (entry.is_string()) result.push_back(entry.get<std::string>());
  }
  return result;
}

/// First rule that matches gives role and origin; never the strongest of several.
void set_role(ProjectRecord& project, std::int64_t user_id,
              const std::optional<std::string>& collaborator_role) {
  if (project.owner_id == user_id) {
    project.role = Role::Admin;
    project.origin = RoleOrigin::ProjectOwner;
  } else if (collaborator_role) {
    project.role = role_of(*collaborator_role).value_or(Role::None);
    project.origin = RoleOrigin::Collaborator;
  } else if (project.is_public) {
    project.role = Role::Reader;
    project.origin = RoleOrigin::Public;
  }
}

ProjectRecord read_project(const Row& row, std::int64_t user_id) {
  ProjectRecord project;
  project.id = row.text(0);
  project.owner_id = row.integer(1);
  project.owner = row.text(2);
  project.name = row.text(3);
  project.description = row.text(4);
  project.type = row.text(5);
  project.is_public = row.boolean(6);
  project.is_featured = row.boolean(7);
  project.is_attachment_download_on_demand = row.boolean(8);
  project.has_restricted_projectfiles = row.boolean(9);
  project.overwrite_conflicts = row.boolean(10);
  project.created_at = row.integer(11);
  project.updated_at = row.integer(12);
  project.data_last_updated_at = row.optional_integer(13);
  project.data_last_packaged_at = row.optional_integer(14);
  project.restricted_data_last_updated_at = row.optional_integer(15);
  project.qgis_file = row.optional_text(16);
  project.attachment_dirs = directories(row.text(17));
  project.storage_bytes = row.integer(18);
  project.is_processed = row.boolean(19);
  project.has_online_layers = row.boolean(20);
  project.is_busy = row.boolean(21);
  project.last_package_finished_at = row.optional_integer(22);
  project.shared_datasets_project_id = row.optional_text(23);
  set_role(project, user_id, row.optional_text(24));
  return project;
}

json optional_time(const std::optional<Timestamp>& time) {
  return time ? json(to_iso(*time)) : json(nullptr);
}

std::string lower_like_pattern(std::string_view word) {
  std::string pattern = "%";
  for (const char c : word) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

std::vector<std::string> search_words(const std::string& text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c == ',' || std::isspace(static_cast<unsigned char>(c)) != 0) {
      if (!words.back().empty()) words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

/// An owner has one shared datasets project, however its name is written.
void require_only_shared_datasets(Connection& db, std::int64_t owner_id,
                                  const std::string& own_id) {
  const auto other = db.integer(
      "SELECT 1 FROM project WHERE owner_id = ? AND project_type = 'shared_datasets' AND id <> ?",
      {owner_id, own_id});
  if (other) throw errors::project_already_exists();
}

/// WHERE clause and its values; the user is ?1 already.
std::string conditions(const ProjectFilter& filter, SqlParams& params) {
  std::string where = "WHERE ";
  if (filter.only_public) {
    where += "p.is_public";
  } else {
    where += "(p.owner_id = ?1 OR c.role IS NOT NULL";
    if (filter.include_public) where += " OR p.is_public";
    where += ")";
  }
  const auto add = [&](std::string_view condition, std::string value) {
    params.emplace_back(std::move(value));
    where += fmt::format(fmt::runtime(condition), params.size());
  };
  if (!filter.owner.empty()) add(" AND o.username = ?{} COLLATE NOCASE", filter.owner);
  if (!filter.name.empty()) add(" AND p.name = ?{} COLLATE NOCASE", filter.name);
  std::vector<std::string> words = search_words(filter.search);
  if (words.size() > kMaxSearchWords) words.resize(kMaxSearchWords);
  for (const std::string& word : words) {
    add(" AND (o.username LIKE ?{0} ESCAPE '\\' OR p.name LIKE ?{0} ESCAPE '\\')",
        lower_like_pattern(word));
  }
  return where;
}

std::string order_by(const std::string& ordering) {
  static const std::vector<std::pair<std::string, std::string>> kColumns = {
      {"owner", "o.username"}, {"name", "p.name"}, {"created_at", "p.created_at"}};
  std::string order;
  std::set<std::string> used;
  for (const std::string& term : search_words(ordering)) {
    const bool descending = term.front() == '-';
    for (const auto& [name, column] : kColumns) {
      if (term.substr(descending ? 1 : 0) != name || !used.insert(name).second) continue;
      order += fmt::format("{}{}, ", column, descending ? " DESC" : "");
    }
  }
  if (order.empty()) order = "p.is_featured DESC, o.username, p.name, ";
  return " ORDER BY " + order + "p.id";
}

}  // namespace

bool is_shared_datasets_name(std::string_view name) {
  return std::equal(
      name.begin(), name.end(), kSharedDatasets.begin(), kSharedDatasets.end(),
      [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

bool ProjectRecord::needs_repackaging() const {
  if (!is_processed || has_online_layers) return true;
  if (!data_last_updated_at || !data_last_packaged_at || !last_package_finished_at) return true;
  return *last_package_finished_at < *data_last_updated_at ||
         *data_last_packaged_at < *data_last_updated_at;
}

std::string ProjectRecord::status() const {
  if (is_busy) return "busy";
  const bool has_project_file = qgis_file.has_value() && is_processed;
  return has_project_file || type == kSharedDatasets ? "ok" : "failed";
}

json project_json(const ProjectRecord& project) {
  return {
      {"id", project.id},
      {"name", project.name},
      {"project_type", project.type},
      {"owner", project.owner},
      {"description", project.description},
      {"private", !project.is_public},
      {"is_public", project.is_public},
      {"created_at", to_iso(project.created_at)},
      {"updated_at", to_iso(project.updated_at)},
      {"data_last_packaged_at", optional_time(project.data_last_packaged_at)},
      {"data_last_updated_at", optional_time(project.data_last_updated_at)},
      {"restricted_data_last_updated_at", optional_time(project.restricted_data_last_updated_at)},
      {"can_repackage", project.type != "template"},
      {"needs_repackaging", project.needs_repackaging()},
      {"status", project.status()},
      {"user_role", to_string(project.role)},
      {"user_role_origin", to_string(project.origin)},
      {"shared_datasets_project_id", project.shared_datasets_project_id
                                         ? json(*project.shared_datasets_project_id)
                                         : json(nullptr)},
      {"is_shared_datasets_project", project.type == kSharedDatasets},
      {"is_featured", project.is_featured},
      {"is_attachment_download_on_demand", project.is_attachment_download_on_demand},
      {"has_restricted_projectfiles", project.has_restricted_projectfiles},
      {"overwrite_conflicts", project.overwrite_conflicts},
      {"file_storage_bytes", project.storage_bytes},
      {"the_qgis_file_name", project.qgis_file ? json(*project.qgis_file) : json(nullptr)}};
}

std::optional<ProjectRecord> find_project(Connection& db, const std::string& id,
                                          std::int64_t user_id) {
  return db.first(fmt::format("{} WHERE p.id = ?2", kSelect), {user_id, id},
                  [&](const Row& row) { return read_project(row, user_id); });
}

ProjectPage list_projects(Connection& db, std::int64_t user_id, const ProjectFilter& filter) {
  SqlParams params = {user_id};
  const std::string where = conditions(filter, params);
  ProjectPage page;
  page.total = db.integer(
                     "SELECT count(*) FROM project p JOIN user o ON o.id = p.owner_id LEFT JOIN "
                     "collaborator c ON c.project_id = p.id AND c.user_id = ?1 " +
                         where,
                     params)
                   .value_or(0);
  std::string sql = std::string(kSelect) + where + order_by(filter.ordering);
  if (filter.limit) {
    params.emplace_back(*filter.limit);
    params.emplace_back(filter.offset);
    sql += fmt::format(" LIMIT ?{} OFFSET ?{}", params.size() - 1, params.size());
  }
  page.projects = db.all(sql, params, [&](const Row& row) { return read_project(row, user_id); });
  return page;
}

std::string create_project(Connection& db, std::int64_t creator_id, const ProjectChange& wanted) {
  const std::string id = new_uuid();
  const std::string name = wanted.name.value_or("");
  const std::string type = is_shared_datasets_name(name) ? std::string(kSharedDatasets)
                                                         : wanted.type.value_or("regular");
  const Timestamp time = now();
  const std::int64_t owner_id = wanted.owner_id.value_or(creator_id);
  if (type == kSharedDatasets) require_only_shared_datasets(db, owner_id, id);
  try {
    db.run(
        "INSERT INTO project (id, owner_id, name, description, project_type, is_public, "
        "is_featured, is_attachment_download_on_demand, has_restricted_projectfiles, "
        "overwrite_conflicts, created_by, created_at, updated_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {id, owner_id, name, wanted.description.value_or(""), type,
         wanted.is_public.value_or(false), wanted.is_featured.value_or(false),
         wanted.is_attachment_download_on_demand.value_or(false),
         wanted.has_restricted_projectfiles.value_or(false),
         wanted.overwrite_conflicts.value_or(true), creator_id, time, time});
  } catch (const Error& error) {
    if (error.code() == ErrorCode::AlreadyExists) throw errors::project_already_exists();
    throw;
  }
  return id;
}

void update_project(Connection& db, const ProjectRecord& project, const ProjectChange& wanted) {
  const std::string name = wanted.name.value_or(project.name);
  std::string type = wanted.type.value_or(project.type);
  if (project.type == kSharedDatasets) {
    if (!is_shared_datasets_name(name)) throw errors::validation_error();
    type = kSharedDatasets;
  } else if (is_shared_datasets_name(name)) {
    if (project.qgis_file) throw errors::qgis_project_file_not_allowed();
    type = kSharedDatasets;
  }
  const std::int64_t owner_id = wanted.owner_id.value_or(project.owner_id);
  if (type == kSharedDatasets) require_only_shared_datasets(db, owner_id, project.id);
  try {
    db.run(
        "UPDATE project SET owner_id = ?, name = ?, description = ?, project_type = ?, "
        "is_public = ?, is_featured = ?, is_attachment_download_on_demand = ?, "
        "has_restricted_projectfiles = ?, overwrite_conflicts = ?, updated_at = ? WHERE id = ?",
        {owner_id, name, wanted.description.value_or(project.description), type,
         wanted.is_public.value_or(project.is_public),
         wanted.is_featured.value_or(project.is_featured),
         wanted.is_attachment_download_on_demand.value_or(project.is_attachment_download_on_demand),
         wanted.has_restricted_projectfiles.value_or(project.has_restricted_projectfiles),
         wanted.overwrite_conflicts.value_or(project.overwrite_conflicts), now(), project.id});
  } catch (const Error& error) {
    if (error.code() == ErrorCode::AlreadyExists) throw errors::project_already_exists();
    throw;
  }
}

void delete_project(Connection& db, const std::string& id) {
  db.run(
      "INSERT OR IGNORE INTO unused_content "
      "SELECT v.sha256 FROM file_version v JOIN file f ON f.id = v.file_id WHERE f.project_id = ?1 "
      "UNION SELECT k.sha256 FROM package_file k JOIN job j ON j.id = k.job_id "
      "WHERE j.project_id = ?1 UNION SELECT sha256 FROM faulty_deltafile WHERE project_id = ?1 "
      "UNION SELECT sha256 FROM thumbnail WHERE project_id = ?1 UNION SELECT xlsform_sha256 FROM "
      "seed WHERE project_id = ?1 AND xlsform_sha256 IS NOT NULL",
      {id});
  db.run("DELETE FROM project WHERE id = ?", {id});
  note_dead_content(db, id);
}

}  // namespace qfcsync::server
