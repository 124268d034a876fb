#include "jobs/create_job.hpp"

#include <qfcsync/error.hpp>
#include <qfcsync/project.hpp>
#include <qfcsync/project_seed.hpp>

#include "domain/files.hpp"
#include "domain/names.hpp"
#include "domain/seeds.hpp"
#include "domain/version_places.hpp"
#include "http/api_error.hpp"

#include <algorithm>
#include <shared_mutex>

#include <fmt/format.h>

namespace qfcsync::server {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWorkflowName = "Create Project";

/// What the new project will consist of.
struct Content {
  std::vector<NewFile> files;
  std::string layers = "{}";  ///< layers_by_id
};

std::vector<JobStep> steps(bool is_done, const std::string& layers) {
  std::vector<JobStep> list = {{"start_qgis_app", "Start", true, ""},
                               {"create_project", "Create Project", is_done, ""},
                               {"qgis_layers_data", "Look at the layers", is_done,
                                is_done ? "{\"layers_by_id\":" + layers + "}" : ""},
                               {"stop_qgis_app", "Stop", is_done, ""},
                               {"upload_project_directory", "Publish the files", is_done, ""}};
  return list;
}

/// One run of the job. The content gate is held from the first look at a content to the row that
/// names it.
class Creation {
 public:
  Creation(Services& services, const JobRecord& job, const ProjectRecord& project, Seed seed)
      : services_(services),
        job_(job),
        project_(project),
        seed_(std::move(seed)),
        user_id_(job.created_by.value_or(0)) {}

  void run() {
    const WorkFolder work(services_.config);
    try {
      const std::shared_lock gate(services_.content_gate);
      const Content content = seed_.clone_from_project ? cloned(work.path()) : built(work.path());
      publish(content);
    } catch (const ApiError& error) {
      fail(error.what(), "FILE_NOT_FOUND");
    } catch (const Error& error) {
      const bool is_bad_file = error.code() == ErrorCode::Corrupt ||
                               error.code() == ErrorCode::LimitExceeded ||
                               error.code() == ErrorCode::InvalidArgument;
      fail(work.without_paths(error.what()), is_bad_file ? "INVALID_PROJECT_FILE" : "UNKNOWN");
    }
  }

 private:
  NewFile adopt(const std::string& name, const fs::path& file) {
    NewFile adopted{name, services_.store->adopt(file)};
    adopted_.push_back(adopted.content.sha256);
    return adopted;
  }

  Content built(const fs::path& work) {
    // Names of projects may be longer than those of files.
    constexpr std::size_t kMaxStem = 200;
    const bool is_short = project_.name.size() <= kMaxStem;
    const std::string name = (is_short ? project_.name : std::string("project")) + ".qgs";
    const fs::path file = work / "project.qgs";
    FileSink sink(file);
    sink.write(
        seed_project({project_.name, seed_.extent.value_or(GeoExtent{}), basemaps_of(seed_)}));
    sink.publish();
    Content content;
    content.layers = Project::open(file).layers_json();
    content.files.push_back(adopt(name, file));
    return content;
  }

  Content cloned(const fs::path& work) {
    const std::string& source_id = *seed_.clone_from_project;
    const auto source =
        services_.db.read([&](Connection& db) { return find_project(db, source_id, user_id_); });
    // Asked again: the right may have gone since the request.
    if (!source || !allowed(source->role, Action::ProjectClone)) throw errors::object_not_found();
    Content content;
    const auto files = services_.db.read([&](Connection& db) {
      content.layers = db.first(
                             "SELECT json_extract(details, '$.layers_by_id') FROM project "
                             "WHERE id = ? AND details IS NOT NULL",
                             {source_id}, [](const Row& row) { return row.text(0); })
                           .value_or("{}");
      return list_files(db, source_id);
    });
    for (const FileRecord& file : files) {
      const FileVersion& newest = file.latest();
      make_plain(services_, source_id, newest.sha256);
      NewFile copy{file.name,
                   {newest.sha256, newest.etag, static_cast<std::uint64_t>(newest.size)}};
      if (seed_.extent && source->qgis_file == file.name) copy = with_view(copy, work);
      content.files.push_back(std::move(copy));
    }
    return content;
  }

  NewFile with_view(const NewFile& file, const fs::path& work) {
    const fs::path original = work / "original";
    services_.store->materialize(file.content.sha256, original);
    const fs::path changed = work / fs::path(file.name).filename();
    set_project_view(original, file.name, *seed_.extent, changed);
    return adopt(file.name, changed);
  }

  void publish(const Content& content) {
    services_.db.write([&](Connection& db) {
      if (!find_project(db, project_.id, user_id_)) return note_adopted(db);
      add_files(db, project_.id, content.files, user_id_, now());
      finish_job(
          db, job_.id, true,
          feedback_document("create_project", kWorkflowName, steps(true, content.layers), "", ""),
          fmt::format("{} files", content.files.size()));
      const bool has_project_file =
          std::any_of(content.files.begin(), content.files.end(),
                      [](const NewFile& file) { return is_qgis_file(file.name); });
      if (has_project_file) add_process_job(db, project_.id, user_id_);
    });
  }

  /// What was stored for nothing.
  void note_adopted(Connection& db) {
    for (const std::string& sha256 : adopted_) {
      db.run("INSERT OR IGNORE INTO unused_content VALUES (?)", {sha256});
    }
  }

  void fail(const std::string& reason, const std::string& type) {
    services_.db.write([&](Connection& db) {
      note_adopted(db);
      finish_job(db, job_.id, false,
                 feedback_document("create_project", kWorkflowName, steps(false, ""), reason, type),
                 reason);
    });
  }

  Services& services_;
  const JobRecord& job_;
  const ProjectRecord& project_;
  const Seed seed_;
  const std::int64_t user_id_;
  std::vector<std::string> adopted_;
};

}  // namespace

void run_create_job(Services& services, const JobRecord& job) {
  const auto lock = services.project_locks.lock(job.project_id);
  const auto [project, seed] = services.db.read([&](Connection& db) {
    return std::pair(find_project(db, job.project_id, job.created_by.value_or(0)),
                     find_seed(db, job.project_id));
  });
  if (!project) return;
  Creation(services, job, *project, seed.value_or(Seed{})).run();
}

}  // namespace qfcsync::server
