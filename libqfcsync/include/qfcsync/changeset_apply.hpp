#pragma once

#include <qfcsync/changeset.hpp>
#include <qfcsync/stream.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace qfcsync {

/// Why a change cannot be made to the row it names.
enum class MismatchKind : std::uint8_t {
  MissingRow,   ///< update or delete of a row that is not there
  OtherValue,   ///< a cell does not hold what the changeset expects
  ExistingRow,  ///< insert of a key that is there
  Unique,       ///< another row holds a value that has to be unique
  NotNull,
  Check,       ///< CHECK, or RAISE in a trigger
  ForeignKey,  ///< the row that is referred to is missing at the end
  Other,       ///< e.g. a type that a STRICT table refuses
};

std::string_view to_string(MismatchKind kind) noexcept;

/// One thing that does not fit: where, what was expected, what was found.
struct Mismatch {
  MismatchKind kind = MismatchKind::OtherValue;
  Operation operation = Operation::Insert;
  std::string table;
  std::vector<std::string> key_columns;
  std::vector<Value> key;
  std::string column;  ///< "" when the whole row is meant
  Value expected;      ///< Undefined where it does not apply
  Value found;
  std::string text;  ///< a sentence for people
};

/// A change and why it could not be made; the change is valid during the call only.
using MismatchHandler = std::function<void(const Mismatch& mismatch, const Change& change)>;

/// What happens to changes that do not fit.
enum class MismatchPolicy : std::uint8_t {
  Abort,  ///< nothing is changed; the result tells it, it is no Error
  Skip,   ///< such changes are left out and reported; all others are made
};

struct ChangesetApplyOptions {
  MismatchPolicy policy = MismatchPolicy::Abort;
  bool dry_run = false;  ///< do everything, then take it back
  /// How many mismatches are kept in the result; the handler gets all.
  std::size_t max_reported = 100;
  MismatchHandler on_mismatch;
  Progress progress;
};

struct ChangesetApplyResult {
  bool is_applied = false;            ///< committed; never with dry_run
  std::uint64_t changes_applied = 0;  ///< with dry_run: would be
  std::uint64_t changes_skipped = 0;
  std::uint64_t mismatch_count = 0;
  std::vector<Mismatch> mismatches;  ///< the first max_reported
};

/// Makes the changes of a changeset in a file, in one transaction: all or nothing.
///
/// Only changed columns are written, so that triggers fire for what changed; old values are
/// compared as they are stored, by type and bytes. Changes that collide for the moment (swapped
/// unique values, a child before its parent) are tried again; values that go round in circles
/// change places behind stand-ins. Foreign keys are checked at the end, and violations that were
/// there before do not count. Spatial index, feature counts, extents and time stamps of a
/// GeoPackage stay right as after an edit by GDAL; changes of those derived values in the
/// changeset count as made.
///
/// Triggers and foreign key actions of the file act as after an edit. A row or cell that they
/// changed fits when it held what the changeset expects before, and in the end rows that the
/// changeset lists hold what it says: listed effects are not made twice. Deletes whose foreign keys
/// cascade come last, so that rows which the changeset leads to another parent are not taken along.
///
/// With MismatchPolicy::Abort a mismatch makes the result unapplied and the file stays as it was.
///
/// @errors NotFound, Busy, Io (also: disk full), Cancelled; Corrupt: changeset or file;
///         SchemaMismatch: a table is missing or has other columns, or rows that triggers and
///         foreign keys take along leave others without their parent; LimitExceeded: a value or row
///         is larger than SQLite takes. The file is unchanged then
/// @threads one call per file at a time; others get Busy after a wait
ChangesetApplyResult apply_changeset(const std::filesystem::path& target, ByteSource& changeset,
                                     const ChangesetApplyOptions& options = {});

}  // namespace qfcsync
