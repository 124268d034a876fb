#pragma once

namespace qfcsync::server {

class Connection;

/// Brings the schema to the newest version, each step in a transaction of its own.
///
/// Steps are numbered from 1 and kept in PRAGMA user_version; a step that has been released is
/// never changed.
///
/// @errors FormatTooNew: the file was written by a newer server
void migrate(Connection& connection);

}  // namespace qfcsync::server
