#ifndef QFCSYNC_STREAM_H
#define QFCSYNC_STREAM_H

/* Where bytes come from and go to: files, memory, callbacks. */

#include <qfcsync/version.h>

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

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

#ifdef __cplusplus
}
#endif

#endif /* QFCSYNC_STREAM_H */
