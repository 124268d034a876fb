#include "apply/application.hpp"

#include <qfcsync/error.hpp>

#include "apply/attempt.hpp"
#include "apply/effect_report.hpp"
#include "apply/spool.hpp"
#include "apply/target_file.hpp"

#include <string>

#include <sqlite3.h>

namespace qfcsync::apply {
namespace {

/// Attempts in which circles of unique values are parked. Each costs a whole application; without
/// parking a skipped change does not need another one.
constexpr int kMaxParkingAttempts = 20;

Attempt::End run_attempts(TargetFile& file, const Spool& spool, const ApplicationOptions& options,
                          Decisions& decisions) {
  ProgressTeller progress(options.progress);
  file.begin();
  for (int count = 0;; ++count) {
    Attempt attempt(file, spool, options, decisions, progress, count < kMaxParkingAttempts);
    const Attempt::End end = attempt.run();
    if (end != Attempt::End::Again) return end;
    if (options.all_or_nothing && !decisions.skipped.empty()) return Attempt::End::Aborted;
    file.rollback();
    file.begin();
  }
}

/// Whether an error is about the target and not about a changeset or a caller's callback.
bool is_of_target(const Error& error) {
  return error.origin() == ErrorOrigin::Sqlite || error.code() == ErrorCode::SchemaMismatch;
}

/// The error with the name of the target. What SQLite calls read-only is Denied for people.
Error named(const Error& error, const std::string& target) {
  const int primary = error.native() & 0xff;
  const bool is_denied = error.origin() == ErrorOrigin::Sqlite &&
                         (primary == SQLITE_READONLY || primary == SQLITE_PERM);
  if (primary == SQLITE_NOTADB && error.origin() == ErrorOrigin::Sqlite) {
    return Error(error.code(), target + " is no SQLite database", error.origin(), error.native());
  }
  const std::string text = error.what();
  const bool has_name = text.find(target) != std::string::npos;
  const std::string name = has_name ? "" : target + (is_denied ? " cannot be written: " : ": ");
  return Error(is_denied ? ErrorCode::Denied : error.code(), name + text, error.origin(),
               error.native());
}

ApplicationResult apply_spool(const std::filesystem::path& target, const Spool& spool,
                              const ApplicationOptions& options) {
  ApplicationResult result;
  TargetFile file(target, options.safety);
  sqlite3_limit(file.handle(), SQLITE_LIMIT_LENGTH, options.max_value_bytes);
  file.prepare(spool, options.with_key_actions, options.watched_tables);
  Decisions decisions;
  const Attempt::End end = run_attempts(file, spool, options, decisions);
  result.is_aborted =
      end == Attempt::End::Aborted || (options.all_or_nothing && !decisions.skipped.empty());
  if (!result.is_aborted) report_effects(file, spool, decisions, options.on_effect);
  if (result.is_aborted || options.dry_run) {
    file.rollback();
  } else {
    file.commit();
    result.is_applied = true;
  }
  if (result.is_aborted) return result;
  result.changes_skipped = decisions.skipped.size();
  result.changes_applied = spool.change_count() - result.changes_skipped;
  return result;
}

}  // namespace

ApplicationResult apply_to_file(const std::filesystem::path& target, ByteSource& changeset,
                                const ApplicationOptions& options) {
  const Spool spool(changeset);
  try {
    return apply_spool(target, spool, options);
  } catch (const Error& error) {
    if (!is_of_target(error)) throw;
    throw named(error, target.string());
  }
}

}  // namespace qfcsync::apply
