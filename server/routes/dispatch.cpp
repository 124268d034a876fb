#include <qfcsync/deltafile.hpp>

#include "base/uuid.hpp"
#include "http/fields.hpp"
#include "http/multipart.hpp"
#include "http/server.hpp"
#include "routes/match.hpp"
#include "routes/route_table.hpp"

#include <array>

namespace qfcsync::server {
namespace {

constexpr std::string_view kApiPrefix = "/api/v1/";
constexpr std::uint64_t kMaxFieldsBytes = 2u << 20;
constexpr std::uint64_t kMultipartOverheadBytes = 1u << 20;

/// `request` stays alive in the session for as long as the body handler does.
struct Pending {
  const Route& route;
  Call call;
};

Response run(Pending& pending) {
  try {
    return pending.route.handler(pending.call);
  } catch (const FieldError& error) {
    const bool is_type = error.kind() == FieldErrorKind::UnsupportedMediaType;
    throw errors::api_error(is_type ? 415 : 400).with_detail(error.what());
  }
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
  std::uint64_t limit() const override { return kMaxFieldsBytes; }
  void feed(std::string_view bytes) override { body_ += bytes; }

  Response finish() override {
    try {
      pending_.call.fields = parse_fields(pending_.call.request.header("Content-Type"), body_);
    } catch (const FieldError& error) {
      const bool is_type = error.kind() == FieldErrorKind::UnsupportedMediaType;
      throw errors::api_error(is_type ? 415 : 400).with_detail(error.what());
    }
    return run(pending_);
  }

 private:
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
      return std::make_unique<FieldsBody>(std::move(pending));
    default:
      return std::make_unique<FileBody>(std::move(pending));
  }
}

/// The key of `Authorization: Token <key>`; nullopt when another scheme or none is used.
///
/// @errors ApiError authentication_failed: the scheme without exactly one key
std::optional<std::string_view> token_key(const Request& request) {
  constexpr std::string_view kScheme = "token";
  const std::string_view header = request.header("Authorization");
  const auto blank = header.find(' ');
  const std::string_view scheme = header.substr(0, blank);
  if (!std::equal(scheme.begin(), scheme.end(), kScheme.begin(), kScheme.end(), [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == b;
      })) {
    return std::nullopt;
  }
  const std::string_view key =
      blank == std::string_view::npos ? std::string_view() : header.substr(blank + 1);
  if (key.empty() || key.find(' ') != std::string_view::npos) throw errors::authentication_failed();
  return key;
}

void authenticate(Call& call, Access access) {
  if (access == Access::Anyone) return;
  const auto key = token_key(call.request);
  if (key) {
    call.principal = call.services.accounts.authenticate(*key);
    if (!call.principal && access == Access::User) throw errors::token_authentication_failed();
  } else if (access == Access::User) {
    throw errors::not_authenticated();
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
  Pending pending{route, Call{services, request, std::move(params), {}, {}, {}, {}}};
  pending.call.fields = nlohmann::json::object();
  authenticate(pending.call, route.access);
  if (route.action) authorize(pending.call, *route.action);
  if (route.body == BodyKind::None) return {run(pending), nullptr};
  return {std::nullopt, body_handler(std::move(pending))};
}

/// The picture that server/info/ names.
constexpr std::string_view kIconPath = "/static/qfcsync.svg";
constexpr std::string_view kIcon =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><circle cx=\"16\" cy=\"16\" "
    "r=\"15\" fill=\"#2e7d32\"/><path d=\"M9 14a7 7 0 0 1 13-2m1 6a7 7 0 0 1-13 2\" fill=\"none\" "
    "stroke=\"#fff\" stroke-width=\"3\"/></svg>";

Response icon() {
  Response response;
  response.content_type = "image/svg+xml";
  response.body = kIcon;
  return response;
}

}  // namespace

Dispatch dispatch(Services& services, const Request& request) {
  if (request.path == kIconPath && request.method == "GET") return {icon(), nullptr};
  if (!request.path.starts_with(kApiPrefix)) return {Response::html(404, "Not found"), nullptr};
  const std::string_view path = std::string_view(request.path).substr(kApiPrefix.size());
  const std::string_view method =
      request.method == "HEAD" ? std::string_view("GET") : std::string_view(request.method);
  bool is_known_path = false;
  const std::array tables = {auth_routes(),         server_routes(),       user_routes(),
                             project_routes(),      collaborator_routes(), file_routes(),
                             package_routes(),      job_routes(),          delta_routes(),
                             organization_routes(), team_routes(),         subscription_routes()};
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

}  // namespace qfcsync::server
