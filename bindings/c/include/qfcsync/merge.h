#ifndef QFCSYNC_MERGE_H
#define QFCSYNC_MERGE_H

/* Bringing the edits of two sides together: rebase, merge, conflicts. */

#include <qfcsync/changeset.h>
#include <qfcsync/schema.h>
#include <qfcsync/stream.h>
#include <qfcsync/value.h>

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum qfcsync_conflict_kind {
  QFCSYNC_CONFLICT_SAME_CELL = 0, /* both changed a cell, to different values */
  QFCSYNC_CONFLICT_OURS_DELETED_THEIRS_EDITED = 1,
  QFCSYNC_CONFLICT_OURS_EDITED_THEIRS_DELETED = 2,
  QFCSYNC_CONFLICT_KEY_COLLISION = 3, /* both inserted a row of the same key */
  QFCSYNC_CONFLICT_UNIQUE = 4,
  QFCSYNC_CONFLICT_MISSING_PARENT = 5,
  QFCSYNC_CONFLICT_CONSTRAINT = 6
} qfcsync_conflict_kind;

/* Whose values are written. */
typedef enum qfcsync_side {
  QFCSYNC_SIDE_OURS = 0,
  QFCSYNC_SIDE_THEIRS = 1,
  QFCSYNC_SIDE_BOTH = 2 /* nothing is lost: both rows are there, e.g. after renumbering */
} qfcsync_side;

/* E.g. "same_cell"; "" for other numbers. */
QFCSYNC_API const char* qfcsync_conflict_kind_name(int kind);
/* "ours", "theirs", "both"; "" for other numbers. */
QFCSYNC_API const char* qfcsync_side_name(int side);

/* One cell of a conflict. Undefined where a side has no row or did not touch it. Never grows. */
typedef struct qfcsync_conflict_cell {
  size_t column;
  const char* name; /* "" when no schema is known */
  qfcsync_value base;
  qfcsync_value ours;
  qfcsync_value theirs;
} qfcsync_conflict_cell;

/* Two incompatible changes of one row; the losing side can be read here completely. */
typedef struct qfcsync_conflict {
  int kind;    /* qfcsync_conflict_kind */
  int written; /* qfcsync_side */
  const char* table;
  size_t key_count;
  const char* const* key_columns; /* key_count names, "" when no schema is known */
  const qfcsync_value* key;       /* as ours names the row */
  size_t new_key_count;           /* 0 unless ours was renumbered */
  const qfcsync_value* new_key;
  size_t cell_count;
  const qfcsync_conflict_cell* cells;
  const char* geometry_column; /* "" if none or not known */
  const char* text;            /* a sentence for people */
} qfcsync_conflict;

/*
 * The conflict as one JSON object on one line, without line end.
 *
 * Errors: INVALID_ARGUMENT: a number that no enumeration has.
 * Ownership: *out ends with qfcsync_buffer_dispose.
 */
QFCSYNC_API int qfcsync_conflict_to_json(qfcsync_buffer* out, const qfcsync_conflict* conflict);

/* Gets every conflict after it was decided; valid during the call. Not 0 cancels the operation. */
typedef int (*qfcsync_conflict_handler)(const qfcsync_conflict* conflict, void* payload);

/*
 * Decides one conflict: sets *side to QFCSYNC_SIDE_OURS or QFCSYNC_SIDE_THEIRS. It is preset to
 * what QFCSYNC_MERGE_OURS would do. Anything but 0 as result cancels the operation.
 */
typedef int (*qfcsync_conflict_resolver)(int* side, const qfcsync_conflict* conflict,
                                         void* payload);

typedef enum qfcsync_merge_policy {
  QFCSYNC_MERGE_OURS = 0,
  QFCSYNC_MERGE_THEIRS = 1,
  QFCSYNC_MERGE_ASK = 2 /* the resolver decides each conflict */
} qfcsync_merge_policy;

/* A key that was given away, because theirs holds the old one. Never grows. */
typedef struct qfcsync_renumbered_key {
  const char* table;
  int64_t before;
  int64_t after;
} qfcsync_renumbered_key;

