#pragma once

#include <qfcsync/changeset.hpp>
#include <qfcsync/conflict.hpp>
#include <qfcsync/stream.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace qfcsync {

/// Who wins a conflict.
enum class MergePolicy : std::uint8_t {
  Ours,
  Theirs,
  Ask,  ///< MergeOptions::resolver decides each conflict
};

/// Decides one conflict; written of the argument is what MergePolicy::Ours would do.
///
/// @return Side::Ours or Side::Theirs
using ConflictResolver = std::function<Side(const Conflict&)>;

struct MergeOptions {
  MergePolicy policy = MergePolicy::Ours;
  ConflictResolver resolver;    ///< needed for MergePolicy::Ask
  ConflictHandler on_conflict;  ///< gets every conflict
  /// Beside those that schema or envelopes know, to which all names have to be known.
  std::vector<Relation> relations;
  /// What is known of the tables: names for conflicts, UNIQUE sets, geometry columns. nullptr: the
  /// envelopes of the changesets are used where they have one.
  const DatabaseSchema* schema = nullptr;
  /// Renumbered keys of a table are above this and above all keys in the changesets.
  std::map<std::string, std::int64_t> max_keys;
  /// merge_files: called once, after the last conflict and before the result appears, so that what
  /// was written about conflicts is safe first. Whatever it throws leaves everything as it was.
  std::function<void()> before_publish;
  Progress progress;
};

/// A key that was given away, because theirs holds the old one.
struct RenumberedKey {
  std::string table;
  std::int64_t before = 0;
  std::int64_t after = 0;
  bool operator==(const RenumberedKey&) const = default;
};

struct RebaseResult {
  std::uint64_t conflict_count = 0;
  std::uint64_t change_count = 0;  ///< of the rebased changeset
  std::vector<RenumberedKey> renumbered;
};

/// Rewrites ours so that it applies after theirs.
///
///     base ──── theirs ────▶ T ──── out ────▶ merged
///        └───── ours ──────▶ O
///
/// Per cell: what only one side changed stays; equal changes are no conflict. Geometries are one
/// cell and are compared in canonical form (byte order, envelope and empties do not count).
/// Integer keys that both sides inserted are given anew on our side, with every value that refers
/// to them by a relation. Where sides disagree the policy decides what out writes, and the
/// conflict goes to on_conflict with base, ours and theirs.
///
/// A parent that theirs deleted and ours refers to: with Ours it is inserted again from its old
/// values; with Theirs our reference becomes NULL where that is allowed, else our row is left out.
/// A UNIQUE value inserted on both sides: the losing row gets a stand-in (NULL, "value~xxxxxx", a
/// negative number), else it is left out. Both are in the conflict list.
///
/// @param scratch  memory for values; see make_scratch()
/// @errors         Corrupt, SchemaMismatch: a table has other columns on the two sides;
///                 InvalidArgument: Ask without resolver, relations without known tables; NotFound:
///                 a table or column of options.relations; Cancelled, Io
RebaseResult rebase(ByteSource& ours, ByteSource& theirs, ByteSink& out, ByteStore& scratch,
                    const MergeOptions& options = {});

struct MergeResult {
  ChangesetSummary ours;
  ChangesetSummary theirs;
  std::uint64_t conflict_count = 0;
  std::vector<RenumberedKey> renumbered;
  /// Tables that could not be merged; they are theirs in the result. A table without a key is noted
  /// when ours changed it (has_changes): else theirs is right.
  std::vector<TableNote> notes;
};

/// Merges two edited copies of a file into a new one.
///
/// result is a copy of theirs with our rebased changes applied; it appears whole (synced, renamed)
/// or not at all. It may name ours or theirs. What the database itself refuses (UNIQUE, NOT NULL,
/// CHECK, foreign keys) becomes a conflict, too.
///
/// @errors as extract, rebase and apply_changeset
MergeResult merge_files(const std::filesystem::path& base, const std::filesystem::path& ours,
                        const std::filesystem::path& theirs, const std::filesystem::path& result,
                        const MergeOptions& options = {});

}  // namespace qfcsync
