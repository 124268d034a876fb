#include <qfcsync/changeset_apply.hpp>

#include "apply/application.hpp"

#include <utility>

namespace qfcsync {

std::string_view to_string(MismatchKind kind) noexcept {
  switch (kind) {
    case MismatchKind::MissingRow:
      return "missing_row";
    case MismatchKind::OtherValue:
      return "other_value";
    case MismatchKind::ExistingRow:
      return "existing_row";
    case MismatchKind::Unique:
      return "unique";
    case MismatchKind::NotNull:
      return "not_null";
    case MismatchKind::Check:
      return "check";
    case MismatchKind::ForeignKey:
      return "foreign_key";
    case MismatchKind::Other:
      break;
  }
  return "other";
}

ChangesetApplyResult apply_changeset(const std::filesystem::path& target, ByteSource& changeset,
                                     const ChangesetApplyOptions& options) {
  ChangesetApplyResult result;
  apply::ApplicationOptions inner;
  inner.dry_run = options.dry_run;
  inner.all_or_nothing = options.policy == MismatchPolicy::Abort;
  inner.progress = options.progress;
  inner.judge = [&](std::span<const Mismatch> mismatches, const Change& change,
                    const apply::Circumstances&) {
    for (const Mismatch& mismatch : mismatches) {
      ++result.mismatch_count;
      if (result.mismatches.size() < options.max_reported) result.mismatches.push_back(mismatch);
      if (options.on_mismatch) options.on_mismatch(mismatch, change);
    }
    apply::Verdict verdict;
    // Going on after the first one only serves the report.
    if (inner.all_or_nothing && result.mismatch_count >= options.max_reported) {
      verdict.action = apply::Verdict::Action::Abort;
    }
    return verdict;
  };
  const apply::ApplicationResult outcome = apply::apply_to_file(target, changeset, inner);
  result.is_applied = outcome.is_applied;
  result.changes_applied = outcome.changes_applied;
  result.changes_skipped = outcome.changes_skipped;
  return result;
}

}  // namespace qfcsync
