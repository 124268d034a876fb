#ifndef QFCSYNC_REPOSITORY_H
#define QFCSYNC_REPOSITORY_H

/* Versions of files in a folder, bucket or WebDAV collection: all of them, small, restorable. */

#include <qfcsync/changeset.h>
#include <qfcsync/schema.h>
#include <qfcsync/stream.h>
#include <qfcsync/value.h>

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Room for the id of a version: 40 hex digits and NUL. */
#define QFCSYNC_VERSION_ID_SIZE 41

/*
 * A store with all versions of all files of a project.
 *
 * Any number of objects, in any number of processes, may work on one store. Where a version is
 * asked for, its id will do, 8 or more of its first digits, a tag, "HEAD" for the newest, or one of
 * them with "~N" for the N-th before it. Paths of files are relative, '/' between their parts.
 *
 * Errors of all functions, beside those that they name: IO, NETWORK, DENIED, TIMEOUT of the store;
 * CORRUPT: something is damaged, qfcsync_repository_check tells what; FORMAT_TOO_NEW.
 */
typedef struct qfcsync_repository qfcsync_repository;

typedef struct qfcsync_repository_options {
  size_t struct_size;
  const char*
      cache; /* folder for what can be built again, and the history for plain git; or NULL */
  size_t decoded_bytes;         /* decoded content that is kept */
  const char* credentials_file; /* NULL: from the environment */
  const char* profile;          /* section of it; NULL: "default" */
  const char* ca_file;          /* certificates to trust, PEM; NULL: the system's */
  const char* resume_folder;    /* notes of uploads, so that cut ones go on; or NULL */
} qfcsync_repository_options;

#define QFCSYNC_REPOSITORY_OPTIONS_INIT \
  { sizeof(qfcsync_repository_options), NULL, 16u << 20, NULL, NULL, NULL, NULL }

/*
 * Begins a repository in an empty store.
 *
 * address: a path of a folder, "s3://bucket/prefix?endpoint=https://host&region=R", or
 * "webdav+https://host/path"; without a password.
 *
 * Errors: ALREADY_EXISTS: the store has one; INVALID_ARGUMENT: no such address; UNSUPPORTED: the
 *         store cannot tell two writers apart.
 * Ownership: *repository ends with qfcsync_repository_free.
 */
QFCSYNC_API int qfcsync_repository_init(qfcsync_repository** repository, const char* address,
                                        const qfcsync_repository_options* options);

/* Errors: NOT_FOUND: the store has no repository; as qfcsync_repository_init. */
QFCSYNC_API int qfcsync_repository_open(qfcsync_repository** repository, const char* address,
                                        const qfcsync_repository_options* options);
QFCSYNC_API void qfcsync_repository_free(qfcsync_repository* repository);

/* The newest version into QFCSYNC_VERSION_ID_SIZE bytes; "" before the first commit. */
QFCSYNC_API int qfcsync_repository_head(char* id, qfcsync_repository* repository);

/* The id that a name stands for. Errors: NOT_FOUND. */
QFCSYNC_API int qfcsync_repository_resolve(char* id, qfcsync_repository* repository,
                                           const char* name);

/* ------------------------------------------------------------------------------------- files ---
 */

typedef enum qfcsync_file_action {
  QFCSYNC_FILE_ADDED = 0,
  QFCSYNC_FILE_CHANGED = 1,
  QFCSYNC_FILE_REMOVED = 2,
  QFCSYNC_FILE_SAME = 3 /* the same bytes */
} qfcsync_file_action;

/* "added", "changed", "removed", "same"; "" for other numbers. */
QFCSYNC_API const char* qfcsync_file_action_name(int action);

/* A file of a version, or what happened to it. Never grows. */
typedef struct qfcsync_file_change {
  const char* path;
  int action;         /* qfcsync_file_action */
  uint64_t size;      /* bytes; 0 where it is not known, or removed */
  const char* sha256; /* 64 hex digits; "" likewise */
  size_t table_count; /* tables whose rows changed, where that is known */
  const qfcsync_summary_table* tables;
} qfcsync_file_change;

