#ifndef QFCSYNC_H
#define QFCSYNC_H

/*
 * qfcsync for C: what changed in a GeoPackage or any SQLite file, carried, applied and merged.
 *
 * Conventions
 *
 *  1. Names are qfcsync_<verb> for the operations, the same words as the command `qfcsync` and the
 *     Python module have, and qfcsync_<noun>_<verb> for what belongs to one type.
 *  2. A function that can fail returns int: 0, or a negative qfcsync_error_code. More about it is
 *     in qfcsync_last_error(). Functions that cannot fail return their value.
 *  3. Outputs come first, then what is worked on, then options. An output is set on success only.
 *  4. Conflicts, mismatches and "nothing changed" are results, not errors.
 *  5. Opaque objects end with the _free function of their type, buffers with _dispose; NULL is
 *     allowed there. All else that is returned belongs to the object it was asked from and lives as
 *     long, if nothing else is said.
 *  6. A pointer may be NULL where the comment says so; elsewhere NULL gives
 *     QFCSYNC_ERROR_INVALID_ARGUMENT. Options may always be NULL for the defaults. Functions that
 *     cannot fail take NULL for an object that holds nothing: they return 0, "" or NULL.
 *  7. Structs of options begin with struct_size and have an initialiser QFCSYNC_..._OPTIONS_INIT:
 *     use it, so that a program keeps working with later libraries that know more options.
 *  8. Texts are UTF-8 and end with NUL; values of cells have a length and may hold NUL.
 *  9. Callbacks get the payload of their struct as the last argument, run in the thread that runs
 *     the operation, and must not leave by longjmp or an exception.
 * 10. Everything may be called from any thread; one object is used by one thread at a time.
 *
 * Failure leaves files as they were: a file appears or changes completely or not at all.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define QFCSYNC_API __attribute__((visibility("default")))
#else
#define QFCSYNC_API
#endif

/* --------------------------------------------------------------------------------- version --- */

#define QFCSYNC_VERSION_MAJOR 0
#define QFCSYNC_VERSION_MINOR 1
#define QFCSYNC_VERSION_PATCH 0
/* Raised when programs have to be compiled again; the number behind ".so". */
#define QFCSYNC_ABI_VERSION 1

/* Version of the library that runs: "major.minor.patch". */
QFCSYNC_API const char* qfcsync_version(void);

/* The same in numbers; each output may be NULL. */
QFCSYNC_API void qfcsync_version_numbers(int* major, int* minor, int* patch);

/* QFCSYNC_ABI_VERSION of the library that runs; differs from the header's if they do not fit. */
QFCSYNC_API int qfcsync_abi_version(void);

/* ---------------------------------------------------------------------------------- errors --- */

/* What went wrong, grouped by what the caller does next. Numbers are never reused. */
typedef enum qfcsync_error_code {
  QFCSYNC_OK = 0,
  QFCSYNC_ERROR_INVALID_ARGUMENT = -1, /* the request itself is wrong */
  QFCSYNC_ERROR_NOT_FOUND = -2,
  QFCSYNC_ERROR_ALREADY_EXISTS = -3,
  QFCSYNC_ERROR_HEAD_MOVED = -4,      /* somebody else was faster; read the new state */
  QFCSYNC_ERROR_SCHEMA_MISMATCH = -5, /* a table does not look as expected */
  QFCSYNC_ERROR_UNSUPPORTED = -6,     /* valid, but not supported here */
  QFCSYNC_ERROR_FORMAT_TOO_NEW = -7,  /* written by a newer version; upgrade first */
  QFCSYNC_ERROR_CORRUPT = -8,         /* damaged data, or no such format */
  QFCSYNC_ERROR_BUSY = -9,            /* in use by somebody else; try again later */
  QFCSYNC_ERROR_IO = -10,             /* reading or writing failed: disk, permissions */
  QFCSYNC_ERROR_NETWORK = -11,
  QFCSYNC_ERROR_TIMEOUT = -12,
  QFCSYNC_ERROR_DENIED = -13,
  QFCSYNC_ERROR_LIMIT_EXCEEDED = -14, /* larger than the documented limit */
  QFCSYNC_ERROR_CANCELLED = -15,      /* a callback asked to stop */
  QFCSYNC_ERROR_INTERNAL = -16        /* out of memory, or a bug of ours */
} qfcsync_error_code;

