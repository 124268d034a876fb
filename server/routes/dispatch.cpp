#include <qfcsync/deltafile.hpp>

#include "base/uuid.hpp"
#include "http/fields.hpp"
#include "http/multipart.hpp"
#include "http/server.hpp"
#include "pages/html.hpp"
#include "pages/page_routes.hpp"
#include "routes/authenticate.hpp"
#include "routes/match.hpp"
#include "routes/route_table.hpp"

#include <array>

namespace qfcsync::server {
namespace {

constexpr std::string_view kApiPrefix = "/api/v1/";
constexpr std::uint64_t kMaxFieldsBytes = 2u << 20;
constexpr std::uint64_t kMaxFormBytes = 16u << 20;
constexpr std::uint64_t kMultipartOverheadBytes = 1u << 20;

/// `request` stays alive in the session for as long as the body handler does.
struct Pending {
  const Route& route;
  Call call;
};

ApiError api_error_of_field(const FieldError& error) {
  const bool is_type = error.kind() == FieldErrorKind::UnsupportedMediaType;
  return errors::api_error(is_type ? 415 : 400).with_detail(error.what());
}

/// What went wrong, as a document for programs and as a page for people.
template <class Work>
Response answer(const Pending& pending, Work work) {
  try {
    try {
      return work();
    } catch (const FieldError& error) {
      throw api_error_of_field(error);
    }
  } catch (const ApiError& error) {
    if (pending.route.access != Access::Page) throw;
    return error_page(pending.call, error);
  }
}

Response run(Pending& pending) {
  return answer(pending, [&] { return pending.route.handler(pending.call); });
}

class IgnoredBody final : public BodyHandler {
 public:
  explicit IgnoredBody(Pending pending) : pending_(std::move(pending)) {}
  std::uint64_t limit() const override { return kMaxFieldsBytes; }
  void feed(std::string_view) override {}
  Response finish() override { return run(pending_); }

 private:
  Pending pending_;
};

class FieldsBody final : public BodyHandler {
 public:
  explicit FieldsBody(Pending pending) : pending_(std::move(pending)) {}
  std::uint64_t limit() const override { return has_files() ? kMaxFormBytes : kMaxFieldsBytes; }
  void feed(std::string_view bytes) override { body_ += bytes; }

  Response finish() override {
    return answer(pending_, [&] {
      Call& call = pending_.call;
      const std::string_view type = call.request.header("Content-Type");
      call.fields = parse_fields(type, body_);
      if (has_files()) call.files = parse_form_files(type, body_);
      if (pending_.route.access == Access::Page) check_form(call);
      return pending_.route.handler(call);
    });
  }

 private:
  bool has_files() const { return pending_.route.body == BodyKind::Form; }

  Pending pending_;
  std::string body_;
};

/// Takes the first part named `file`; the name and type that the part claims mean nothing.
class FileBody final : public BodyHandler, private MultipartSink {
 public:
  explicit FileBody(Pending pending) : pending_(std::move(pending)) {
    auto boundary = multipart_boundary(pending_.call.request.header("Content-Type"));
    if (boundary) parser_.emplace(std::move(*boundary), static_cast<MultipartSink&>(*this));
  }

  std::uint64_t limit() const override {
    if (to_store()) return kMaxUploadBytes;
    return kMaxDeltafileBytes + kMultipartOverheadBytes;
  }

  void feed(std::string_view bytes) override {
    if (parser_) parser_->feed(bytes);
  }

  Response finish() override {
    if (parser_) parser_->finish();
    return run(pending_);
  }

 private:
  bool to_store() const { return pending_.route.body == BodyKind::FileToStore; }

  void on_part(const PartHeader& header) override {
    takes_ = false;
    if (header.name != "file" || !header.filename) return;
    UploadedFile& upload = pending_.call.upload;
    takes_ = ++upload.parts == 1;
    if (takes_ && to_store()) upload.content = pending_.call.services.store->create();
  }

  void on_data(std::string_view bytes) override {
    if (!takes_) return;
    if (to_store()) {
      pending_.call.upload.content->write(bytes);
    } else {
      pending_.call.upload.text += bytes;
    }
  }

  void on_part_end() override { takes_ = false; }

  Pending pending_;
  std::optional<MultipartParser> parser_;
  bool takes_ = false;
};

std::unique_ptr<BodyHandler> body_handler(Pending pending) {
  switch (pending.route.body) {
    case BodyKind::Ignored:
      return std::make_unique<IgnoredBody>(std::move(pending));
    case BodyKind::Fields:
    case BodyKind::Form:
      return std::make_unique<FieldsBody>(std::move(pending));
    default:
      return std::make_unique<FileBody>(std::move(pending));
  }
}

/// Loads the project and checks the caller's role: the one place where that happens.
void authorize(Call& call, Action action) {
  const std::string& id = call.param("project");
  if (!base::is_uuid(id)) throw errors::validation_error();
  call.project =
      call.services.db.read([&](Connection& db) { return find_project(db, id, call.user_id()); });
  if (!call.project) throw errors::object_not_found();
  const bool is_allowed = allowed(call.project->role, action) &&
                          (call.project->has_valid_role || !needs_valid_role(action));
  if (!is_allowed) throw errors::permission_denied();
}

Dispatch start(Services& services, const Request& request, const Route& route, PathParams params) {
  Pending pending{route, Call{services, request, std::move(params), {}, {}, {}, {}, {}}};
  pending.call.fields = nlohmann::json::object();
  authenticate(pending.call, route.access);
  if (route.action) authorize(pending.call, *route.action);
  if (route.body == BodyKind::None) return {run(pending), nullptr};
  return {std::nullopt, body_handler(std::move(pending))};
}

Dispatch find_route(Services& services, const Request& request, std::string_view path,
                    std::span<const std::span<const Route>> tables) {
  const std::string_view method =
      request.method == "HEAD" ? std::string_view("GET") : std::string_view(request.method);
  bool is_known_path = false;
  for (const auto& table : tables) {
    for (const Route& route : table) {
      auto params = match_path(route.pattern, path);
      if (!params) continue;
      is_known_path = true;
      if (route.method == method) return start(services, request, route, std::move(*params));
    }
  }
  if (is_known_path) throw errors::api_error(405);
  return {Response::html(404, "Not found"), nullptr};
}

}  // namespace

std::vector<std::span<const Route>> api_routes() {
  return {auth_routes(),         token_routes(),   server_routes(),  user_routes(),
          organization_routes(), team_routes(),    project_routes(), subscription_routes(),
          collaborator_routes(), file_routes(),    package_routes(), job_routes(),
          delta_routes(),        picture_routes(), seed_routes(),    legacy_routes()};
}

Dispatch dispatch(Services& services, const Request& request) {
  if (!request.path.starts_with(kApiPrefix)) {
    if (!request.path.starts_with('/')) return {Response::html(404, "Not found"), nullptr};
    const std::array tables = {document_routes(), login_page_routes(), account_page_routes(),
                               project_page_routes()};
    return find_route(services, request, std::string_view(request.path).substr(1), tables);
  }
  static const auto tables = api_routes();
  return find_route(services, request, std::string_view(request.path).substr(kApiPrefix.size()),
                    tables);
}

}  // namespace qfcsync::server
