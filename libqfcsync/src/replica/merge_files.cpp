#include <qfcsync/error.hpp>
#include <qfcsync/extract.hpp>
#include <qfcsync/merge.hpp>

#include "apply/application.hpp"
#include "apply/spool.hpp"
#include "merge/relation_check.hpp"
#include "replica/effect_conflict.hpp"
#include "replica/refusals.hpp"
#include "replica/side_rows.hpp"
#include "replica/unnamed_rows.hpp"
#include "replica/working_copy.hpp"

#include <algorithm>

namespace qfcsync {
namespace {

// What each step is of the whole work, for progress. Copying is not reported.
constexpr double kTheirsDone = 0.15;
constexpr double kOursDone = 0.3;
constexpr double kRebaseDone = 0.4;

/// The progress of a step as a part of the whole.
Progress part_of(const Progress& progress, double begin, double end) {
  if (!progress) return {};
  return [&progress, begin, end](double share) { return progress(begin + (end - begin) * share); };
}

class FileMerge {
 public:
  FileMerge(const std::filesystem::path& base, const std::filesystem::path& ours,
            const std::filesystem::path& theirs, const std::filesystem::path& result,
            const MergeOptions& options)
      : base_(base), ours_(ours), copy_(theirs, result), options_(options) {}

  MergeResult run() {
    schema_ = read_schema(copy_.path());
    check_relations();
    const std::unique_ptr<ByteStore> rebased = make_scratch();
    rebase_ours(*rebased);
    replica::drop_needless_notes(base_, ours_, copy_.path(), schema_, result_.notes,
                                 part_of(options_.progress, kRebaseDone, 1));
    apply_ours(*rebased);
    if (options_.before_publish) options_.before_publish();
    copy_.publish();
    return std::move(result_);
  }

 private:
  /// Before the long work; rebase() does it again.
  void check_relations() const {
    merge::KnownTables known;
    for (const TableSchema& table : schema_.tables) known.push_back(&table);
    merge::check_relations(options_.relations, known);
  }

  /// Theirs is taken from the copy: whoever writes to theirs meanwhile does not matter.
  void rebase_ours(ByteStore& rebased) {
    const std::unique_ptr<ByteStore> ours = make_scratch();
    const std::unique_ptr<ByteStore> theirs = make_scratch();
    result_.theirs = extract_side(copy_.path(), *theirs, 0, kTheirsDone);
    result_.ours = extract_side(ours_, *ours, kTheirsDone, kOursDone);
    MergeOptions options = options_;
    if (options.schema == nullptr) options.schema = &schema_;
    options.progress = part_of(options_.progress, kOursDone, kRebaseDone);
    apply::StoreSource our_source(*ours);
    apply::StoreSource their_source(*theirs);
    const std::unique_ptr<ByteStore> scratch = make_scratch();
    RebaseResult rebase_result = rebase(our_source, their_source, rebased, *scratch, options);
    result_.conflict_count = rebase_result.conflict_count;
    result_.renumbered = std::move(rebase_result.renumbered);
  }

  ChangesetSummary extract_side(const std::filesystem::path& side, ByteStore& out, double begin,
                                double end) {
    ExtractOptions options;
    options.with_envelope = true;  // it brings the largest keys
    options.progress = part_of(options_.progress, begin, end);
    ExtractResult extracted = extract(base_, side, out, options);
    for (TableNote& note : extracted.notes) {
      if (std::find(result_.notes.begin(), result_.notes.end(), note) == result_.notes.end()) {
        result_.notes.push_back(std::move(note));
      }
    }
    return std::move(extracted.summary);
  }

  void apply_ours(const ByteStore& rebased) {
    replica::SideRows base(base_);
    replica::SideRows ours(ours_);
    replica::Refusals refusals(schema_, options_, result_.renumbered, base, ours);
    std::vector<Conflict> effects;
    apply::ApplicationOptions options;
    options.safety = FileSafety::PrivateCopy;
    // Rows that ours did not list are theirs: no delete of ours takes them along.
    options.with_key_actions = false;
    options.judge = [&](std::span<const Mismatch> mismatches, const Change& change,
                        const apply::Circumstances& circumstances) {
      return refusals.judge(mismatches, change, circumstances);
    };
    options.watched_tables = tables_with_rows();
    options.on_effect = [&](const apply::Effect& effect) {
      effects.push_back(replica::effect_conflict(effect, schema_, base));
    };
    options.progress = part_of(options_.progress, kRebaseDone, 1);
    apply::StoreSource source(rebased);
    const auto applied = apply::apply_to_file(copy_.path(), source, options);
    if (!applied.is_applied) {
      throw Error(ErrorCode::Internal, "the rebased changes were not applied");
    }
    base.check_unchanged();
    ours.check_unchanged();
    tell(refusals.conflicts());
    tell(effects);
  }

  void tell(const std::vector<Conflict>& conflicts) {
    result_.conflict_count += conflicts.size();
    if (!options_.on_conflict) return;
    for (const Conflict& conflict : conflicts) options_.on_conflict(conflict);
  }

  /// All tables of users, with a key or without.
  std::vector<std::string> tables_with_rows() const {
    std::vector<std::string> names;
    for (const TableSchema& table : schema_.tables) names.push_back(table.name);
    for (const TableNote& note : schema_.notes) {
      if (note.reason == TableNote::Reason::NoKey) names.push_back(note.table);
    }
    return names;
  }

  const std::filesystem::path& base_;
  const std::filesystem::path& ours_;
  replica::WorkingCopy copy_;
  const MergeOptions& options_;
  DatabaseSchema schema_;
  MergeResult result_;
};

}  // namespace

MergeResult merge_files(const std::filesystem::path& base, const std::filesystem::path& ours,
                        const std::filesystem::path& theirs, const std::filesystem::path& result,
                        const MergeOptions& options) {
  if (options.policy == MergePolicy::Ask && !options.resolver) {
    throw Error(ErrorCode::InvalidArgument,
                "conflicts are to be asked about, but there is no resolver");
  }
  return FileMerge(base, ours, theirs, result, options).run();
}

}  // namespace qfcsync