/* A list, by path; ends with qfcsync_files_free unless it belongs to a result. */
typedef struct qfcsync_files qfcsync_files;
QFCSYNC_API void qfcsync_files_free(qfcsync_files* files);
QFCSYNC_API size_t qfcsync_files_count(const qfcsync_files* files);
/* NULL for an index that is too large. */
QFCSYNC_API const qfcsync_file_change* qfcsync_files_at(const qfcsync_files* files, size_t index);

/* ------------------------------------------------------------------------------------ commit ---
 */

typedef struct qfcsync_working_file {
  const char* path; /* that it is versioned under */
  const char* file; /* where its bytes are */
} qfcsync_working_file;

typedef struct qfcsync_commit_options {
  size_t struct_size;
  const char* author;        /* name of a person; NULL: "unknown" */
  const char* device;        /* or NULL */
  const char* message;       /* for people; NULL: made from what changed */
  const char* base;          /* version that the files come from; NULL: the newest */
  int64_t time_s;            /* seconds since 1970; 0: now */
  int keep_identical;        /* files of the same bytes get a version, too */
  int with_changes;          /* find out which rows changed */
  qfcsync_progress progress; /* NULL allowed; when it stops the work, there is no version */
  void* payload;             /* of progress */
} qfcsync_commit_options;

#define QFCSYNC_COMMIT_OPTIONS_INIT \
  { sizeof(qfcsync_commit_options), NULL, NULL, NULL, NULL, 0, 0, 1, NULL, NULL }

typedef struct qfcsync_commit_result qfcsync_commit_result;

/*
 * Makes a version of files as they are now: durable when the call returns.
 *
 * SQLite files may be open in other programs: what is taken is one committed state. removed: paths
 * that are not there any more.
 *
 * Errors: HEAD_MOVED: somebody else changed one of these files since base; NOT_FOUND; BUSY: a file
 *         changes all the time; CANCELLED: progress.
 * Ownership: *result ends with qfcsync_commit_result_free; result may be NULL.
 */
QFCSYNC_API int qfcsync_repository_commit(qfcsync_commit_result** result,
                                          qfcsync_repository* repository,
                                          const qfcsync_working_file* files, size_t file_count,
                                          const char* const* removed, size_t removed_count,
                                          const qfcsync_commit_options* options);

/*
 * The same for what changed in a folder. paths: only these files or folders; count 0: all. Files
 * that are as they were in base are left alone, whatever others did to them since.
 */
QFCSYNC_API int qfcsync_repository_commit_folder(qfcsync_commit_result** result,
                                                 qfcsync_repository* repository, const char* folder,
                                                 const char* const* paths, size_t path_count,
                                                 const qfcsync_commit_options* options);
QFCSYNC_API void qfcsync_commit_result_free(qfcsync_commit_result* result);
/* The new version; the newest one when nothing was to be done. */
QFCSYNC_API const char* qfcsync_commit_result_version(const qfcsync_commit_result* result);
QFCSYNC_API int qfcsync_commit_result_is_new(const qfcsync_commit_result* result);
QFCSYNC_API uint64_t qfcsync_commit_result_stored_bytes(const qfcsync_commit_result* result);
QFCSYNC_API const qfcsync_files* qfcsync_commit_result_files(const qfcsync_commit_result* result);

/* What a folder has that the newest version has not; sizes and hashes are not known. */
QFCSYNC_API int qfcsync_repository_status(qfcsync_files** files, qfcsync_repository* repository,
                                          const char* folder, const char* const* paths,
                                          size_t path_count);

/* ----------------------------------------------------------------------------------- history ---
 */

/* Never grows. */
typedef struct qfcsync_version_info {
  const char* id;
  size_t parent_count;
  const char* const* parents;
  const char* author;
  const char* device;
  int64_t time_s; /* seconds since 1970 */
  const char* message;
  const qfcsync_files* files; /* what it did to each */
} qfcsync_version_info;

