#pragma once

#include <qfcsync/schema.hpp>

#include <string>

namespace qfcsync::model {

/// How a column is declared, for people: "REAL NOT NULL DEFAULT 0". Never empty.
std::string declaration(const ColumnSchema& column);

/// The same in a form that is equal for columns whose values can be exchanged: types are compared
/// without regard to letter case, as SQLite does.
std::string canonical_declaration(const ColumnSchema& column);

/// "fid INTEGER KEY 1, height REAL".
std::string declaration(const TableSchema& table);

/// What the geometry column holds: "POINT in 4326"; "" without geometry.
std::string geometry_declaration(const TableSchema& table);

}  // namespace qfcsync::model
