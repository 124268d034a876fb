#pragma once

#include <functional>
#include <string>

struct sqlite3;

namespace qfcsync::gpkg {

/// Whether a query gives the same in two databases: names of columns, rows in their order, type and
/// bytes of every value. A query that one of them cannot run gives nothing that is the same.
///
/// @param tick  called now and then; may be empty, may throw
/// @errors      Busy, Io; Corrupt: one of the files
bool have_same_rows(sqlite3* a, sqlite3* b, const std::string& sql,
                    const std::function<void()>& tick);

}  // namespace qfcsync::gpkg
