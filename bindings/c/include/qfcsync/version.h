#ifndef QFCSYNC_VERSION_H
#define QFCSYNC_VERSION_H

/* Version of the header and of the library, and what marks every function. */

#if defined(__GNUC__)
#define QFCSYNC_API __attribute__((visibility("default")))
#else
#define QFCSYNC_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

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

#ifdef __cplusplus
}
#endif

#endif /* QFCSYNC_VERSION_H */