/* Which library reported the failure first. */
typedef enum qfcsync_error_origin {
  QFCSYNC_ORIGIN_NONE = 0,
  QFCSYNC_ORIGIN_OS = 1,
  QFCSYNC_ORIGIN_SQLITE = 2,
  QFCSYNC_ORIGIN_GDAL = 3,
  QFCSYNC_ORIGIN_GIT = 4,
  QFCSYNC_ORIGIN_ASIO = 5,
  QFCSYNC_ORIGIN_ZIP = 6,
  QFCSYNC_ORIGIN_XML = 7,
  QFCSYNC_ORIGIN_CRYPTO = 8,
  QFCSYNC_ORIGIN_CURL = 9,
  QFCSYNC_ORIGIN_HTTP = 10 /* native: the status of the answer */
} qfcsync_error_origin;

typedef struct qfcsync_error {
  int code;            /* qfcsync_error_code; QFCSYNC_OK if the last call did not fail */
  const char* message; /* what failed, where, what to do; "" without a failure */
  int origin;          /* qfcsync_error_origin */
  int native;          /* number of the origin: errno, SQLite result code; 0 if none */
} qfcsync_error;

/*
 * How the last call of this thread that returns a code ended.
 *
 * Never NULL. Valid until the next such call on this thread.
 */
QFCSYNC_API const qfcsync_error* qfcsync_last_error(void);

/* Name of a code, e.g. "NotFound" for QFCSYNC_ERROR_NOT_FOUND; "OK" for 0; "" if there is none. */
QFCSYNC_API const char* qfcsync_error_name(int code);

/* What a caller should know of a code, in a few words; "" if there is no such code. */
QFCSYNC_API const char* qfcsync_error_text(int code);

/* --------------------------------------------------------------------------------- streams --- */

/* Bytes that the library made. data ends with a NUL that size does not count; NULL if never set. */
typedef struct qfcsync_buffer {
  char* data;
  size_t size;
} qfcsync_buffer;

#define QFCSYNC_BUFFER_INIT \
  { NULL, 0 }

/* Frees what a buffer holds and makes it empty, ready for use again. */
QFCSYNC_API void qfcsync_buffer_dispose(qfcsync_buffer* buffer);

/*
 * Reads up to size bytes of a stream into buffer.
 *
 * Sets *bytes_read to their number, 0 only at the end. Anything but 0 as result stops the operation
 * with QFCSYNC_ERROR_IO, and is the native number of the error.
 */
typedef int (*qfcsync_read)(size_t* bytes_read, void* buffer, size_t size, void* payload);

/* Takes size bytes of a stream, all of them. Results as of qfcsync_read. */
typedef int (*qfcsync_write)(const void* bytes, size_t size, void* payload);

/*
 * Told how far a long operation is, between 0 and 1, some 100 times a second at most.
 *
 * Anything but 0 stops the operation with QFCSYNC_ERROR_CANCELLED.
 */
typedef int (*qfcsync_progress)(double share, void* payload);

typedef enum qfcsync_stream_kind {
  QFCSYNC_STREAM_PATH = 1,
  QFCSYNC_STREAM_MEMORY = 2,
  QFCSYNC_STREAM_CALLBACK = 3
} qfcsync_stream_kind;

/* Where bytes come from. Every operation opens it anew and reads it front to back. */
typedef struct qfcsync_source {
  int kind;          /* qfcsync_stream_kind; says which members below count */
  const char* path;  /* "-" is standard input */
  const void* bytes; /* memory of the caller; NULL allowed with size 0 */
  size_t size;
  qfcsync_read read;
  void* payload;
} qfcsync_source;

/* Where bytes go to. */
typedef struct qfcsync_sink {
  int kind;
  const char* path;       /* appears whole or not at all; "-" is standard output */
  qfcsync_buffer* buffer; /* replaced on success; what it held is freed */
  qfcsync_write write;    /* on failure it has got a part */
  void* payload;
} qfcsync_sink;

static inline qfcsync_source qfcsync_source_from_path(const char* path) {
  qfcsync_source source = {QFCSYNC_STREAM_PATH, NULL, NULL, 0, NULL, NULL};
  source.path = path;
  return source;
}

