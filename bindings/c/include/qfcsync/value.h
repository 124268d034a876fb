#ifndef QFCSYNC_VALUE_H
#define QFCSYNC_VALUE_H

/* What a cell holds and what happened to its row. */

#include <qfcsync/version.h>

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

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

#ifdef __cplusplus
}
#endif

#endif /* QFCSYNC_VALUE_H */
