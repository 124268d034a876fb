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

#include <qfcsync/apply.h>
#include <qfcsync/changeset.h>
#include <qfcsync/diff.h>
#include <qfcsync/error.h>
#include <qfcsync/json.h>
#include <qfcsync/merge.h>
#include <qfcsync/repository.h>
#include <qfcsync/schema.h>
#include <qfcsync/stream.h>
#include <qfcsync/value.h>
#include <qfcsync/version.h>

#endif /* QFCSYNC_H */
