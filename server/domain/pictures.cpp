#include "domain/pictures.hpp"

#include <qfcsync/error.hpp>

#include "domain/image.hpp"
#include "domain/services.hpp"
#include "domain/text.hpp"
#include "domain/uuid.hpp"
#include "http/api_error.hpp"

#include <shared_mutex>

#include <fmt/format.h>

namespace qfcsync::server {
namespace {

Picture picture_of(const Row& row) {
  return {row.text(0), row.text(1), row.text(2), row.integer(3)};
}

[[noreturn]] void refuse(const std::string& reason) {
  throw Error(ErrorCode::InvalidArgument, reason);
}

ImageKind checked_pixels(std::string_view bytes) {
  if (bytes.size() > kMaxPictureBytes) {
    refuse(fmt::format("a picture has at most {} bytes", kMaxPictureBytes));
  }
  const auto image = read_image(bytes);
  if (!image) refuse("this is no PNG or JPEG picture");
  if (image->width > kMaxPictureSide || image->height > kMaxPictureSide) {
    refuse(fmt::format("a picture has at most {} pixels on each side", kMaxPictureSide));
  }
  return image->kind;
}

ImageKind checked_avatar(std::string_view bytes) {
  if (trimmed(bytes.substr(0, kMaxPictureBytes)).starts_with('<')) {
    if (bytes.size() > kMaxPictureBytes) refuse("the drawing is too large");
    if (const auto reason = unsafe_svg(bytes)) refuse(*reason);
    return ImageKind::Svg;
  }
  return checked_pixels(bytes);
}

ObjectInfo put(Services& services, std::string_view bytes) {
  const auto writer = services.store->create();
  writer->write(bytes);
  return writer->finish();
}

}  // namespace

std::optional<Picture> find_thumbnail(Connection& db, const std::string& project_id) {
  return db.first("SELECT sha256, etag, extension, uploaded_at FROM thumbnail WHERE project_id = ?",
                  {project_id}, picture_of);
}

std::optional<Picture> find_avatar(Connection& db, const std::string& public_id) {
  return db.first("SELECT sha256, etag, extension, uploaded_at FROM avatar WHERE public_id = ?",
                  {public_id}, picture_of);
}

std::optional<Picture> find_avatar_of(Connection& db, std::string_view username) {
  return db.first(
      "SELECT a.sha256, a.etag, a.extension, a.uploaded_at FROM avatar a "
      "JOIN user u ON u.id = a.user_id WHERE u.username = ?",
      {username}, picture_of);
}

void store_thumbnail(Services& services, const std::string& project_id, std::string_view filename,
                     std::string_view bytes) {
  const std::string extension = lower_case(filename.substr(filename.rfind('.') + 1));
  if (extension != "png" && extension != "jpg") refuse("a thumbnail is a .png or .jpg file");
  const ImageKind kind = checked_pixels(bytes);
  const std::shared_lock gate(services.content_gate);
  const ObjectInfo content = put(services, bytes);
  const bool is_stored = services.db.write([&](Connection& db) {
    db.run("INSERT OR IGNORE INTO unused_content SELECT sha256 FROM thumbnail WHERE project_id = ?",
           {project_id});
    return db.run(
               "INSERT INTO thumbnail (project_id, sha256, etag, extension, uploaded_at) "
               "SELECT id, ?2, ?3, ?4, ?5 FROM project WHERE id = ?1 ON CONFLICT (project_id) DO "
               "UPDATE "
               "SET sha256 = ?2, etag = ?3, extension = ?4, uploaded_at = ?5",
               {project_id, content.sha256, content.etag, extension_of(kind), now()}) > 0;
  });
  if (is_stored) return;
  note_unused_content(services, content.sha256);
  throw errors::object_not_found();
}

void store_avatar(Services& services, std::int64_t user_id, std::string_view bytes) {
  const ImageKind kind = checked_avatar(bytes);
  const std::shared_lock gate(services.content_gate);
  const ObjectInfo content = put(services, bytes);
  services.db.write([&](Connection& db) {
    db.run("INSERT OR IGNORE INTO unused_content SELECT sha256 FROM avatar WHERE user_id = ?",
           {user_id});
    db.run(
        "INSERT INTO avatar (user_id, public_id, sha256, etag, extension, uploaded_at) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (user_id) DO UPDATE "
        "SET sha256 = ?3, etag = ?4, extension = ?5, uploaded_at = ?6",
        {user_id, new_uuid(), content.sha256, content.etag, extension_of(kind), now()});
  });
}

bool remove_avatar(Connection& db, std::int64_t user_id) {
  db.run("INSERT OR IGNORE INTO unused_content SELECT sha256 FROM avatar WHERE user_id = ?",
         {user_id});
  return db.run("DELETE FROM avatar WHERE user_id = ?", {user_id}) > 0;
}

}  // namespace qfcsync::server