typedef struct qfcsync_merge_options {
  size_t struct_size;
  int policy;                           /* qfcsync_merge_policy */
  qfcsync_conflict_resolver resolve;    /* NULL allowed but for QFCSYNC_MERGE_ASK */
  qfcsync_conflict_handler on_conflict; /* NULL allowed */
  size_t max_collected;                 /* conflicts that the result keeps; default: all */
  /* Beside those that schema or envelopes know, to which all names have to be known; NULL with
   * count 0. */
  const qfcsync_relation* relations;
  size_t relation_count;
  const qfcsync_schema* schema;    /* for rebase; NULL: the envelopes tell */
  const qfcsync_max_key* max_keys; /* for rebase; NULL with count 0 */
  size_t max_key_count;
  qfcsync_progress progress; /* NULL allowed */
  void* payload;             /* of all callbacks */
} qfcsync_merge_options;

#define QFCSYNC_MERGE_OPTIONS_INIT \
  { sizeof(qfcsync_merge_options), 0, NULL, NULL, SIZE_MAX, NULL, 0, NULL, NULL, 0, NULL, NULL }

/* What rebase and merge report; ends with qfcsync_merge_result_free. */
typedef struct qfcsync_merge_result qfcsync_merge_result;

/*
 * Rewrites the changeset ours so that it applies after theirs.
 *
 *     base ---- theirs ----> T ---- out ----> merged
 *        `----- ours ------> O
 *
 * What only one side changed stays, cell by cell; equal changes are no conflict. Where the sides
 * disagree the policy decides what is written, and the conflict is in the result with the values of
 * base, ours and theirs. Integer keys that both inserted are given anew on our side, with all
 * values that refer to them.
 *
 * Errors: CORRUPT, CANCELLED, IO; SCHEMA_MISMATCH: a table has other columns on the two sides;
 *         INVALID_ARGUMENT: QFCSYNC_MERGE_ASK without resolve, relations without known tables;
 *         NOT_FOUND: a table or column of relations.
 * Ownership: *result ends with qfcsync_merge_result_free.
 */
QFCSYNC_API int qfcsync_rebase(qfcsync_merge_result** result, const qfcsync_sink* out,
                               const qfcsync_source* ours, const qfcsync_source* theirs,
                               const qfcsync_merge_options* options);

/*
 * Merges two edited copies of a file into a new one (merge_files() in C++).
 *
 * result_path is a copy of theirs with our rebased changes; it may name ours or theirs.
 *
 * Errors: as qfcsync_diff, qfcsync_rebase and qfcsync_apply; no file was changed then.
 * Ownership: *result ends with qfcsync_merge_result_free.
 */
QFCSYNC_API int qfcsync_merge(qfcsync_merge_result** result, const char* result_path,
                              const char* base, const char* ours, const char* theirs,
                              const qfcsync_merge_options* options);
QFCSYNC_API void qfcsync_merge_result_free(qfcsync_merge_result* result);

/* All conflicts, and the first max_collected; NULL for an index that is too large. */
QFCSYNC_API uint64_t qfcsync_merge_result_conflict_total(const qfcsync_merge_result* result);
QFCSYNC_API size_t qfcsync_merge_result_conflict_count(const qfcsync_merge_result* result);
QFCSYNC_API const qfcsync_conflict* qfcsync_merge_result_conflict(
    const qfcsync_merge_result* result, size_t index);
/* Keys of ours that were given anew; NULL for an index that is too large. */
QFCSYNC_API size_t qfcsync_merge_result_renumbered_count(const qfcsync_merge_result* result);
QFCSYNC_API const qfcsync_renumbered_key* qfcsync_merge_result_renumbered(
    const qfcsync_merge_result* result, size_t index);
/* Of qfcsync_rebase: changes in the rebased changeset; 0 of qfcsync_merge. */
QFCSYNC_API uint64_t qfcsync_merge_result_change_count(const qfcsync_merge_result* result);
/* Of qfcsync_merge: what each side did, and tables that are theirs in the result; else empty. */
QFCSYNC_API const qfcsync_summary* qfcsync_merge_result_ours(const qfcsync_merge_result* result);
QFCSYNC_API const qfcsync_summary* qfcsync_merge_result_theirs(const qfcsync_merge_result* result);
QFCSYNC_API size_t qfcsync_merge_result_note_count(const qfcsync_merge_result* result);
QFCSYNC_API const qfcsync_table_note* qfcsync_merge_result_note(const qfcsync_merge_result* result,
                                                                size_t index);

#ifdef __cplusplus
}
#endif

#endif /* QFCSYNC_MERGE_H */
