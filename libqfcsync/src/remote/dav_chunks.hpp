#pragma once

#include "remote/dav_server.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace qfcsync::remote {

/// Nextcloud takes 5 MiB to 5 GiB for all chunks but the last.
inline constexpr std::uint64_t kDavChunkBytes = 8u << 20;

/// Puts a file in Nextcloud's chunks (version 2), so that a cut connection costs one chunk and not
/// the file.
///
/// @return false: nothing was done, since the file is small or the server is no Nextcloud
bool send_in_chunks(DavServer& server, std::string_view path, const HttpBody& body);

/// The tree for chunks beside the tree of a user's files, "/x/remote.php/dav/uploads/ada" for
/// "/x/remote.php/dav/files/ada/folder"; "" if the path is none of Nextcloud's.
std::string uploads_path_of(std::string_view server_path);

}  // namespace qfcsync::remote
