#pragma once

struct sqlite3;

namespace qfcsync::gpkg::edit {

/// Registers the SQL functions that triggers of GeoPackages call: ST_MinX, ST_MaxX, ST_MinY,
/// ST_MaxY, ST_IsEmpty, ST_GeometryType, ST_SRID and GPKG_IsAssignable.
void register_functions(sqlite3* database);

}  // namespace qfcsync::gpkg::edit
