#ifndef QFCSYNC_DIFF_H
#define QFCSYNC_DIFF_H

/* What changed from one file to another. */

#include <qfcsync/changeset.h>
#include <qfcsync/schema.h>
#include <qfcsync/stream.h>

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum qfcsync_schema_policy {
  QFCSYNC_SCHEMA_REFUSE = 0, /* SCHEMA_MISMATCH that lists every difference */
  QFCSYNC_SCHEMA_REPORT = 1  /* leave those tables out; differences are in the result */
} qfcsync_schema_policy;

/* How tables are compared. All ways give the same changeset; the choice matters for time only. */
typedef enum qfcsync_diff_method {
  QFCSYNC_DIFF_AUTO = 0,
  QFCSYNC_DIFF_LEAVES = 1,
  QFCSYNC_DIFF_PAGES = 2,
  QFCSYNC_DIFF_SQLITE = 3
} qfcsync_diff_method;

typedef struct qfcsync_diff_options {
  size_t struct_size;
  int schema_policy;         /* qfcsync_schema_policy */
  int method;                /* qfcsync_diff_method */
  const char* const* tables; /* exact names; NULL with table_count 0: all tables */
  size_t table_count;
  int with_envelope;   /* column names, fingerprint and checksum travel along; default 1 */
  const char* base_id; /* put into the envelope; NULL allowed */
  const qfcsync_source* manifest; /* of base, see qfcsync_manifest_write; NULL allowed */
  qfcsync_progress progress;      /* NULL allowed */
  void* payload;
} qfcsync_diff_options;

#define QFCSYNC_DIFF_OPTIONS_INIT \
  { sizeof(qfcsync_diff_options), 0, 0, NULL, 0, 1, NULL, NULL, NULL, NULL }

/* What a diff found beside the changeset. */
typedef struct qfcsync_diff_result qfcsync_diff_result;

/*
 * Writes what changed in a SQLite file or GeoPackage that any program edited (extract() in C++).
 *
 *     base ---- out ----> modified
 *
 * Values are compared as they are stored: type and bits, no collation. Other programs may go on
 * writing to both files. No changes give an empty changeset. The changeset is that of SQLite's
 * session extension; the envelope is invisible to other readers.
 *
 * result: NULL allowed; else ends with qfcsync_diff_result_free.
 * Errors: NOT_FOUND, CORRUPT, BUSY, IO, CANCELLED; SCHEMA_MISMATCH: see qfcsync_schema_policy;
 *         UNSUPPORTED: what cannot be compared, by name; INVALID_ARGUMENT: also a manifest of
 *         another file.
 */
QFCSYNC_API int qfcsync_diff(qfcsync_diff_result** result, const qfcsync_sink* out,
                             const char* base, const char* modified,
                             const qfcsync_diff_options* options);
QFCSYNC_API void qfcsync_diff_result_free(qfcsync_diff_result* result);
/* Counts of changes; belongs to the result. */
QFCSYNC_API const qfcsync_summary* qfcsync_diff_result_summary(const qfcsync_diff_result* result);
/* qfcsync_diff_method that was used. */
QFCSYNC_API int qfcsync_diff_result_method(const qfcsync_diff_result* result);
/* Tables that were not compared row by row; NULL for an index that is too large. Files differ in
 * nothing when the summary has no change and no note has_changes. */
QFCSYNC_API size_t qfcsync_diff_result_note_count(const qfcsync_diff_result* result);
QFCSYNC_API const qfcsync_table_note* qfcsync_diff_result_note(const qfcsync_diff_result* result,
                                                               size_t index);
/* With QFCSYNC_SCHEMA_REPORT: how tables differ; belongs to the result. */
QFCSYNC_API const qfcsync_schema_operations* qfcsync_diff_result_schema_operations(
    const qfcsync_diff_result* result);

/*
 * Writes the hashes of all pages of a file: with them the next diff reads base only where it has
 * to.
 *
 * progress: NULL allowed; payload is its.
 * Errors: as qfcsync_diff; UNSUPPORTED: a write-ahead log is pending.
 */
QFCSYNC_API int qfcsync_manifest_write(const qfcsync_sink* out, const char* path,
                                       qfcsync_progress progress, void* payload);

#ifdef __cplusplus
}
#endif

#endif /* QFCSYNC_DIFF_H */
