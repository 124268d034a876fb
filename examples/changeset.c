/*
 * What changed in a GeoPackage, and the merge of two edited copies, in C.
 *
 *   changeset BASE OURS THEIRS RESULT
 *
 * Exits with 0, with 1 when there were conflicts, with 2 when something failed.
 */

#include <inttypes.h>
#include <qfcsync.h>
#include <stdio.h>

static void print_value(const qfcsync_value* value) {
  switch (value->type) {
    case QFCSYNC_VALUE_INTEGER:
      printf("%" PRId64, value->integer);
      break;
    case QFCSYNC_VALUE_REAL:
      printf("%g", value->real);
      break;
    case QFCSYNC_VALUE_TEXT:
      printf("\"%.*s\"", (int)value->size, value->data);
      break;
    case QFCSYNC_VALUE_BLOB:
      printf("%zu bytes", value->size);
      break;
    default:
      printf(value->type == QFCSYNC_VALUE_NULL ? "NULL" : "-");
  }
}

static void print_change(const qfcsync_changeset_reader* reader) {
  printf("%s %s\n", qfcsync_operation_name(qfcsync_changeset_reader_operation(reader)),
         qfcsync_changeset_reader_table(reader));
  for (size_t i = 0; i < qfcsync_changeset_reader_column_count(reader); ++i) {
    const qfcsync_value before = qfcsync_changeset_reader_old_value(reader, i);
    const qfcsync_value after = qfcsync_changeset_reader_new_value(reader, i);
    if (before.type == QFCSYNC_VALUE_UNDEFINED && after.type == QFCSYNC_VALUE_UNDEFINED) continue;
    printf("  %s: ", qfcsync_changeset_reader_column_name(reader, i));
    print_value(&before);
    printf(" -> ");
    print_value(&after);
    printf("\n");
  }
}

static int print_changes(const qfcsync_buffer* changeset) {
  const qfcsync_source source = qfcsync_source_from_buffer(changeset);
  qfcsync_changeset_reader* reader = NULL;
  int has_change = 0;
  int code = qfcsync_changeset_reader_new(&reader, &source);
  while (code == 0 && (code = qfcsync_changeset_reader_next(&has_change, reader)) == 0 &&
         has_change) {
    print_change(reader);
  }
  qfcsync_changeset_reader_free(reader);
  return code;
}

static void print_conflict(const qfcsync_conflict* conflict) {
  printf("conflict %s in %s: %s is written\n", qfcsync_conflict_kind_name(conflict->kind),
         conflict->table, qfcsync_side_name(conflict->written));
  for (size_t i = 0; i < conflict->cell_count; ++i) {
    const qfcsync_conflict_cell* cell = &conflict->cells[i];
    printf("  %s: base ", cell->name);
    print_value(&cell->base);
    printf(", ours ");
    print_value(&cell->ours);
    printf(", theirs ");
    print_value(&cell->theirs);
    printf("\n");
  }
}

static int failed(void) {
  const qfcsync_error* error = qfcsync_last_error();
  fprintf(stderr, "changeset: %s (%s)\n", error->message, qfcsync_error_name(error->code));
  return 2;
}

int main(int argc, char** argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: changeset BASE OURS THEIRS RESULT\n");
    return 2;
  }
  qfcsync_buffer changeset = QFCSYNC_BUFFER_INIT;
  const qfcsync_sink sink = qfcsync_sink_to_buffer(&changeset);
  int code = qfcsync_diff(NULL, &sink, argv[1], argv[2], NULL);
  if (code == 0) code = print_changes(&changeset);
  qfcsync_buffer_dispose(&changeset);
  if (code != 0) return failed();

  qfcsync_merge_result* merged = NULL;
  if (qfcsync_merge(&merged, argv[4], argv[1], argv[2], argv[3], NULL) != 0) return failed();
  const size_t conflict_count = qfcsync_merge_result_conflict_count(merged);
  for (size_t i = 0; i < conflict_count; ++i) {
    print_conflict(qfcsync_merge_result_conflict(merged, i));
  }
  qfcsync_merge_result_free(merged);
  return conflict_count == 0 ? 0 : 1;
}
