/*
 * Versions of a folder, in C: commits what changed, lists what was done, writes an old file.
 *
 *   versions STORE FOLDER
 *
 * STORE is a folder, s3://... or webdav+https://...; it is begun if nothing is there. Exits with 2
 * when something failed.
 */

#include <inttypes.h>
#include <qfcsync.h>
#include <stdio.h>

static int fail(void) {
  const qfcsync_error* error = qfcsync_last_error();
  fprintf(stderr, "%s: %s\n", qfcsync_error_name(error->code), error->message);
  return 2;
}

static int open_or_init(qfcsync_repository** repository, const char* store) {
  const int code = qfcsync_repository_open(repository, store, NULL);
  if (code != QFCSYNC_ERROR_NOT_FOUND) return code;
  return qfcsync_repository_init(repository, store, NULL);
}

static int commit(qfcsync_repository* repository, const char* folder) {
  qfcsync_commit_options options = QFCSYNC_COMMIT_OPTIONS_INIT;
  qfcsync_commit_result* result = NULL;
  options.author = "Ada";
  options.device = "versions.c";
  const int code = qfcsync_repository_commit_folder(&result, repository, folder, NULL, 0, &options);
  if (code != QFCSYNC_OK) return code;
  if (qfcsync_commit_result_is_new(result)) {
    printf("new version %.8s\n", qfcsync_commit_result_version(result));
  } else {
    printf("nothing has changed\n");
  }
  qfcsync_commit_result_free(result);
  return QFCSYNC_OK;
}

static void print_version(const qfcsync_version_info* version) {
  printf("%.8s by %s\n", version->id, version->author);
  for (size_t i = 0; i < qfcsync_files_count(version->files); ++i) {
    const qfcsync_file_change* file = qfcsync_files_at(version->files, i);
    printf("  %s %s, %" PRIu64 " bytes\n", qfcsync_file_action_name(file->action), file->path,
           file->size);
    for (size_t j = 0; j < file->table_count; ++j) {
      const qfcsync_summary_table* table = &file->tables[j];
      printf("    %s: %" PRIu64 " inserted, %" PRIu64 " updated, %" PRIu64 " deleted\n",
             table->name, table->inserts, table->updates, table->deletes);
    }
  }
}

static int print_log(qfcsync_repository* repository) {
  qfcsync_versions* versions = NULL;
  const int code = qfcsync_repository_log(&versions, repository, NULL);
  if (code != QFCSYNC_OK) return code;
  for (size_t i = 0; i < qfcsync_versions_count(versions); ++i) {
    print_version(qfcsync_versions_at(versions, i));
  }
  qfcsync_versions_free(versions);
  return QFCSYNC_OK;
}

int main(int argc, char** argv) {
  qfcsync_repository* repository = NULL;
  if (argc != 3) {
    fprintf(stderr, "usage: versions STORE FOLDER\n");
    return 2;
  }
  if (open_or_init(&repository, argv[1]) != QFCSYNC_OK) return fail();
  const int is_done =
      commit(repository, argv[2]) == QFCSYNC_OK && print_log(repository) == QFCSYNC_OK;
  const int status = is_done ? 0 : fail();
  qfcsync_repository_free(repository);
  return status;
}