typedef struct qfcsync_log_options {
  size_t struct_size;
  const char* path;         /* only versions of this file; NULL: all */
  const char* table;        /* only those that changed its rows; needs path */
  const qfcsync_value* key; /* only those that changed this row; needs table; NULL with count 0 */
  size_t key_count;
  const char* before; /* only what is older than this version; NULL: from the newest */
  size_t limit;       /* at most so many */
} qfcsync_log_options;

#define QFCSYNC_LOG_OPTIONS_INIT \
  { sizeof(qfcsync_log_options), NULL, NULL, NULL, 0, NULL, 100 }

typedef struct qfcsync_versions qfcsync_versions;

/*
 * Versions, newest first; for the next ones give the id of the last as before.
 *
 * Ownership: *versions ends with qfcsync_versions_free.
 */
QFCSYNC_API int qfcsync_repository_log(qfcsync_versions** versions, qfcsync_repository* repository,
                                       const qfcsync_log_options* options);
QFCSYNC_API void qfcsync_versions_free(qfcsync_versions* versions);
QFCSYNC_API size_t qfcsync_versions_count(const qfcsync_versions* versions);
/* NULL for an index that is too large. */
QFCSYNC_API const qfcsync_version_info* qfcsync_versions_at(const qfcsync_versions* versions,
                                                            size_t index);

/* All files of a version, with action QFCSYNC_FILE_SAME. */
QFCSYNC_API int qfcsync_repository_files(qfcsync_files** files, qfcsync_repository* repository,
                                         const char* version);

/* Files that differ between two versions; without rows. */
QFCSYNC_API int qfcsync_repository_diff_files(qfcsync_files** files, qfcsync_repository* repository,
                                              const char* from, const char* to);

/*
 * Writes the changes of a SQLite file from one version to another as a changeset with envelope.
 *
 * Errors: NOT_FOUND: one of them has no such file; UNSUPPORTED: it is no SQLite file.
 * Ownership: *summary ends with qfcsync_summary_free; summary may be NULL.
 */
QFCSYNC_API int qfcsync_repository_diff(qfcsync_summary** summary, const qfcsync_sink* out,
                                        qfcsync_repository* repository, const char* from,
                                        const char* to, const char* path);

/* Writes a file of a version to target; it appears whole, checked against its hash, or not. */
QFCSYNC_API int qfcsync_repository_restore(qfcsync_repository* repository, const char* version,
                                           const char* path, const char* target);

/*
 * Gives the bytes [offset, offset + length) of a file of a version; length 0: to the end.
 *
 * Errors: INVALID_ARGUMENT: the file ends before.
 */
QFCSYNC_API int qfcsync_repository_read(const qfcsync_sink* out, qfcsync_repository* repository,
                                        const char* version, const char* path, uint64_t offset,
                                        uint64_t length);

/* Writes all files of a version into a folder that is empty or missing. Errors: ALREADY_EXISTS. */
QFCSYNC_API int qfcsync_repository_export(qfcsync_repository* repository, const char* version,
                                          const char* folder);

/* -------------------------------------------------------------------------------------- undo ---
 */

typedef struct qfcsync_undo_options {
  size_t struct_size;
  const char* path;         /* only what the version did to this file; NULL: to all */
  const char* table;        /* only rows of this table; needs path */
  const qfcsync_value* key; /* only this row; needs table */
  size_t key_count;
  const qfcsync_commit_options* commit; /* of the version that undoes it; or NULL */
} qfcsync_undo_options;

#define QFCSYNC_UNDO_OPTIONS_INIT \
  { sizeof(qfcsync_undo_options), NULL, NULL, NULL, 0, NULL }

/* Why something cannot be taken back: it was changed since. Never grows. */
typedef struct qfcsync_undo_conflict {
  const char* path;
  const char* text; /* a sentence for people */
} qfcsync_undo_conflict;

typedef struct qfcsync_undo_result qfcsync_undo_result;

