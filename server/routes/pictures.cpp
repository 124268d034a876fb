#include "domain/pictures.hpp"

#include <qfcsync/error.hpp>

#include "base/uuid.hpp"
#include "domain/image.hpp"
#include "http/fields.hpp"
#include "routes/route_table.hpp"
#include "routes/user_json.hpp"

namespace qfcsync::server {
namespace {

Response picture_response(const Call& call, const std::optional<Picture>& picture) {
  if (!picture) throw errors::object_not_found();
  Download download{picture->sha256, picture->etag, "", picture->uploaded_at,
                    std::string(media_type_of(picture->extension))};
  Response response = download_response(call, download);
  // A drawing that was opened by itself must not act as a page of this server.
  response.headers.emplace_back("Content-Security-Policy",
                                "default-src 'none'; style-src 'unsafe-inline'; sandbox");
  return response;
}

Response get_thumbnail(Call& call) {
  return picture_response(call, call.services.db.read([&](Connection& db) {
    return find_thumbnail(db, call.project->id);
  }));
}

/// The same picture where older servers had it.
Response get_old_thumbnail(Call& call) {
  if (!call.param("name").starts_with("thumbnail.")) throw errors::object_not_found();
  return get_thumbnail(call);
}

const FormFile& picture_of(const Call& call, std::string_view part) {
  const auto found = call.files.find(part);
  if (found != call.files.end()) return found->second;
  throw errors::api_error(400).with_detail(std::string(part) + " must be a file");
}

/// A picture that breaks a rule is an error of the request.
template <class Work>
void as_api_error(Work&& work) {
  try {
    work();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::InvalidArgument) throw;
    throw errors::api_error(400).with_detail(error.what());
  }
}

Response put_thumbnail(Call& call) {
  const FormFile& file = picture_of(call, "thumbnail");
  as_api_error(
      [&] { store_thumbnail(call.services, call.project->id, file.filename, file.bytes); });
  call.services.wake_jobs();
  return Response::empty(204);
}

Response get_avatar(Call& call) {
  const std::string& id = call.param("avatar");
  return picture_response(
      call, call.services.db.read([&](Connection& db) { return find_avatar(db, id); }));
}

/// `users/<name>/avatar.png`, as older servers had it.
Response get_old_avatar(Call& call) {
  const std::string& name = call.param("username");
  return picture_response(
      call, call.services.db.read([&](Connection& db) { return find_avatar_of(db, name); }));
}

void require_self(const Call& call) {
  if (call.param("username") != call.principal->username) throw errors::permission_denied();
}

Response put_avatar(Call& call) {
  require_self(call);
  const FormFile& file = picture_of(call, "avatar");
  as_api_error([&] { store_avatar(call.services, call.user_id(), file.bytes); });
  call.services.wake_jobs();
  const auto user = call.services.accounts.find(call.principal->username);
  if (!user) throw errors::object_not_found();
  return json_response(200, complete_user_json(call, *user));
}

Response delete_avatar(Call& call) {
  require_self(call);
  const bool removed =
      call.services.db.write([&](Connection& db) { return remove_avatar(db, call.user_id()); });
  if (!removed) throw errors::object_not_found();
  call.services.wake_jobs();
  return Response::empty(204);
}

constexpr Route kRoutes[] = {
    {"GET", "files/thumbnails/{project:uuid}", Access::User, Action::ThumbnailGet, BodyKind::None,
     get_thumbnail},
    {"GET", "files/meta/{project:uuid}/{name:path}", Access::User, Action::ThumbnailGet,
     BodyKind::None, get_old_thumbnail},
    {"POST", "projects/{project}/thumbnail", Access::User, Action::ThumbnailUpload, BodyKind::Form,
     put_thumbnail},
    {"GET", "files/avatars/{avatar}", Access::Anyone, {}, BodyKind::None, get_avatar},
    {"GET", "files/avatars/{avatar}/{filename}", Access::Anyone, {}, BodyKind::None, get_avatar},
    {"GET",
     "files/public/users/{username}/{filename}",
     Access::Anyone,
     {},
     BodyKind::None,
     get_old_avatar},
    {"PUT", "users/{username}/avatar", Access::User, {}, BodyKind::Form, put_avatar},
    {"DELETE", "users/{username}/avatar", Access::User, {}, BodyKind::None, delete_avatar},
};

}  // namespace

std::span<const Route> picture_routes() { return kRoutes; }

}  // namespace qfcsync::server
