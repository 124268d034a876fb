#include "jobs/apply_job.hpp"

#include <qfcsync/delta_applier.hpp>
#include <qfcsync/error.hpp>
#include <qfcsync/project.hpp>

#include "domain/files.hpp"
#include "domain/jobs.hpp"
#include "domain/subscriptions.hpp"
#include "domain/uuid.hpp"
#include "http/api_error.hpp"
#include "jobs/project_folder.hpp"

#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

namespace qfcsync::server {
namespace {

using nlohmann::json;

/// A table whose triggers ruin every change is not worth more attempts.
constexpr std::size_t kMaxRuinousDeltas = 20;

struct PendingDelta {
  std::int64_t seq = 0;
  std::string client_id;
  std::string content;
};

/// One apply job's worth of work, from pending deltas to published results.
class Batch {
 public:
  Batch(Services& services, const ProjectRecord& project, std::int64_t user_id)
      : services_(services), project_(project), user_id_(user_id), started_at_(now()) {}

  /// @return false when nothing was pending
  bool run() {
    load();
    if (pending_.empty()) return false;
    try {
      apply_all();
    } catch (const ApiError& error) {
      fail(error.what());
    } catch (const Error& error) {
      if (is_passing(error)) throw;
      fail(error.what());
    }
    return true;
  }

 private:
  void load() {
    services_.db.read([&](Connection& db) {
      pending_ = db.all(
          "SELECT seq, client_id, content FROM delta WHERE project_id = ? AND status IN "
          "('pending', 'started') ORDER BY seq LIMIT ?",
          {project_.id, kDeltasPerJob}, [](const Row& row) {
            return PendingDelta{row.integer(0), row.text(1), row.text(2)};
          });
      std::set<std::string> clients;
      for (const PendingDelta& delta : pending_) clients.insert(delta.client_id);
      for (const std::string& client : clients) load_client_keys(db, client);
    });
  }

  void load_client_keys(Connection& db, const std::string& client_id) {
    db.each(
        "SELECT client_key, last_modified_pk FROM delta WHERE client_id = ? AND project_id = ? "
        "AND last_modified_pk IS NOT NULL ORDER BY seq",
        {client_id, project_.id}, [&](const Row& row) { client_keys_[row.text(0)] = row.text(1); });
  }

  /// Applies and publishes. A delta that ruins the transaction of its file is left out and the
  /// others are applied again to fresh copies.
  void apply_all() {
    for (;;) {
      const WorkFolder work(services_.config);
      ProjectFolder folder(services_, project_, work.path() / "project");
      outcomes_.clear();
      try {
        apply(folder);
      } catch (const Error& error) {
        const bool is_one_delta = error.code() == ErrorCode::Corrupt &&
                                  outcomes_.size() < pending_.size() &&
                                  ruinous_.size() < kMaxRuinousDeltas;
        const std::string reason = work.without_paths(error.what());
        if (!is_one_delta) throw Error(error.code(), reason, error.origin(), error.native());
        ruinous_[outcomes_.size()] = reason;
        continue;
      }
      publish(folder);
      return;
    }
  }

  void apply(ProjectFolder& folder) {
    const Project project = Project::open(folder.project_file(), folder.root());
    ApplyOptions options;
    options.policy =
        project_.overwrite_conflicts ? ConflictPolicy::Overwrite : ConflictPolicy::Report;
    options.safety = FileSafety::PrivateCopy;
    options.client_keys = client_keys_;
    DeltaApplier applier(
        [&](std::string_view id) {
          auto layer = project.edit_layer(id);
          if (layer && layer->is_valid && layer->is_editable) folder.make_writable(layer->file);
          return layer;
        },
        std::move(options));
    for (const PendingDelta& delta : pending_) {
      const auto ruinous = ruinous_.find(outcomes_.size());
      const Delta parsed = parse_delta(delta.content);
      DeltaOutcome outcome =
          ruinous == ruinous_.end() ? applier.apply(parsed) : ruined(parsed, ruinous->second);
      outcome.index = outcomes_.size();
      outcomes_.push_back(std::move(outcome));
    }
    changed_ = applier.commit();
  }

  static DeltaOutcome ruined(const Delta& delta, const std::string& reason) {
    DeltaOutcome outcome;
    outcome.status = DeltaStatus::Error;
    outcome.message = reason;
    outcome.error_type = "ERROR";
    outcome.layer_id = delta.layer_id();
    outcome.delta_id = delta.uuid;
    outcome.feature_pk = delta.source_pk;
    outcome.method = delta.method;
    return outcome;
  }

  void publish(ProjectFolder& folder) {
    const std::shared_lock gate(services_.content_gate);
    std::vector<NewVersion> versions;
    for (const auto& file : changed_) {
      versions.push_back({folder.name_of(file), services_.store->adopt(file), user_id_});
    }
    services_.db.write([&](Connection& db) {
      if (!find_project(db, project_.id, user_id_)) return;  // deleted meanwhile
      const Timestamp time = now();
      for (const NewVersion& version : versions) {
        add_version(db, services_.config, project_.id, version, time);
        forget_sqlite_logs(db, project_.id, version.name);
      }
      const std::string job_id = add_job(db, project_.id, "delta_apply", user_id_);
      start_job(db, job_id, started_at_);
      record_outcomes(db, job_id, time);
    });
  }

