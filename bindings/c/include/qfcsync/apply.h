#ifndef QFCSYNC_APPLY_H
#define QFCSYNC_APPLY_H

/* Making the changes of a changeset in a file. */

#include <qfcsync/stream.h>
#include <qfcsync/value.h>

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum qfcsync_mismatch_kind {
  QFCSYNC_MISMATCH_MISSING_ROW = 0,  /* update or delete of a row that is not there */
  QFCSYNC_MISMATCH_OTHER_VALUE = 1,  /* a cell does not hold what the changeset expects */
  QFCSYNC_MISMATCH_EXISTING_ROW = 2, /* insert of a key that is there */
  QFCSYNC_MISMATCH_UNIQUE = 3,
  QFCSYNC_MISMATCH_NOT_NULL = 4,
  QFCSYNC_MISMATCH_CHECK = 5,
  QFCSYNC_MISMATCH_FOREIGN_KEY = 6,
  QFCSYNC_MISMATCH_OTHER = 7
} qfcsync_mismatch_kind;

/* E.g. "missing_row"; "" for other numbers. */
QFCSYNC_API const char* qfcsync_mismatch_kind_name(int kind);

/* A change that does not fit: where, what was expected, what was found. */
typedef struct qfcsync_mismatch {
  int kind;      /* qfcsync_mismatch_kind */
  int operation; /* qfcsync_operation */
  const char* table;
  size_t key_count;
  const char* const* key_columns; /* key_count names */
  const qfcsync_value* key;
  const char* column; /* "" when the whole row is meant */
  qfcsync_value expected;
  qfcsync_value found;
  const char* text; /* a sentence for people */
} qfcsync_mismatch;

/*
 * The mismatch as one JSON object on one line, without line end.
 *
 * Errors: INVALID_ARGUMENT: a number that no enumeration has.
 * Ownership: *out ends with qfcsync_buffer_dispose.
 */
QFCSYNC_API int qfcsync_mismatch_to_json(qfcsync_buffer* out, const qfcsync_mismatch* mismatch);

/* Gets every mismatch; valid during the call. Anything but 0 cancels the operation. */
typedef int (*qfcsync_mismatch_handler)(const qfcsync_mismatch* mismatch, void* payload);

typedef enum qfcsync_mismatch_policy {
  QFCSYNC_MISMATCH_ABORT = 0, /* one change that does not fit: nothing is changed */
  QFCSYNC_MISMATCH_SKIP = 1   /* such changes are left out and reported; all others are made */
} qfcsync_mismatch_policy;

typedef struct qfcsync_apply_options {
  size_t struct_size;
  int policy;                           /* qfcsync_mismatch_policy */
  int dry_run;                          /* not 0: do everything, then take it back */
  size_t max_reported;                  /* how many mismatches the result keeps; default 100 */
  qfcsync_mismatch_handler on_mismatch; /* NULL allowed */
  qfcsync_progress progress;            /* NULL allowed */
  void* payload;                        /* of both */
} qfcsync_apply_options;

#define QFCSYNC_APPLY_OPTIONS_INIT \
  { sizeof(qfcsync_apply_options), 0, 0, 100, NULL, NULL, NULL }

typedef struct qfcsync_apply_result qfcsync_apply_result;

/*
 * Makes the changes of a changeset in a file, all or nothing (apply_changeset() in C++).
 *
 * Only changed columns are written; spatial index, feature counts and extents stay right. A
 * mismatch is no error: look at qfcsync_apply_result_is_applied.
 *
 * Ownership: *result ends with qfcsync_apply_result_free.
 * Errors: NOT_FOUND, BUSY, IO, CANCELLED; CORRUPT: changeset or file; SCHEMA_MISMATCH: a table is
 *         missing or has other columns. The file is unchanged then.
 */
QFCSYNC_API int qfcsync_apply(qfcsync_apply_result** result, const char* target,
                              const qfcsync_source* changeset,
                              const qfcsync_apply_options* options);
QFCSYNC_API void qfcsync_apply_result_free(qfcsync_apply_result* result);
/* 1 if the changes are in the file; never with dry_run. */
QFCSYNC_API int qfcsync_apply_result_is_applied(const qfcsync_apply_result* result);
/* Changes that were made; with dry_run: that would be. */
QFCSYNC_API uint64_t qfcsync_apply_result_changes_applied(const qfcsync_apply_result* result);
/* With QFCSYNC_MISMATCH_SKIP: changes that were left out. */
QFCSYNC_API uint64_t qfcsync_apply_result_changes_skipped(const qfcsync_apply_result* result);
/* All that there were, and the first max_reported; NULL for an index that is too large. */
QFCSYNC_API uint64_t qfcsync_apply_result_mismatch_total(const qfcsync_apply_result* result);
QFCSYNC_API size_t qfcsync_apply_result_mismatch_count(const qfcsync_apply_result* result);
QFCSYNC_API const qfcsync_mismatch* qfcsync_apply_result_mismatch(
    const qfcsync_apply_result* result, size_t index);

#ifdef __cplusplus
}
#endif

#endif /* QFCSYNC_APPLY_H */
