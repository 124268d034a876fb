#pragma once

#include <qfcsync/changeset.hpp>
#include <qfcsync/changeset_apply.hpp>
#include <qfcsync/delta_applier.hpp>
#include <qfcsync/stream.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace qfcsync::apply {

class Circumstances;

/// Another row of the table of a change, and what is written there.
struct OtherRow {
  std::vector<Value> key;         ///< one entry a column; only the key's are looked at
  std::vector<Value> new_values;  ///< Undefined where nothing is written
};

/// What becomes of a change that does not fit.
struct Verdict {
  enum class Action : std::uint8_t {
    Skip,   ///< the change is left out
    Retry,  ///< an insert or update is tried again with new_values
    Abort,  ///< nothing at all is changed
  };
  Action action = Action::Skip;
  /// As Change::new_values: all columns for an insert, Undefined for what an update leaves alone.
  std::vector<Value> new_values;
  /// Rows that make way: they are written before a Retry, unless the change is left out after all.
  std::vector<OtherRow> others = {};
};

/// Asked about each change that cannot be made, after everything else was tried. The mismatches
/// (at least one; several when several cells differ) and the change are valid during the call only.
///
/// It is asked again when the values of a Retry do not fit either, at most kMaxRetries times for a
/// change; then the change is left out.
using Judge = std::function<Verdict(std::span<const Mismatch> mismatches, const Change& change,
                                    const Circumstances& circumstances)>;
inline constexpr int kMaxRetries = 8;

/// A row that triggers or foreign keys of the file removed or changed, while the changeset says
/// nothing of it or something else.
struct Effect {
  std::string table;
  std::vector<std::string> columns;
  std::vector<std::size_t> key;  ///< positions; empty when rows of the table have no key
  std::vector<Value> before;     ///< the row without the effect
  std::vector<Value> after;      ///< empty when the row is gone
};
using EffectHandler = std::function<void(const Effect&)>;

struct ApplicationOptions {
  /// PrivateCopy: the file is thrown away unless all goes well; one sync at the end, and less
  /// memory. Journal: the file of a user.
  FileSafety safety = FileSafety::Journal;
  bool dry_run = false;  ///< do everything, then take it back
  /// Nothing is changed unless every change is made; the judge learns what does not fit.
  bool all_or_nothing = false;
  /// Foreign keys take along or change rows that the changeset does not list, as after an edit.
  /// Without, a delete that leaves such rows behind is one that does not fit. Rows follow a value
  /// that they refer to nevertheless.
  bool with_key_actions = true;
  /// Greatest value and row; SQLite itself takes no more than 1 GB.
  int max_value_bytes = std::numeric_limits<int>::max();
  Judge judge;  ///< empty: Abort
  /// Told when all is done, before it is committed. Rows of tables that are neither in the
  /// changeset nor in watched_tables are not looked at.
  EffectHandler on_effect;
  std::vector<std::string> watched_tables;
  Progress progress;
};

struct ApplicationResult {
  bool is_applied = false;            ///< committed; never with dry_run
  bool is_aborted = false;            ///< by a verdict, or all_or_nothing
  std::uint64_t changes_applied = 0;  ///< with dry_run: would be
  std::uint64_t changes_skipped = 0;
};

/// Makes the changes of a changeset in a file, in one transaction, and asks the judge about those
/// that do not fit.
///
/// @errors as apply_changeset
ApplicationResult apply_to_file(const std::filesystem::path& target, ByteSource& changeset,
                                const ApplicationOptions& options);

}  // namespace qfcsync::apply
