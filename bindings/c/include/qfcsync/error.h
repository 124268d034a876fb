#ifndef QFCSYNC_ERROR_H
#define QFCSYNC_ERROR_H

/* How a call ended: codes, and what more is known of the last failure. */

#include <qfcsync/version.h>

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

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

#ifdef __cplusplus
}
#endif

#endif /* QFCSYNC_ERROR_H */