/*
 * Takes back what a version did, as a new version.
 *
 * Errors: NOT_FOUND: no such version on the main line, or it did nothing of the kind.
 * Ownership: *result ends with qfcsync_undo_result_free.
 */
QFCSYNC_API int qfcsync_repository_undo(qfcsync_undo_result** result,
                                        qfcsync_repository* repository, const char* version,
                                        const qfcsync_undo_options* options);
QFCSYNC_API void qfcsync_undo_result_free(qfcsync_undo_result* result);
/* 0: there are conflicts, nothing was changed. */
QFCSYNC_API int qfcsync_undo_result_is_done(const qfcsync_undo_result* result);
QFCSYNC_API size_t qfcsync_undo_result_conflict_count(const qfcsync_undo_result* result);
QFCSYNC_API const qfcsync_undo_conflict* qfcsync_undo_result_conflict(
    const qfcsync_undo_result* result, size_t index);
QFCSYNC_API const qfcsync_commit_result* qfcsync_undo_result_commit(
    const qfcsync_undo_result* result);

/* -------------------------------------------------------------------------------------- tags ---
 */

/* Names a version by letters, digits, "._+-". Errors: ALREADY_EXISTS: it names another one. */
QFCSYNC_API int qfcsync_repository_tag(qfcsync_repository* repository, const char* name,
                                       const char* version);
/* Errors: NOT_FOUND. */
QFCSYNC_API int qfcsync_repository_remove_tag(qfcsync_repository* repository, const char* name);

/* Never grows. */
typedef struct qfcsync_tag {
  const char* name;
  const char* version;
} qfcsync_tag;

typedef struct qfcsync_tags qfcsync_tags;
/* Ownership: *tags ends with qfcsync_tags_free. */
QFCSYNC_API int qfcsync_repository_tags(qfcsync_tags** tags, qfcsync_repository* repository);
QFCSYNC_API void qfcsync_tags_free(qfcsync_tags* tags);
QFCSYNC_API size_t qfcsync_tags_count(const qfcsync_tags* tags);
QFCSYNC_API const qfcsync_tag* qfcsync_tags_at(const qfcsync_tags* tags, size_t index);

/* -------------------------------------------------------------------------------------- care ---
 */

typedef enum qfcsync_check_depth {
  QFCSYNC_CHECK_FAST = 0, /* packs against their names, the history, that no piece is missing */
  QFCSYNC_CHECK_DEEP = 1  /* and every version decoded */
} qfcsync_check_depth;

/* Never grows. */
typedef struct qfcsync_check_problem {
  const char* name; /* of a blob, an object or a version */
  const char* text; /* a sentence for people */
  size_t version_count;
  const char* const* versions; /* "path@version" of those that cannot be restored by it */
} qfcsync_check_problem;

typedef struct qfcsync_check_result qfcsync_check_result;
/* Ownership: *result ends with qfcsync_check_result_free. */
QFCSYNC_API int qfcsync_repository_check(qfcsync_check_result** result,
                                         qfcsync_repository* repository, int depth);
QFCSYNC_API void qfcsync_check_result_free(qfcsync_check_result* result);
/* 0: all is well. */
QFCSYNC_API size_t qfcsync_check_result_problem_count(const qfcsync_check_result* result);
QFCSYNC_API const qfcsync_check_problem* qfcsync_check_result_problem(
    const qfcsync_check_result* result, size_t index);
QFCSYNC_API uint64_t qfcsync_check_result_version_count(const qfcsync_check_result* result);
QFCSYNC_API uint64_t qfcsync_check_result_pack_count(const qfcsync_check_result* result);
QFCSYNC_API uint64_t qfcsync_check_result_pack_bytes(const qfcsync_check_result* result);

typedef struct qfcsync_prune_options {
  size_t struct_size;
  uint32_t keep_newest; /* versions of every file; at least 1 */
  uint32_t keep_days;   /* and all that are younger; 0: no more */
  int64_t grace_hours;  /* how long packs stay that others may be reading */
  int preview;          /* tell what would be given up, change nothing */
} qfcsync_prune_options;

