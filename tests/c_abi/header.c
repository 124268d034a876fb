/* qfcsync.h in strict C11: every initialiser and every inline function, with all warnings. */

#include <qfcsync.h>
#include <stdio.h>
#include <string.h>

static int stop(double share, void* payload) {
  (void)payload;
  return share >= 0;
}

int main(int argc, char** argv) {
  qfcsync_buffer buffer = QFCSYNC_BUFFER_INIT;
  qfcsync_diff_options diff = QFCSYNC_DIFF_OPTIONS_INIT;
  qfcsync_apply_options apply = QFCSYNC_APPLY_OPTIONS_INIT;
  qfcsync_merge_options merge = QFCSYNC_MERGE_OPTIONS_INIT;
  qfcsync_json_options json = QFCSYNC_JSON_OPTIONS_INIT;
  qfcsync_repository_options repository = QFCSYNC_REPOSITORY_OPTIONS_INIT;
  qfcsync_commit_options commit = QFCSYNC_COMMIT_OPTIONS_INIT;
  qfcsync_log_options history = QFCSYNC_LOG_OPTIONS_INIT;
  qfcsync_undo_options undo = QFCSYNC_UNDO_OPTIONS_INIT;
  qfcsync_prune_options prune = QFCSYNC_PRUNE_OPTIONS_INIT;
  qfcsync_source source = qfcsync_source_from_buffer(&buffer);
  qfcsync_sink sink = qfcsync_sink_to_callback(NULL, NULL);
  int numbers[3] = {-1, -1, -1};
  char version[64];

  diff.progress = stop;
  if (diff.with_envelope != 1 || apply.max_reported != 100 || merge.max_collected != SIZE_MAX ||
      json.geometry_as_wkt != 1) {
    return 1;
  }
  if (repository.cache != NULL || commit.with_changes != 1 || history.limit != 100 ||
      undo.commit != NULL || prune.keep_newest != 10 || prune.grace_hours != 14 * 24) {
    return 6;
  }
  if (source.kind != QFCSYNC_STREAM_MEMORY || sink.kind != QFCSYNC_STREAM_CALLBACK) return 2;
  source = qfcsync_source_from_callback(NULL, NULL);
  source = qfcsync_source_from_path("-");
  sink = qfcsync_sink_to_path("-");
  if (strcmp(source.path, sink.path) != 0) return 3;

  qfcsync_version_numbers(&numbers[0], &numbers[1], &numbers[2]);
  snprintf(version, sizeof version, "%d.%d.%d", numbers[0], numbers[1], numbers[2]);
  if (argc != 2 || strcmp(version, qfcsync_version()) != 0 || strcmp(version, argv[1]) != 0) {
    fprintf(stderr, "the header says %s, the library %s\n", version, qfcsync_version());
    return 4;
  }
  if (qfcsync_abi_version() != QFCSYNC_ABI_VERSION) return 5;
  qfcsync_buffer_dispose(&buffer);
  qfcsync_buffer_dispose(NULL);
  return 0;
}
