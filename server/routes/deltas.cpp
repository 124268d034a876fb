#include "domain/deltas.hpp"

#include <qfcsync/deltafile.hpp>
#include <qfcsync/error.hpp>

#include "domain/text.hpp"
#include "jobs/apply_job.hpp"
#include "routes/route_table.hpp"

#include <shared_mutex>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace qfcsync::server {
namespace {

using nlohmann::json;

/// A template takes no deltas, whatever the role.
void refuse_template(const Call& call) {
  if (call.project->type == "template") throw errors::permission_denied();
}

/// What is refused is kept, so that somebody can look at it and nothing is lost.
[[noreturn]] void refuse(Call& call, const std::string& deltafile_id, const ApiError& answer,
                         const std::string& reason) {
  const std::shared_lock gate(call.services.content_gate);
  const auto writer = call.services.store->create();
  writer->write(call.upload.text);
  const ObjectInfo content = writer->finish();
  call.services.db.write([&](Connection& db) {
    store_faulty_deltafile(db, call.project->id, call.user_id(),
                           {deltafile_id, std::string(call.request.header("User-Agent")), reason,
                            content.sha256, content.size});
  });
  throw answer;
}

/// The id that a broken deltafile gives itself, if it can be told.
std::string stated_id(const std::string& text) {
  const json document = json::parse(text, nullptr, false);
  if (!document.is_object()) return {};
  const auto id = document.find("id");
  return id != document.end() && id->is_string() ? id->get<std::string>() : std::string();
}

Deltafile parse(Call& call) {
  try {
    return parse_deltafile(call.upload.text);
  } catch (const Error& error) {
    refuse(call, stated_id(call.upload.text),
           errors::invalid_deltafile(fmt::format("The deltafile cannot be read: {}", error.what())),
           error.what());
  }
}

/// Reads the deltafile of the body and checks that it belongs here.
Deltafile accepted(Call& call) {
  Deltafile file = parse(call);
  lower_ids(file);
  try {
    if (!call.project->qgis_file) throw errors::no_qgis_project();
    if (file.project != call.project->id) {
      throw errors::invalid_deltafile(
          fmt::format("Deltafile's project id ({}) doesn't match URL parameter project id ({}).",
                      file.project, call.project->id));
    }
    check_ids(file);
  } catch (const ApiError& error) {
    refuse(call, file.id, error, error.what());
  }
  return file;
}

/// Longer work on the same project (a hundred thousand deltas) must not hold up other requests.
constexpr std::chrono::milliseconds kPatience{500};

/// Applies what is pending. The deltas are stored by now: whatever fails here is tried again
/// later and must not look to the client as if its changes had not arrived.
void apply(Call& call) {
  try {
    const bool is_done =
        apply_pending_deltas(call.services, call.project->id, call.user_id(), kPatience);
    if (is_done) return;
  } catch (const std::exception& error) {
    spdlog::error("deltas of project {} stay pending: {}", call.project->id, error.what());
  }
  call.services.wake_deltas();
}

/// Makes the deltas of the body durable; the body and what was read of it are gone afterwards.
void store(Call& call) {
  const Deltafile file = accepted(call);
  call.upload.text = {};
  call.services.db.write([&](Connection& db) {
    // The role as it is now: the body may have taken hours to arrive.
    const auto current = find_project(db, call.project->id, call.user_id());
    if (!current) throw errors::object_not_found();
    if (!allowed(current->role, Action::DeltaPush)) throw errors::permission_denied();
    store_deltas(db, *current, file, call.user_id());
  });
}

Response push(Call& call) {
  refuse_template(call);
  if (call.upload.parts == 0) throw errors::empty_content();
  store(call);
  apply(call);
  return Response::empty(200);
}

Response apply_pending(Call& call) {
  refuse_template(call);
  if (!call.project->qgis_file) throw errors::no_qgis_project();
  apply(call);
  return Response::empty(200);
}

std::string joined(const std::vector<std::string>& documents) {
  std::string array = "[";
  for (const std::string& document : documents) {
    if (array.size() > 1) array += ',';
    array += document;
  }
  return array + "]";
}

Response list_of(Call& call, DeltaFilter filter) {
  refuse_template(call);
  const Page page = page_of(call.request);
  filter.newest_first = call.request.query.get("ordering") == "-created_at";
  filter.limit = page.limit;
  filter.offset = page.offset;
  const DeltaPage found = call.services.db.read(
      [&](Connection& db) { return list_deltas(db, call.project->id, filter); });
  return list_response(call.request, page, found.total, joined(found.documents));
}

/// The deltas named in the field `ids`, all of the file without it.
std::vector<std::string> ids_of(const Call& call) {
  std::vector<std::string> ids;
  const auto field = call.fields.find("ids");
  if (field == call.fields.end()) return ids;
  if (!field->is_array() || field->empty()) {
    throw errors::api_error(400).with_detail("ids must be an array of ids of deltas");
  }
  for (const json& id : *field) {
    if (!id.is_string()) throw errors::api_error(400).with_detail("ids must be texts");
    ids.push_back(lower_case(id.get_ref<const std::string&>()));
  }
  return ids;
}

Response decide(Call& call, DeltaDecision decision) {
  refuse_template(call);
  const std::vector<std::string> ids = ids_of(call);
  call.services.db.write([&](Connection& db) {
    decide_deltas(db, call.project->id, call.param("deltafile"), ids, decision);
  });
  if (decision == DeltaDecision::Reapply) apply(call);
  DeltaFilter filter;
  filter.deltafile_id = call.param("deltafile");
  return list_of(call, filter);
}

Response reapply(Call& call) { return decide(call, DeltaDecision::Reapply); }
Response ignore(Call& call) { return decide(call, DeltaDecision::Ignore); }

Response list(Call& call) { return list_of(call, {}); }

Response list_by_file(Call& call) {
  DeltaFilter filter;
  filter.deltafile_id = call.param("deltafile");
  return list_of(call, filter);
}

constexpr Route kRoutes[] = {
    {"POST", "deltas/apply/{project:uuid}", Access::User, Action::DeltaPush, BodyKind::Ignored,
     apply_pending},
    {"GET", "deltas/{project:uuid}", Access::User, Action::DeltaList, BodyKind::None, list},
    {"POST", "deltas/{project:uuid}", Access::User, Action::DeltaPush, BodyKind::FileToMemory,
     push},
    {"GET", "deltas/{project:uuid}/{deltafile:uuid}", Access::User, Action::DeltaList,
     BodyKind::None, list_by_file},
    {"POST", "deltas/{project:uuid}/{deltafile:uuid}/reapply", Access::User, Action::DeltaDecide,
     BodyKind::Fields, reapply},
    {"POST", "deltas/{project:uuid}/{deltafile:uuid}/ignore", Access::User, Action::DeltaDecide,
     BodyKind::Fields, ignore},
};

}  // namespace

std::span<const Route> delta_routes() { return kRoutes; }

}  // namespace qfcsync::server
