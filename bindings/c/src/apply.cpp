#include <qfcsync/changeset_apply.hpp>
#include <qfcsync/changeset_json.hpp>

#include "guard.hpp"
#include "streams.hpp"
#include "views.hpp"

#include <utility>

using qfcsync::Change;
using qfcsync::Mismatch;
using qfcsync::c::guarded;
using qfcsync::c::MismatchView;
using qfcsync::c::require;

struct qfcsync_apply_result {
  explicit qfcsync_apply_result(qfcsync::ChangesetApplyResult of) : result(std::move(of)) {
    for (auto& mismatch : result.mismatches) mismatches.add(std::move(mismatch));
    result.mismatches.clear();
  }

  qfcsync::ChangesetApplyResult result;  // its mismatches are in the list below
  qfcsync::c::ViewList<Mismatch, MismatchView> mismatches;
};

namespace {

qfcsync::MismatchHandler to_handler(qfcsync_mismatch_handler callback, void* payload) {
  if (callback == nullptr) return {};
  return [callback, payload](const Mismatch& mismatch, const Change&) {
    if (callback(&MismatchView(mismatch).get(), payload) != 0) {
      throw qfcsync::Error(qfcsync::ErrorCode::Cancelled, "stopped by the mismatch handler");
    }
  };
}

qfcsync::ChangesetApplyOptions to_apply_options(const qfcsync_apply_options& given) {
  qfcsync::ChangesetApplyOptions options;
  options.policy = qfcsync::c::to_enum(given.policy, qfcsync::MismatchPolicy::Skip, "policy");
  options.dry_run = given.dry_run != 0;
  options.max_reported = given.max_reported;
  options.on_mismatch = to_handler(given.on_mismatch, given.payload);
  options.progress = qfcsync::c::to_progress(given.progress, given.payload);
  return options;
}

}  // namespace

int qfcsync_apply(qfcsync_apply_result** result, const char* target,
                  const qfcsync_source* changeset, const qfcsync_apply_options* options) {
  return guarded([&] {
    require(result, "result");  // without it a caller would not see that nothing was applied
    const auto apply_options = to_apply_options(
        qfcsync::c::read_options(options, qfcsync_apply_options QFCSYNC_APPLY_OPTIONS_INIT));
    const auto source = qfcsync::c::open_source(changeset, "changeset");
    *result = new qfcsync_apply_result(
        qfcsync::apply_changeset(&require(target, "target"), *source, apply_options));
  });
}

int qfcsync_mismatch_to_json(qfcsync_buffer* out, const qfcsync_mismatch* mismatch) {
  return guarded([&] {
    const auto sink = qfcsync_sink_to_buffer(out);
    const auto text = qfcsync::mismatch_json(qfcsync::c::from_c(require(mismatch, "mismatch")));
    qfcsync::c::write_output(&sink, [&](qfcsync::ByteSink& to) { to.write(text); });
  });
}

void qfcsync_apply_result_free(qfcsync_apply_result* result) { delete result; }

int qfcsync_apply_result_is_applied(const qfcsync_apply_result* result) {
  return result != nullptr && result->result.is_applied ? 1 : 0;
}

uint64_t qfcsync_apply_result_changes_applied(const qfcsync_apply_result* result) {
  return result == nullptr ? 0 : result->result.changes_applied;
}

uint64_t qfcsync_apply_result_changes_skipped(const qfcsync_apply_result* result) {
  return result == nullptr ? 0 : result->result.changes_skipped;
}

uint64_t qfcsync_apply_result_mismatch_total(const qfcsync_apply_result* result) {
  return result == nullptr ? 0 : result->result.mismatch_count;
}

size_t qfcsync_apply_result_mismatch_count(const qfcsync_apply_result* result) {
  return result == nullptr ? 0 : result->mismatches.size();
}

const qfcsync_mismatch* qfcsync_apply_result_mismatch(const qfcsync_apply_result* result,
                                                      size_t index) {
  if (index >= qfcsync_apply_result_mismatch_count(result)) return nullptr;
  return &result->mismatches[index].get();
}
