#include "routes/seeds.hpp"

#include "base/uuid.hpp"
#include "domain/files.hpp"
#include "domain/jobs.hpp"
#include "domain/subscriptions.hpp"
#include "domain/text.hpp"
#include "http/fields.hpp"
#include "routes/route_table.hpp"

#include <algorithm>
#include <shared_mutex>

namespace qfcsync::server {
namespace {

using nlohmann::json;

Seed seed_of(Call& call) {
  const auto seed =
      call.services.db.read([&](Connection& db) { return find_seed(db, call.project->id); });
  if (!seed) throw errors::object_not_found();
  return *seed;
}

json optional_text(const std::optional<std::string>& text) {
  return text ? json(*text) : json(nullptr);
}

Response get_seed(Call& call) {
  const Seed seed = seed_of(call);
  json extent = nullptr;
  if (const auto& box = seed.extent) extent = {box->min_x, box->min_y, box->max_x, box->max_y};
  return json_response(200, {{"project", call.project->id},
                             {"name", call.project->name},
                             {"extent", extent},
                             {"clone_from_project", optional_text(seed.clone_from_project)},
                             {"settings", json::parse(seed.settings)},
                             {"xlsform_file", optional_text(seed.xlsform_name)},
                             {"crs", "EPSG:3857"}});
}

Response get_xlsform(Call& call) {
  const Seed seed = seed_of(call);
  if (!seed.xlsform_sha256) throw errors::object_not_found();
  return download_response(call, {*seed.xlsform_sha256, *seed.xlsform_sha256,
                                  seed.xlsform_name.value_or(""), call.project->created_at});
}

/// The project to clone, if the caller may.
std::optional<ProjectRecord> source_of(Call& call) {
  const std::string id = lower_case(field_string(call.fields, "clone_from_project").value_or(""));
  if (id.empty()) return std::nullopt;
  if (!base::is_uuid(id)) throw errors::api_error(400).with_detail("clone_from_project is no UUID");
  auto source =
      call.services.db.read([&](Connection& db) { return find_project(db, id, call.user_id()); });
  if (!source) throw errors::object_not_found();
  if (!allowed(source->role, Action::ProjectClone)) throw errors::permission_denied();
  if (source->type == "shared_datasets") throw errors::not_cloneable_project();
  return source;
}

/// The name that clients save a form under.
std::string xlsform_name(const std::string& filename) {
  constexpr std::size_t kMaxExtension = 5;
  const auto dot = filename.rfind('.');
  const std::string extension =
      dot == std::string::npos ? "" : lower_case(std::string_view(filename).substr(dot + 1));
  const bool is_usable = !extension.empty() && extension.size() <= kMaxExtension &&
                         std::all_of(extension.begin(), extension.end(),
                                     [](char c) { return is_letter(c) || is_digit(c); });
  return "xlsform." + (is_usable ? extension : "xlsx");
}

void copy_settings(const ProjectRecord& source, ProjectChange& wanted) {
  const auto fill = [](auto& value, const auto& of_source) {
    if (!value) value = of_source;
  };
  fill(wanted.description, source.description);
  fill(wanted.is_public, source.is_public);
  fill(wanted.is_featured, source.is_featured);
  fill(wanted.is_attachment_download_on_demand, source.is_attachment_download_on_demand);
  fill(wanted.has_restricted_projectfiles, source.has_restricted_projectfiles);
  fill(wanted.overwrite_conflicts, source.overwrite_conflicts);
}

constexpr Route kRoutes[] = {
    {"GET", "projects/{project}/seed", Access::User, Action::ProjectGet, BodyKind::None, get_seed},
    {"GET", "projects/{project}/seed/xlsform", Access::User, Action::ProjectGet, BodyKind::None,
     get_xlsform},
};

}  // namespace

std::span<const Route> seed_routes() { return kRoutes; }

std::optional<Seed> requested_seed(Call& call, ProjectChange& wanted) {
  const auto form = call.files.find("xlsform_file");
  const bool has_form = form != call.files.end();
  const auto source = source_of(call);
  const auto field = call.fields.find("seed");
  const bool has_seed = field != call.fields.end() && !field->is_null() && *field != "";
  if (has_form && (!has_seed || source)) {
    throw errors::api_error(400).with_detail("xlsform_file needs the seed of a new project");
  }
  if (has_form && form->second.bytes.size() > kMaxXlsformBytes) {
    throw errors::api_error(400).with_detail("xlsform_file is too large");
  }
  if (!has_seed && !source) return std::nullopt;
  Seed seed = parse_seed(has_seed ? *field : json(nullptr),
                         source ? std::optional(source->id) : std::nullopt, has_form);
  const bool brings_project_file = !source || source->qgis_file.has_value();
  if (brings_project_file && is_shared_datasets_name(wanted.name.value_or(""))) {
    throw errors::qgis_project_file_not_allowed();
  }
  if (has_form) seed.xlsform_name = xlsform_name(form->second.filename);
  if (source) copy_settings(*source, wanted);
  return seed;
}

std::string create_seeded_project(Call& call, const ProjectChange& wanted,
                                  std::optional<Seed> seed) {
  const std::shared_lock gate(call.services.content_gate);
  if (seed && seed->xlsform_name) {
    const auto writer = call.services.store->create();
    writer->write(call.files.find("xlsform_file")->second.bytes);
    seed->xlsform_sha256 = writer->finish().sha256;
  }
  try {
    return call.services.db.write([&](Connection& db) {
      const std::int64_t owner_id = wanted.owner_id.value_or(call.user_id());
      require_right_to_create(db, owner_id, call.user_id());
      if (seed && seed->clone_from_project) {
        require_storage(db, owner_id, newest_bytes(db, *seed->clone_from_project));
      }
      std::string id = create_project(db, call.user_id(), wanted);
      if (!seed) return id;
      store_seed(db, id, *seed);
      add_job(db, id, "create_project", call.user_id());
      return id;
    });
  } catch (...) {
    if (seed && seed->xlsform_sha256) note_unused_content(call.services, *seed->xlsform_sha256);
    throw;
  }
}

}  // namespace qfcsync::server
