#pragma once

#include <qfcsync/store.hpp>

#include <cstdint>
#include <memory>
#include <string>

/// Where the bytes of versions are.
///
/// A new version is a plain content, as is the newest version of every file: it is written once
/// and served at the speed of a file. Once there is a newer one it moves into the repository of
/// its project, as a delta against the version before it, which is what makes it small. A content
/// can be in both places for a while and is always in one.
namespace qfcsync::server {

class Connection;
struct Services;

/// The bytes of a version or a package's file, wherever they are.
///
/// @errors NotFound: nowhere
std::unique_ptr<ObjectReader> open_content(Services& services, const std::string& project_id,
                                           const std::string& sha256);

/// Makes a content of the repository a plain one again, if it is none. Call with the content gate
/// held.
///
/// @errors NotFound: it is nowhere; Corrupt, Io
void make_plain(Services& services, const std::string& project_id, const std::string& sha256);

/// Writes a content of the repository into a new plain one, which is not there before finish().
///
/// @errors as make_plain
std::unique_ptr<ObjectWriter> rebuild_content(Services& services, const std::string& project_id,
                                              const std::string& sha256);

/// Makes a rebuilt content count. Call with the content gate held.
///
/// @errors Corrupt: its bytes are others
void publish_rebuilt(Services& services, const std::string& project_id, const std::string& sha256,
                     ObjectWriter& writer);

/// Notes the versions of a file that lie in the wrong place now.
void note_waiting_versions(Connection& db, const std::string& project_id, const std::string& name);

/// Notes that a repository may have contents that no version names.
void note_dead_content(Connection& db, const std::string& project_id);

/// Bytes that all versions of a project take on disk: plain contents once each, and packs.
std::int64_t stored_bytes(Connection& db, const std::string& project_id);

}  // namespace qfcsync::server
