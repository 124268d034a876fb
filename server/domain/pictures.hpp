#pragma once

#include <qfcsync/store.hpp>

#include "db/database.hpp"
#include "domain/timestamp.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace qfcsync::server {

struct Services;

/// A picture that the server keeps: thumbnail of a project, avatar of an account.
struct Picture {
  std::string sha256;
  std::string etag;
  std::string extension;  ///< png, jpg or svg
  Timestamp uploaded_at = 0;
};

std::optional<Picture> find_thumbnail(Connection& db, const std::string& project_id);

/// @param public_id  from the URL of the avatar; it tells nothing about the account
std::optional<Picture> find_avatar(Connection& db, const std::string& public_id);
std::optional<Picture> find_avatar_of(Connection& db, std::string_view username);

/// Stores a picture and makes it the only thumbnail of the project.
///
/// @errors InvalidArgument: no such picture (message says why); ApiError object_not_found: the
///         project is gone
void store_thumbnail(Services& services, const std::string& project_id, std::string_view filename,
                     std::string_view bytes);

/// Stores a picture and makes it the only avatar of the account. The URL stays.
///
/// @errors InvalidArgument: no picture, too large, or an unsafe drawing (message says which)
void store_avatar(Services& services, std::int64_t user_id, std::string_view bytes);

/// @return false when there was none
bool remove_avatar(Connection& db, std::int64_t user_id);

}  // namespace qfcsync::server
