#pragma once

#include <qfcsync/changeset.hpp>
#include <qfcsync/changeset_apply.hpp>
#include <qfcsync/delta_applier.hpp>
#include <qfcsync/stream.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <vector>

namespace qfcsync::apply {

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
};

/// Asked about each change that cannot be made, after everything else was tried. The mismatches
/// (at least one; several when several cells differ) and the change are valid during the call only.
///
/// It is asked again when the values of a Retry do not fit either, at most kMaxRetries times for a
/// change; then the change is left out.
using Judge = std::function<Verdict(std::span<const Mismatch> mismatches, const Change& change)>;
inline constexpr int kMaxRetries = 8;

struct ApplicationOptions {
  /// PrivateCopy: the file is thrown away unless all goes well; one sync at the end, and less
  /// memory. Journal: the file of a user.
  FileSafety safety = FileSafety::Journal;
  bool dry_run = false;  ///< do everything, then take it back
  /// Nothing is changed unless every change is made; the judge learns what does not fit.
  bool all_or_nothing = false;
  /// Foreign keys take along or change rows that the changeset does not list, as after an edit.
  /// Without, a delete that leaves such rows behind is one that does not fit. Where a parent gets
  /// another name they act nevertheless.
  bool with_key_actions = true;
  Judge judge;  ///< empty: Abort
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
