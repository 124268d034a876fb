#ifndef QFCSYNC_JSON_H
#define QFCSYNC_JSON_H

/* Changesets as JSON and GeoJSON. */

#include <qfcsync/schema.h>
#include <qfcsync/stream.h>

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qfcsync_json_options {
  size_t struct_size;
  const qfcsync_schema* schema; /* column names and geometry columns; NULL: from the envelope */
  int geometry_as_wkt;          /* beside the exact bytes in base64; default 1 */
  qfcsync_progress progress;    /* NULL allowed */
  void* payload;
} qfcsync_json_options;

#define QFCSYNC_JSON_OPTIONS_INIT \
  { sizeof(qfcsync_json_options), NULL, 1, NULL, NULL }

/*
 * Writes a changeset as JSON for people.
 *
 * Errors: as qfcsync_changeset_reader_next; SCHEMA_MISMATCH: the schema does not fit.
 */
QFCSYNC_API int qfcsync_to_json(const qfcsync_sink* out, const qfcsync_source* changeset,
                                const qfcsync_json_options* options);

/*
 * Reads what qfcsync_to_json writes, edited by people or not, and writes the changeset.
 *
 * schema: needed where the JSON has no "schema"; NULL allowed.
 * Errors: CORRUPT: no such JSON, with the place; FORMAT_TOO_NEW; INVALID_ARGUMENT: a change is
 *         incomplete, or the WKT and the bytes of a geometry differ.
 */
QFCSYNC_API int qfcsync_from_json(const qfcsync_sink* out, const qfcsync_source* json,
                                  const qfcsync_schema* schema);

/*
 * The schema as JSON of several lines: fingerprint, tables, relations, notes.
 *
 * Ownership: *out ends with qfcsync_buffer_dispose.
 */
QFCSYNC_API int qfcsync_schema_to_json(qfcsync_buffer* out, const qfcsync_schema* schema);

/*
 * Writes the changed features as GeoJSON, one feature a change.
 *
 * Errors: as qfcsync_to_json; SCHEMA_MISMATCH: neither envelope nor schema tells geometry columns.
 */
QFCSYNC_API int qfcsync_to_geojson(const qfcsync_sink* out, const qfcsync_source* changeset,
                                   const qfcsync_json_options* options);

#ifdef __cplusplus
}
#endif

#endif /* QFCSYNC_JSON_H */
