#ifndef QFCSYNC_CHANGESET_H
#define QFCSYNC_CHANGESET_H

/* Changesets: counted, read change by change, undone, joined. */

#include <qfcsync/schema.h>
#include <qfcsync/stream.h>
#include <qfcsync/value.h>

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Counts of changes by table. */
typedef struct qfcsync_summary qfcsync_summary;

typedef struct qfcsync_summary_table {
  const char* name;
  uint64_t inserts;
  uint64_t updates;
  uint64_t deletes;
} qfcsync_summary_table;

/*
 * Counts the changes of a changeset by table.
 *
 * Errors: as qfcsync_changeset_reader_next.
 * Ownership: *out ends with qfcsync_summary_free.
 */
QFCSYNC_API int qfcsync_summarize(qfcsync_summary** out, const qfcsync_source* changeset);
QFCSYNC_API void qfcsync_summary_free(qfcsync_summary* summary);
QFCSYNC_API uint64_t qfcsync_summary_change_count(const qfcsync_summary* summary);
/* Tables in order of appearance; NULL for an index that is too large. */
QFCSYNC_API size_t qfcsync_summary_table_count(const qfcsync_summary* summary);
QFCSYNC_API const qfcsync_summary_table* qfcsync_summary_at(const qfcsync_summary* summary,
                                                            size_t index);

/* The largest integer key of a table; renumbered keys are above it. Never grows. */
typedef struct qfcsync_max_key {
  const char* table;
  int64_t key;
} qfcsync_max_key;

/* Reads a changeset change by change, in memory of one change. One thread at a time. */
typedef struct qfcsync_changeset_reader qfcsync_changeset_reader;

/*
 * Opens a changeset; it stands before the first change.
 *
 * Errors: NOT_FOUND, DENIED, IO.
 * Ownership: *out ends with qfcsync_changeset_reader_free. Memory, callback and payload of the
 *            source must live until then.
 */
QFCSYNC_API int qfcsync_changeset_reader_new(qfcsync_changeset_reader** out,
                                             const qfcsync_source* changeset);
QFCSYNC_API void qfcsync_changeset_reader_free(qfcsync_changeset_reader* reader);

/*
 * Goes to the next change. *has_change is 1, or 0 at the end.
 *
 * What the functions below return is valid until the next call of this one.
 *
 * Errors: CORRUPT: no changeset, cut off, or a wrong checksum; UNSUPPORTED: a patchset;
 *         LIMIT_EXCEEDED, IO. The reader stays without a change then.
 */
QFCSYNC_API int qfcsync_changeset_reader_next(int* has_change, qfcsync_changeset_reader* reader);

/* Of the current change; 0, "" or undefined when there is none or a column is out of range. */
QFCSYNC_API int qfcsync_changeset_reader_operation(const qfcsync_changeset_reader* reader);
/* 1 if a trigger or a foreign key action made it. */
QFCSYNC_API int qfcsync_changeset_reader_is_indirect(const qfcsync_changeset_reader* reader);
QFCSYNC_API const char* qfcsync_changeset_reader_table(const qfcsync_changeset_reader* reader);
QFCSYNC_API size_t qfcsync_changeset_reader_column_count(const qfcsync_changeset_reader* reader);
/* Not 0 for the columns that name the row. */
QFCSYNC_API int qfcsync_changeset_reader_column_key(const qfcsync_changeset_reader* reader,
                                                    size_t column);
/* From the envelope; "" without one. */
QFCSYNC_API const char* qfcsync_changeset_reader_column_name(const qfcsync_changeset_reader* reader,
                                                             size_t column);
/* Undefined: not part of the change. An insert has no old, a delete no new values. */
QFCSYNC_API qfcsync_value qfcsync_changeset_reader_old_value(const qfcsync_changeset_reader* reader,
                                                             size_t column);
QFCSYNC_API qfcsync_value qfcsync_changeset_reader_new_value(const qfcsync_changeset_reader* reader,
                                                             size_t column);

/* The envelope: known after the first call of next; "" without one. */
QFCSYNC_API const char* qfcsync_changeset_reader_tool_version(
    const qfcsync_changeset_reader* reader);
QFCSYNC_API const char* qfcsync_changeset_reader_schema_fingerprint(
    const qfcsync_changeset_reader* reader);
QFCSYNC_API const char* qfcsync_changeset_reader_base_id(const qfcsync_changeset_reader* reader);
/* Its tables and relations, for names and options; belongs to the reader. NULL without one. */
QFCSYNC_API const qfcsync_schema* qfcsync_changeset_reader_schema(
    const qfcsync_changeset_reader* reader);
/* Largest integer keys of both sides, for qfcsync_merge_options; NULL for too large an index. */
QFCSYNC_API size_t qfcsync_changeset_reader_max_key_count(const qfcsync_changeset_reader* reader);
QFCSYNC_API const qfcsync_max_key* qfcsync_changeset_reader_max_key(
    const qfcsync_changeset_reader* reader, size_t index);

/*
 * Writes the changeset that undoes another one: inserts become deletes, deletes inserts, updates
 * swap old and new values.
 *
 * A source with a callback can count bytes for progress, and stop: so with all operations on
 * changesets that have no options.
 *
 * Errors: as qfcsync_changeset_reader_next.
 */
QFCSYNC_API int qfcsync_invert(const qfcsync_sink* out, const qfcsync_source* changeset);

/*
 * Writes one changeset that does what count changesets do one after the other.
 *
 * changesets: in the order they happened; NULL allowed with count 0.
 * Errors: CORRUPT, IO; SCHEMA_MISMATCH: a table has other columns in another changeset;
 *         INVALID_ARGUMENT: they cannot follow each other (a row is inserted twice, changed after
 *         it was deleted, or had another value): names table and key.
 */
QFCSYNC_API int qfcsync_concat(const qfcsync_sink* out, const qfcsync_source* changesets,
                               size_t count);

#ifdef __cplusplus
}
#endif

#endif /* QFCSYNC_CHANGESET_H */