  void record_outcomes(Connection& db, const std::string& job_id, Timestamp time) {
    const std::string file_id = new_uuid();
    std::string feedbacks;
    bool any_applied = false;
    for (std::size_t i = 0; i < outcomes_.size(); ++i) {
      const DeltaOutcome& outcome = outcomes_[i];
      const std::string feedback = feedback_json(outcome, file_id);
      const bool is_applied = outcome.status == DeltaStatus::Applied;
      any_applied |= is_applied;
      db.run(
          "UPDATE delta SET status = ?, feedback = ?, last_modified_pk = ?, job_id = ?, "
          "updated_at = ? WHERE seq = ?",
          {stored_status(outcome.status), feedback,
           is_applied ? SqlParam(key_text(outcome.modified_pk)) : SqlParam(nullptr), job_id, time,
           pending_[i].seq});
      feedbacks += (i == 0 ? "" : ",") + feedback;
    }
    if (any_applied) {
      db.run("UPDATE project SET data_last_updated_at = ? WHERE id = ?", {time, project_.id});
    }
    const std::vector<JobStep> steps = {
        {"start_qgis_app", "Start", true, ""},
        {"download_project_directory", "Collect the project's files", true, ""},
        {"apply_deltas", "Apply deltas", true, "{\"delta_feedback\":[" + feedbacks + "]}"},
        {"stop_qgis_app", "Stop", true, ""},
        {"upload_project_directory", "Publish the changed files", true, ""}};
    finish_job(db, job_id, true, feedback_document("apply_changes", "Apply Changes", steps, "", ""),
               fmt::format("{} deltas", outcomes_.size()));
  }

  /// A project whose file cannot be read takes no deltas: they end as errors that say so.
  void fail(const std::string& reason) {
    const std::string feedback = json({{"msg", reason}, {"status", "status_unknown_error"}})
                                     .dump(-1, ' ', false, json::error_handler_t::replace);
    services_.db.write([&](Connection& db) {
      if (!find_project(db, project_.id, user_id_)) return;  // deleted meanwhile
      const std::string job_id = add_job(db, project_.id, "delta_apply", user_id_);
      start_job(db, job_id, started_at_);
      for (const PendingDelta& delta : pending_) {
        db.run(
            "UPDATE delta SET status = 'error', feedback = ?, job_id = ?, updated_at = ? "
            "WHERE seq = ?",
            {feedback, job_id, now(), delta.seq});
      }
      const std::vector<JobStep> steps = {{"apply_deltas", "Apply deltas", false, ""}};
      finish_job(db, job_id, false,
                 feedback_document("apply_changes", "Apply Changes", steps, reason,
                                   "INVALID_PROJECT_FILE"),
                 reason);
    });
  }

  static const char* stored_status(DeltaStatus status) {
    switch (status) {
      case DeltaStatus::Applied:
        return "applied";
      case DeltaStatus::Conflict:
        return "conflict";
      case DeltaStatus::NotApplied:
        return "not_applied";
      case DeltaStatus::Error:
        break;
    }
    return "error";
  }

  Services& services_;
  const ProjectRecord& project_;
  std::int64_t user_id_;
  Timestamp started_at_;
  std::vector<PendingDelta> pending_;
  ClientKeyMap client_keys_;
  std::vector<DeltaOutcome> outcomes_;
  std::map<std::size_t, std::string> ruinous_;  ///< place in pending_ -> why
  std::vector<std::filesystem::path> changed_;
};

/// nullopt when there is none, or its owner's subscription does not cover jobs: deltas wait then.
std::optional<ProjectRecord> project_to_change(Connection& db, const std::string& project_id,
                                               std::int64_t user_id) {
  auto project = find_project(db, project_id, user_id);
  if (project && job_refusal(db, *project)) return std::nullopt;
  return project;
}

}  // namespace

bool apply_pending_deltas(Services& services, const std::string& project_id, std::int64_t user_id,
                          std::chrono::milliseconds patience) {
  for (;;) {
    auto lock = services.project_locks.try_lock(project_id, patience);
    if (!lock.is_held()) return false;
    const auto project = services.db.read(
        [&](Connection& db) { return project_to_change(db, project_id, user_id); });
    if (!project || !Batch(services, *project, user_id).run()) return true;
    lock.release();
  }
}

std::vector<std::pair<std::string, std::int64_t>> projects_with_pending_deltas(Services& services) {
  return services.db.read([](Connection& db) {
    return db.all(
        "SELECT project_id, coalesce(min(created_by), 0) FROM delta "
        "WHERE status IN ('pending', 'started') GROUP BY project_id",
        {}, [](const Row& row) { return std::pair(row.text(0), row.integer(1)); });
  });
}

}  // namespace qfcsync::server