#define QFCSYNC_PRUNE_OPTIONS_INIT \
  { sizeof(qfcsync_prune_options), 10, 0, 336, 0 }

/* Never grows. */
typedef struct qfcsync_pruned_version {
  const char* path;
  const char* version;
  uint64_t size; /* bytes of the file */
} qfcsync_pruned_version;

typedef struct qfcsync_prune_result qfcsync_prune_result;
/*
 * Gives up the content of old versions; tagged ones and the newest of every file stay.
 *
 * Errors: CORRUPT: something that is kept is damaged: repair first; BUSY.
 * Ownership: *result ends with qfcsync_prune_result_free; result may be NULL.
 */
QFCSYNC_API int qfcsync_repository_prune(qfcsync_prune_result** result,
                                         qfcsync_repository* repository,
                                         const qfcsync_prune_options* options);
QFCSYNC_API void qfcsync_prune_result_free(qfcsync_prune_result* result);
QFCSYNC_API size_t qfcsync_prune_result_pruned_count(const qfcsync_prune_result* result);
QFCSYNC_API const qfcsync_pruned_version* qfcsync_prune_result_pruned(
    const qfcsync_prune_result* result, size_t index);
QFCSYNC_API uint64_t qfcsync_prune_result_kept_versions(const qfcsync_prune_result* result);
QFCSYNC_API uint64_t qfcsync_prune_result_removed_bytes(const qfcsync_prune_result* result);

typedef struct qfcsync_repair_result qfcsync_repair_result;
/*
 * Fetches what is damaged or lost from the store at another address, which is only read.
 *
 * options: as of qfcsync_repository_open, for the other store; cache is not looked at.
 * Ownership: *result ends with qfcsync_repair_result_free; result may be NULL.
 */
QFCSYNC_API int qfcsync_repository_repair(qfcsync_repair_result** result,
                                          qfcsync_repository* repository, const char* address,
                                          const qfcsync_repository_options* options);
QFCSYNC_API void qfcsync_repair_result_free(qfcsync_repair_result* result);
/* Names of packs that are good again, and of those that the other store could not mend. */
QFCSYNC_API size_t qfcsync_repair_result_repaired_count(const qfcsync_repair_result* result);
QFCSYNC_API const char* qfcsync_repair_result_repaired(const qfcsync_repair_result* result,
                                                       size_t index);
QFCSYNC_API size_t qfcsync_repair_result_unrepaired_count(const qfcsync_repair_result* result);
QFCSYNC_API const char* qfcsync_repair_result_unrepaired(const qfcsync_repair_result* result,
                                                         size_t index);

/* Writes all that somebody lacks who has the versions of have; count 0: everything. */
QFCSYNC_API int qfcsync_repository_bundle(const qfcsync_sink* out, qfcsync_repository* repository,
                                          const char* const* have, size_t have_count);

/* Never grows. */
typedef struct qfcsync_unbundle_result {
  char head[QFCSYNC_VERSION_ID_SIZE]; /* the newest version now */
  /* The newest one of the bundle when both sides went on from an older one; else "". */
  char diverged[QFCSYNC_VERSION_ID_SIZE];
  uint64_t objects; /* that were new here */
} qfcsync_unbundle_result;

/*
 * Takes in what a bundle holds; the same one again does nothing. result may be NULL.
 *
 * Errors: CORRUPT: the bundle is damaged, nothing was changed; NOT_FOUND: it builds on a version
 *         that is not here.
 */
QFCSYNC_API int qfcsync_repository_unbundle(qfcsync_unbundle_result* result,
                                            qfcsync_repository* repository,
                                            const qfcsync_source* bundle);

/* Forgets the cache and builds it again from the store. */
QFCSYNC_API int qfcsync_repository_rebuild_cache(qfcsync_repository* repository);

#ifdef __cplusplus
}
#endif

#endif /* QFCSYNC_REPOSITORY_H */
