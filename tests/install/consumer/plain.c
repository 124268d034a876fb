/* Prints the version and how many changes there are between two files. */

#include <qfcsync.h>
#include <stdio.h>

int main(int argc, char** argv) {
  qfcsync_buffer changeset = QFCSYNC_BUFFER_INIT;
  const qfcsync_sink sink = qfcsync_sink_to_buffer(&changeset);
  qfcsync_diff_result* result = NULL;
  if (argc != 3 || qfcsync_diff(&result, &sink, argv[1], argv[2], NULL) != 0) {
    fprintf(stderr, "%s\n", qfcsync_last_error()->message);
    return 1;
  }
  printf("%s %d\n", qfcsync_version(),
         (int)qfcsync_summary_change_count(qfcsync_diff_result_summary(result)));
  qfcsync_diff_result_free(result);
  qfcsync_buffer_dispose(&changeset);
  return 0;
}
