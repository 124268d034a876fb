#include "domain/deltas.hpp"

#include "base/uuid.hpp"
#include "domain/permissions.hpp"
#include "domain/subscriptions.hpp"
#include "http/api_error.hpp"

#include <unordered_set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace qfcsync::server {
namespace {

using nlohmann::json;

constexpr std::string_view kUnpermitted =
    R"({"msg":"User has no rights to create delta on this project. A reporter may only add features."})";

[[noreturn]] void refuse(std::string message) {
  throw errors::invalid_deltafile(std::move(message));
}

/// Why deltas will wait, as feedback; NULL when they will not. They are taken in any case.
SqlParam waiting_note(Connection& db, const ProjectRecord& project) {
  const auto refusal = job_refusal(db, project);
  if (!refusal) return nullptr;
  return json({{"msg", refusal->what()}}).dump();
}

Action action_of(const Delta& delta) {
  return delta.method == DeltaMethod::Create ? Action::DeltaCreate : Action::DeltaChange;
}

/// @return seq of the delta, new or known; nullopt when another project has that uuid
std::optional<std::int64_t> store_delta(Connection& db, const ProjectRecord& project,
                                        const std::string& deltafile_id, const Delta& delta,
                                        std::int64_t user_id, const SqlParam& pending_note) {
  const bool is_permitted = allowed(project.role, action_of(delta));
  const Timestamp time = now();
  db.run(
      "INSERT INTO delta (id, project_id, deltafile_id, client_id, client_key, content, status, "
      "feedback, created_by, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (id) DO NOTHING",
      {delta.uuid, project.id, deltafile_id, delta.client_id, client_key(delta), delta.content,
       is_permitted ? "pending" : "unpermitted",
       is_permitted ? pending_note : SqlParam(kUnpermitted), user_id, time, time});
  return db.integer("SELECT seq FROM delta WHERE id = ? AND project_id = ?",
                    {delta.uuid, project.id});
}

std::string api_status(const std::string& status) {
  if (status == "pending") return "STATUS_PENDING";
  if (status == "started") return "STATUS_BUSY";
  if (status == "applied") return "STATUS_APPLIED";
  if (status == "conflict") return "STATUS_CONFLICT";
  if (status == "not_applied") return "STATUS_NOT_APPLIED";
  if (status == "ignored") return "STATUS_IGNORED";
  if (status == "unpermitted") return "STATUS_UNPERMITTED";
  return "STATUS_ERROR";
}

std::string quoted(const std::string& text) {
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Written by hand: content and feedback are JSON already and must not be parsed again for lists
/// of thousands.
std::string delta_document(const Row& row) {
  const std::string status = row.text(6);
  const auto feedback = row.optional_text(7);
  return fmt::format(
      R"({{"id":{},"deltafile_id":{},"created_by":{},"created_at":{},"updated_at":{},)"
      R"("status":"{}","last_status":"{}","last_feedback":{},"output":{},"content":{}}})",
      quoted(row.text(0)), quoted(row.text(1)), row.is_null(2) ? "null" : quoted(row.text(2)),
      quoted(to_iso(row.integer(3))), quoted(to_iso(row.integer(4))), api_status(status), status,
      feedback.value_or("null"), feedback ? quoted(*feedback) : "null", row.text(5));
}

}  // namespace

void lower_ids(Deltafile& file) {
  const auto lower = [](std::string& text) {
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  lower(file.id);
  lower(file.project);
  for (Delta& delta : file.deltas) {
    lower(delta.uuid);
    lower(delta.client_id);
  }
}

void check_ids(const Deltafile& file) {
  if (!base::is_uuid(file.id)) refuse(fmt::format("The deltafile's id '{}' is no UUID.", file.id));
  std::unordered_set<std::string_view> seen;
  for (const Delta& delta : file.deltas) {
    if (!base::is_uuid(delta.uuid)) refuse(fmt::format("The uuid '{}' is no UUID.", delta.uuid));
    if (!delta.client_id.empty() && !base::is_uuid(delta.client_id)) {
      refuse(fmt::format("The clientId '{}' is no UUID.", delta.client_id));
    }
    if (!seen.insert(delta.uuid).second) {
      refuse(fmt::format("The uuid '{}' occurs twice in the file.", delta.uuid));
    }
  }
}

void store_deltas(Connection& db, const ProjectRecord& project, const Deltafile& file,
                  std::int64_t user_id) {
  const SqlParam pending_note = waiting_note(db, project);
  for (const Delta& delta : file.deltas) {
    const auto seq = store_delta(db, project, file.id, delta, user_id, pending_note);
    if (!seq) continue;
    db.run("INSERT OR IGNORE INTO deltafile_entry VALUES (?, ?, ?)", {file.id, project.id, *seq});
  }
}

void store_faulty_deltafile(Connection& db, const std::string& project_id, std::int64_t user_id,
                            const FaultyDeltafile& file) {
  db.run(
      "INSERT INTO faulty_deltafile (project_id, deltafile_id, user_agent, created_by, created_at, "
      "reason, sha256, size) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      {project_id, file.deltafile_id, file.user_agent, user_id, now(), file.reason, file.sha256,
       file.size});
}

void decide_deltas(Connection& db, const std::string& project_id, const std::string& deltafile_id,
                   const std::vector<std::string>& ids, DeltaDecision decision) {
  const bool is_reapply = decision == DeltaDecision::Reapply;
  db.run(fmt::format(
             "UPDATE delta SET status = ?1, feedback = {}, updated_at = ?2 "
             "WHERE project_id = ?3 AND status NOT IN ('applied', {}) AND seq IN "
             "(SELECT delta_seq FROM deltafile_entry WHERE project_id = ?3 AND "
             "deltafile_id = ?4) AND (?5 = '[]' OR id IN (SELECT value FROM json_each(?5)))",
             is_reapply ? "NULL" : "feedback", is_reapply ? "'pending', 'started'" : "'ignored'"),
         {is_reapply ? "pending" : "ignored", now(), project_id, deltafile_id, json(ids).dump()});
}

DeltaPage list_deltas(Connection& db, const std::string& project_id, const DeltaFilter& filter) {
  const bool by_file = !filter.deltafile_id.empty();
  const std::string from =
      by_file ? "FROM deltafile_entry e JOIN delta d ON d.seq = e.delta_seq LEFT JOIN user u ON "
                "u.id = d.created_by WHERE e.project_id = ?1 AND e.deltafile_id = ?2"
              : "FROM delta d LEFT JOIN user u ON u.id = d.created_by WHERE d.project_id = ?1";
  SqlParams params = {project_id};
  if (by_file) params.emplace_back(filter.deltafile_id);
  const std::string file_column = by_file ? "e.deltafile_id" : "d.deltafile_id";
  DeltaPage page;
  page.total = db.integer("SELECT count(*) " + from, params).value_or(0);
  std::string sql = fmt::format(
      "SELECT d.id, {}, u.username, d.created_at, d.updated_at, d.content, d.status, d.feedback "
      "{} ORDER BY d.seq {}",
      file_column, from, filter.newest_first ? "DESC" : "ASC");
  if (filter.limit) {
    params.emplace_back(*filter.limit);
    params.emplace_back(filter.offset);
    sql += fmt::format(" LIMIT ?{} OFFSET ?{}", params.size() - 1, params.size());
  }
  page.documents = db.all(sql, params, delta_document);
  return page;
}

}  // namespace qfcsync::server
