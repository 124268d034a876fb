#pragma once

#include <qfcsync/changeset.hpp>
#include <qfcsync/schema.hpp>
#include <qfcsync/stream.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace qfcsync {

/// What to do with tables that have other columns in the modified file.
enum class SchemaPolicy : std::uint8_t {
  Refuse,  ///< Error SchemaMismatch that lists every operation
  Report,  ///< leave those tables out; operations and notes are in the result
};

/// How tables are compared. All ways give the same changeset; the choice matters for time only.
enum class ExtractMethod : std::uint8_t {
  Auto,    ///< the fastest that the files allow
  Leaves,  ///< stream both b-trees and compare records
  Pages,   ///< compare pages first, records only where pages differ
  Sqlite,  ///< rows through SQLite: WITHOUT ROWID, two text encodings
};

struct ExtractOptions {
  SchemaPolicy schema = SchemaPolicy::Refuse;
  ExtractMethod method = ExtractMethod::Auto;
  /// Threads that compare, the caller's included; 0: as many as pay, 1: no others. Large tables are
  /// shared out; progress is told on the caller's thread only.
  unsigned threads = 0;
  /// Tables to compare, exact names; empty means all.
  std::vector<std::string> tables;
  /// Writes the envelope (column names, fingerprint, largest keys, checksum) into the changeset.
  bool with_envelope = false;
  std::string base_id;  ///< put into the envelope
  Progress progress;
};

struct ExtractResult {
  ChangesetSummary summary;
  std::vector<TableNote> notes;  ///< tables that were not compared
  std::vector<SchemaOperation> schema_operations;
  ExtractMethod method = ExtractMethod::Auto;  ///< Sqlite if any table took that way, else what
                                               ///< most rows took
};

/// Finds what changed in a SQLite file or GeoPackage that any program edited.
///
///     base ──── out ────▶ modified
///
/// Per table, by name: inserts, deletes, updates, each in the order of keys. Values are compared as
/// they are stored: type and bits, no collation; texts of UTF-16 files come as UTF-8. A row whose
/// key changes in any bit is deleted and inserted, also where a collation takes both keys for one.
/// Rows with NULL in the key are left out with a note. Reading takes a snapshot of each file,
/// with what its journals say; other programs may go on writing, and nothing of the files and
/// beside them changes (but a transaction that a dead program left half done is taken back). Cost
/// follows the bytes of both files; memory is bounded (kExtractMemoryBytes) beside a scratch file
/// for large changesets.
///
/// @errors NotFound: a file, or a table that the options name; Corrupt, Busy, Io, Cancelled;
///         SchemaMismatch: see SchemaPolicy and every operation is named; Unsupported: encrypted
/// @threads safe concurrently
ExtractResult extract(const std::filesystem::path& base, const std::filesystem::path& modified,
                      ByteSink& out, const ExtractOptions& options = {});
inline constexpr std::size_t kExtractMemoryBytes = 16u << 20;

/// Finds out whether tables whose rows no key names, which extract() leaves out, changed at all.
///
/// Rows are compared as a whole, in the order in which they are stored; what cannot be read (a
/// virtual table whose module is not there) counts as changed. It is a second look at the files, no
/// part of the snapshot that extract() took.
///
/// @param notes     of extract(); has_changes of those tables is set, and their text says it
/// @param progress  how much is still to come is not known: told 0 from time to time
/// @errors          as read_schema; Cancelled
void compare_unnamed_rows(const std::filesystem::path& base, const std::filesystem::path& modified,
                          std::vector<TableNote>& notes, const Progress& progress = {});

/// Writes the hashes of all pages of a file (XXH3, 128 bits a page), so that the file's next
/// changes are found by reading the modified file alone where pages are equal.
///
/// @errors as extract; Unsupported: a write-ahead log is pending
void write_page_manifest(const std::filesystem::path& file, ByteSink& out,
                         const Progress& progress = {});

/// As extract, with a manifest of base: pages that are the same are not read from base.
///
/// @param manifest  written by write_page_manifest for exactly this state of base
/// @errors          as extract; Corrupt, FormatTooNew: the manifest; InvalidArgument: it is of
///                  another file
/// @threads         safe concurrently
ExtractResult extract_with_manifest(const std::filesystem::path& base, ByteSource& manifest,
                                    const std::filesystem::path& modified, ByteSink& out,
                                    const ExtractOptions& options = {});

}  // namespace qfcsync
