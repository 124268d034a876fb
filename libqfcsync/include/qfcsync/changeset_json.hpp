#pragma once

#include <qfcsync/changeset.hpp>
#include <qfcsync/changeset_apply.hpp>
#include <qfcsync/conflict.hpp>
#include <qfcsync/stream.hpp>

#include <string>

/// The people's face of changesets; libqfcsync/docs/formats/changeset-json.md describes it.
namespace qfcsync {

struct JsonOptions {
  /// Column names and geometry columns; nullptr: from the envelope, else "c0", "c1", ...
  const DatabaseSchema* schema = nullptr;
  bool geometry_as_wkt = true;  ///< beside the exact bytes in base64
  /// How much is still to come is not known: told 0 from time to time and 1 at the end.
  Progress progress;
};

/// Writes a changeset as JSON, front to back.
///
/// @errors as ChangesetReader::next; SchemaMismatch: the schema does not fit
void write_json(ByteSource& changeset, ByteSink& out, const JsonOptions& options = {});

/// Reads what write_json writes, edited by people or not, front to back.
///
/// @param schema  needed where the JSON has no "schema" member; may be nullptr
/// @errors        Corrupt: no such JSON, with the place; FormatTooNew; InvalidArgument: a change is
///                incomplete, or its geometry's WKT and bytes differ
void read_json(ByteSource& json, ByteSink& changeset, const DatabaseSchema* schema = nullptr);

/// Writes the changed features as GeoJSON (RFC 7946): one feature a change with the properties
/// table, operation, key, old and new. Geometries are in the coordinates of their layer; the
/// collection names the reference system when it is not EPSG:4326.
///
/// @errors as write_json; SchemaMismatch: neither envelope nor schema tells geometry columns
void write_geojson(ByteSource& changeset, ByteSink& out, const JsonOptions& options = {});

/// What a file can exchange, as JSON of several lines: fingerprint, tables with columns, keys and
/// geometries, relations, notes. Names that are no UTF-8 are made readable.
std::string schema_json(const DatabaseSchema& schema);

/// One conflict as a JSON object on one line: kind, table, key, cells with base, ours and theirs.
std::string conflict_json(const Conflict& conflict);

/// One mismatch as a JSON object on one line: kind, operation, table, key and, where they apply,
/// column, expected and found.
std::string mismatch_json(const Mismatch& mismatch);

}  // namespace qfcsync