static inline qfcsync_source qfcsync_source_from_memory(const void* bytes, size_t size) {
  qfcsync_source source = {QFCSYNC_STREAM_MEMORY, NULL, NULL, 0, NULL, NULL};
  source.bytes = bytes;
  source.size = size;
  return source;
}

static inline qfcsync_source qfcsync_source_from_buffer(const qfcsync_buffer* buffer) {
  return qfcsync_source_from_memory(buffer->data, buffer->size);
}

static inline qfcsync_source qfcsync_source_from_callback(qfcsync_read read, void* payload) {
  qfcsync_source source = {QFCSYNC_STREAM_CALLBACK, NULL, NULL, 0, NULL, NULL};
  source.read = read;
  source.payload = payload;
  return source;
}

static inline qfcsync_sink qfcsync_sink_to_path(const char* path) {
  qfcsync_sink sink = {QFCSYNC_STREAM_PATH, NULL, NULL, NULL, NULL};
  sink.path = path;
  return sink;
}

static inline qfcsync_sink qfcsync_sink_to_buffer(qfcsync_buffer* buffer) {
  qfcsync_sink sink = {QFCSYNC_STREAM_MEMORY, NULL, NULL, NULL, NULL};
  sink.buffer = buffer;
  return sink;
}

static inline qfcsync_sink qfcsync_sink_to_callback(qfcsync_write write, void* payload) {
  qfcsync_sink sink = {QFCSYNC_STREAM_CALLBACK, NULL, NULL, NULL, NULL};
  sink.write = write;
  sink.payload = payload;
  return sink;
}

/* ---------------------------------------------------------------------------------- values --- */

typedef enum qfcsync_value_type {
  QFCSYNC_VALUE_UNDEFINED = 0, /* not part of the change: "untouched", which is not NULL */
  QFCSYNC_VALUE_INTEGER = 1,
  QFCSYNC_VALUE_REAL = 2,
  QFCSYNC_VALUE_TEXT = 3,
  QFCSYNC_VALUE_BLOB = 4,
  QFCSYNC_VALUE_NULL = 5
} qfcsync_value_type;

/* What a cell holds; only the members of its type are set. Never grows. */
typedef struct qfcsync_value {
  int type; /* qfcsync_value_type */
  int64_t integer;
  double real;
  const char* data; /* of texts and blobs; not ended by NUL, may hold NUL */
  size_t size;
} qfcsync_value;

typedef enum qfcsync_operation {
  QFCSYNC_OPERATION_DELETE = 9,
  QFCSYNC_OPERATION_INSERT = 18,
  QFCSYNC_OPERATION_UPDATE = 23
} qfcsync_operation;

/* "delete", "insert", "update"; "" for other numbers. */
QFCSYNC_API const char* qfcsync_operation_name(int operation);

/* ---------------------------------------------------------------------------------- schema --- */

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

/* --------------------------------------------------------------------------------- summary --- */

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

/* ------------------------------------------------------------------------------------ diff --- */

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
/* Tables that were not compared; NULL for an index that is too large. */
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

/* -------------------------------------------------------------------------- show: a reader --- */

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

/* ----------------------------------------------------------------------------------- apply --- */

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
  int mismatch_policy;                  /* qfcsync_mismatch_policy */
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

/* -------------------------------------------------------------------------- invert, concat --- */

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

/* --------------------------------------------------------------------------- rebase, merge --- */

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
  const qfcsync_relation* relations;    /* beside those that are known; NULL with count 0 */
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
 *         INVALID_ARGUMENT: QFCSYNC_MERGE_ASK without resolve.
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

/* ------------------------------------------------------------------------------------ JSON --- */

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
 * Writes the changed features as GeoJSON, one feature a change.
 *
 * Errors: as qfcsync_to_json; SCHEMA_MISMATCH: neither envelope nor schema tells geometry columns.
 */
QFCSYNC_API int qfcsync_to_geojson(const qfcsync_sink* out, const qfcsync_source* changeset,
                                   const qfcsync_json_options* options);

#ifdef __cplusplus
}
#endif

#endif /* QFCSYNC_H */
