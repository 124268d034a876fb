#pragma once

#include <qfcsync/schema.hpp>

#include <string>
#include <string_view>
#include <vector>

struct sqlite3;

namespace qfcsync::gpkg {

/// What the main database of a connection can exchange; see qfcsync::read_schema.
///
/// Not compared and not noted, because software keeps them: SQLite's own tables, the tables of the
/// GeoPackage standard (by their exact names; see is_system_table) and the spatial indexes of
/// geometry columns with their storage. All else is a table of schema.tables or has a note.
///
/// @errors Corrupt, Busy, Io
DatabaseSchema read_schema(sqlite3* database);

/// SQLite is asked by table-valued pragmas, which tables of the same names would hide: answers of
/// a stranger's making.
///
/// @errors Unsupported: there is such a table
void refuse_hidden_pragmas(sqlite3* database);

/// Whether a table belongs to SQLite, the GeoPackage standard, or GDAL's feature counts. A name
/// that merely begins like one of theirs is a user's.
bool is_system_table(std::string_view name);

/// Adds declared foreign keys and the GeoPackage extension "related tables" to a schema whose
/// tables are read.
///
/// @param tables  all that are neither views nor virtual, by name
/// @errors        Corrupt, Busy, Io
void read_relations(sqlite3* database, const std::vector<std::string>& tables,
                    DatabaseSchema& schema);

}  // namespace qfcsync::gpkg
