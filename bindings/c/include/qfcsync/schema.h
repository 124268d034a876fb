#ifndef QFCSYNC_SCHEMA_H
#define QFCSYNC_SCHEMA_H

/* What tables a file has, and how two files differ in them. */

#include <qfcsync/version.h>

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What tables a file has. Immutable; safe to read from several threads. */
typedef struct qfcsync_schema qfcsync_schema;

typedef struct qfcsync_column {
  const char* name;
  const char* type; /* as declared; may be "" */
  int key;          /* 1-based position in the primary key, 0 if not part of it */
  int not_null;
  const char* default_sql; /* NULL if there is none */
} qfcsync_column;

/* A table that changesets can speak of. Later versions may add members at the end. */
typedef struct qfcsync_table {
  const char* name;
  size_t column_count;
  int is_without_rowid;
  int has_integer_key;
  const char* geometry_column; /* "" if there is none */
  const char* geometry_type;
  int32_t srs_id;
} qfcsync_table;

/* Columns whose values together are in one row only (UNIQUE, unique index), key aside. */
typedef struct qfcsync_unique {
  const char* const* columns;
  size_t column_count;
} qfcsync_unique;

typedef enum qfcsync_note_reason {
  QFCSYNC_NOTE_NO_KEY = 0, /* no primary key: rows cannot be named */
  QFCSYNC_NOTE_VIEW = 1,
  QFCSYNC_NOTE_VIRTUAL = 2,
  QFCSYNC_NOTE_DERIVED = 3,  /* kept by triggers or software, e.g. the spatial index */
  QFCSYNC_NOTE_DIFFERENT = 4 /* the two files have different columns for it */
} qfcsync_note_reason;

/* "no_key", "view", "virtual", "derived", "different"; "" for other numbers. */
QFCSYNC_API const char* qfcsync_note_reason_name(int reason);

/* A table that is not compared, and why. */
typedef struct qfcsync_table_note {
  const char* table;
  int reason;       /* qfcsync_note_reason */
  const char* text; /* a sentence for people */
  int has_changes;  /* of qfcsync_diff: it changed, with rows that no key names; of qfcsync_merge:
                     * ours changed it */
} qfcsync_table_note;

typedef enum qfcsync_relation_origin {
  QFCSYNC_RELATION_DECLARED = 0,       /* FOREIGN KEY of the table */
  QFCSYNC_RELATION_RELATED_TABLES = 1, /* GeoPackage extension "related tables" */
  QFCSYNC_RELATION_CALLER = 2
} qfcsync_relation_origin;

/* "declared", "related_tables", "caller"; "" for other numbers. */
QFCSYNC_API const char* qfcsync_relation_origin_name(int origin);

/* That columns of one table name a row of another. Never grows. */
typedef struct qfcsync_relation {
  const char* child_table;
  const char* const* child_columns;
  const char* parent_table;
  const char* const* parent_columns;
  size_t column_count; /* of each side */
  int origin;          /* qfcsync_relation_origin; ignored where a caller gives relations */
} qfcsync_relation;

typedef enum qfcsync_schema_operation_kind {
  QFCSYNC_SCHEMA_ADD_TABLE = 0,
  QFCSYNC_SCHEMA_DROP_TABLE = 1,
  QFCSYNC_SCHEMA_RENAME_TABLE = 2,
  QFCSYNC_SCHEMA_ADD_COLUMN = 3,
  QFCSYNC_SCHEMA_DROP_COLUMN = 4,
  QFCSYNC_SCHEMA_RENAME_COLUMN = 5,
  QFCSYNC_SCHEMA_CHANGE_TYPE = 6,
  QFCSYNC_SCHEMA_REORDER_COLUMNS = 7
} qfcsync_schema_operation_kind;

/* E.g. "add_column"; "" for other numbers. */
QFCSYNC_API const char* qfcsync_schema_operation_kind_name(int kind);

/* One step from one schema to another; changesets of rows cannot carry it. */
typedef struct qfcsync_schema_operation {
  int kind; /* qfcsync_schema_operation_kind */
  const char* table;
  const char* column; /* "" for whole tables */
  const char* before; /* old name or declaration, "" if none */
  const char* after;  /* new name or declaration, "" if none */
  const char* text;   /* "table trees: column height added (REAL)" */
} qfcsync_schema_operation;

/* A list of steps. */
typedef struct qfcsync_schema_operations qfcsync_schema_operations;

/*
 * Reads what tables a GeoPackage or any SQLite file has. The file is not changed.
 *
 * Errors: NOT_FOUND; CORRUPT: no SQLite file, or damaged; UNSUPPORTED: encrypted; BUSY, IO.
 * Ownership: *out ends with qfcsync_schema_free.
 */
QFCSYNC_API int qfcsync_schema_read(qfcsync_schema** out, const char* path);
QFCSYNC_API void qfcsync_schema_free(qfcsync_schema* schema);

/* 64 hex digits, equal for files whose changesets can be exchanged. */
QFCSYNC_API const char* qfcsync_schema_fingerprint(const qfcsync_schema* schema);

/* Tables by name, in byte order, their columns and what is unique in them; NULL for an index that
 * is too large. */
QFCSYNC_API size_t qfcsync_schema_table_count(const qfcsync_schema* schema);
QFCSYNC_API const qfcsync_table* qfcsync_schema_table(const qfcsync_schema* schema, size_t index);
QFCSYNC_API const qfcsync_column* qfcsync_schema_column(const qfcsync_schema* schema,
                                                        size_t table_index, size_t column_index);
QFCSYNC_API size_t qfcsync_schema_unique_count(const qfcsync_schema* schema, size_t table_index);
QFCSYNC_API const qfcsync_unique* qfcsync_schema_unique(const qfcsync_schema* schema,
                                                        size_t table_index, size_t index);

/* Tables that are not compared, and relations; NULL for an index that is too large. */
QFCSYNC_API size_t qfcsync_schema_note_count(const qfcsync_schema* schema);
QFCSYNC_API const qfcsync_table_note* qfcsync_schema_note(const qfcsync_schema* schema,
                                                          size_t index);
QFCSYNC_API size_t qfcsync_schema_relation_count(const qfcsync_schema* schema);
QFCSYNC_API const qfcsync_relation* qfcsync_schema_relation(const qfcsync_schema* schema,
                                                            size_t index);

/*
 * What has to be done to base to get modified; an empty list when rows can be compared.
 *
 * Ownership: *out ends with qfcsync_schema_operations_free; it outlives both schemas.
 */
QFCSYNC_API int qfcsync_schema_compare(qfcsync_schema_operations** out, const qfcsync_schema* base,
                                       const qfcsync_schema* modified);
QFCSYNC_API void qfcsync_schema_operations_free(qfcsync_schema_operations* operations);
QFCSYNC_API size_t qfcsync_schema_operations_count(const qfcsync_schema_operations* operations);
/* NULL for an index that is too large. */
QFCSYNC_API const qfcsync_schema_operation* qfcsync_schema_operations_at(
    const qfcsync_schema_operations* operations, size_t index);

#ifdef __cplusplus
}
#endif

#endif /* QFCSYNC_SCHEMA_H */
