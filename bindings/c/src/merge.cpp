#include <qfcsync/merge.hpp>

#include "guard.hpp"
#include "streams.hpp"
#include "views.hpp"

#include <memory>
#include <utility>
#include <vector>

using qfcsync::ByteSink;
using qfcsync::Conflict;
using qfcsync::MergeOptions;
using qfcsync::Side;
using qfcsync::c::ConflictView;
using qfcsync::c::guarded;
using qfcsync::c::require;

struct qfcsync_merge_result {
  void set_renumbered(std::vector<qfcsync::RenumberedKey> keys) {
    renumbered = std::move(keys);
    for (const auto& key : renumbered) {
      renumbered_views.push_back({key.table.c_str(), key.before, key.after});
    }
  }

  qfcsync::c::ViewList<Conflict, ConflictView> conflicts;
  uint64_t conflict_total = 0;
  uint64_t change_count = 0;
  std::vector<qfcsync::RenumberedKey> renumbered;
  std::vector<qfcsync_renumbered_key> renumbered_views;
  qfcsync_summary ours{{}};
  qfcsync_summary theirs{{}};
  qfcsync::c::NoteList notes{{}};
};

namespace {

[[noreturn]] void throw_cancelled(const char* message) {
  throw qfcsync::Error(qfcsync::ErrorCode::Cancelled, message);
}

qfcsync::ConflictResolver to_resolver(qfcsync_conflict_resolver callback, void* payload) {
  if (callback == nullptr) return {};
  return [callback, payload](const Conflict& conflict) {
    const ConflictView view(conflict);
    int side = view.get().written;
    if (callback(&side, &view.get(), payload) != 0) throw_cancelled("stopped by the resolver");
    return qfcsync::c::to_enum(side, Side::Both, "side of the resolver");
  };
}

/// Collects conflicts in the result and passes them on.
qfcsync::ConflictHandler to_handler(const qfcsync_merge_options& given,
                                    qfcsync_merge_result& result) {
  return [callback = given.on_conflict, payload = given.payload, most = given.max_collected,
          &result](const Conflict& conflict) {
    if (result.conflicts.size() < most) result.conflicts.add(conflict);
    if (callback != nullptr && callback(&ConflictView(conflict).get(), payload) != 0) {
      throw_cancelled("stopped by the conflict handler");
    }
  };
}

/// @param result  is filled by the handler and must stay where it is
MergeOptions to_merge_options(const qfcsync_merge_options& given, qfcsync_merge_result& result) {
  MergeOptions options;
  options.policy = qfcsync::c::to_enum(given.policy, qfcsync::MergePolicy::Ask, "policy");
  options.resolver = to_resolver(given.resolve, given.payload);
  options.on_conflict = to_handler(given, result);
  qfcsync::c::require_array(given.relations, given.relation_count, "relations");
  for (size_t i = 0; i < given.relation_count; ++i) {
    options.relations.push_back(qfcsync::c::from_c(given.relations[i]));
  }
  if (given.schema != nullptr) options.schema = &given.schema->schema;
  qfcsync::c::require_array(given.max_keys, given.max_key_count, "max_keys");
  for (size_t i = 0; i < given.max_key_count; ++i) {
    options.max_keys[&require(given.max_keys[i].table, "table of max_keys")] =
        given.max_keys[i].key;
  }
  options.progress = qfcsync::c::to_progress(given.progress, given.payload);
  return options;
}

qfcsync_merge_options read_merge_options(const qfcsync_merge_options* options) {
  return qfcsync::c::read_options(options, qfcsync_merge_options QFCSYNC_MERGE_OPTIONS_INIT);
}

}  // namespace

int qfcsync_rebase(qfcsync_merge_result** result, const qfcsync_sink* out,
                   const qfcsync_source* ours, const qfcsync_source* theirs,
                   const qfcsync_merge_options* options) {
  return guarded([&] {
    require(result, "result");  // without it the conflicts would be lost
    auto made = std::make_unique<qfcsync_merge_result>();
    const auto merge_options = to_merge_options(read_merge_options(options), *made);
    const auto our_source = qfcsync::c::open_source(ours, "ours");
    const auto their_source = qfcsync::c::open_source(theirs, "theirs");
    const auto scratch = qfcsync::make_scratch();
    qfcsync::c::write_output(out, [&](ByteSink& sink) {
      auto rebased = qfcsync::rebase(*our_source, *their_source, sink, *scratch, merge_options);
      made->conflict_total = rebased.conflict_count;
      made->change_count = rebased.change_count;
      made->set_renumbered(std::move(rebased.renumbered));
    });
    *result = made.release();
  });
}

int qfcsync_merge(qfcsync_merge_result** result, const char* result_path, const char* base,
                  const char* ours, const char* theirs, const qfcsync_merge_options* options) {
  return guarded([&] {
    require(result, "result");
    auto made = std::make_unique<qfcsync_merge_result>();
    const auto merge_options = to_merge_options(read_merge_options(options), *made);
    auto merged = qfcsync::merge_files(&require(base, "base"), &require(ours, "ours"),
                                       &require(theirs, "theirs"),
                                       &require(result_path, "result_path"), merge_options);
    made->conflict_total = merged.conflict_count;
    made->set_renumbered(std::move(merged.renumbered));
    made->ours = qfcsync_summary(std::move(merged.ours));
    made->theirs = qfcsync_summary(std::move(merged.theirs));
    made->notes = qfcsync::c::NoteList(std::move(merged.notes));
    *result = made.release();
  });
}

void qfcsync_merge_result_free(qfcsync_merge_result* result) { delete result; }

uint64_t qfcsync_merge_result_conflict_total(const qfcsync_merge_result* result) {
  return result == nullptr ? 0 : result->conflict_total;
}

size_t qfcsync_merge_result_conflict_count(const qfcsync_merge_result* result) {
  return result == nullptr ? 0 : result->conflicts.size();
}

const qfcsync_conflict* qfcsync_merge_result_conflict(const qfcsync_merge_result* result,
                                                      size_t index) {
  if (index >= qfcsync_merge_result_conflict_count(result)) return nullptr;
  return &result->conflicts[index].get();
}

size_t qfcsync_merge_result_renumbered_count(const qfcsync_merge_result* result) {
  return result == nullptr ? 0 : result->renumbered_views.size();
}

const qfcsync_renumbered_key* qfcsync_merge_result_renumbered(const qfcsync_merge_result* result,
                                                              size_t index) {
  if (index >= qfcsync_merge_result_renumbered_count(result)) return nullptr;
  return &result->renumbered_views[index];
}

uint64_t qfcsync_merge_result_change_count(const qfcsync_merge_result* result) {
  return result == nullptr ? 0 : result->change_count;
}

const qfcsync_summary* qfcsync_merge_result_ours(const qfcsync_merge_result* result) {
  return result == nullptr ? nullptr : &result->ours;
}

const qfcsync_summary* qfcsync_merge_result_theirs(const qfcsync_merge_result* result) {
  return result == nullptr ? nullptr : &result->theirs;
}

size_t qfcsync_merge_result_note_count(const qfcsync_merge_result* result) {
  return result == nullptr ? 0 : result->notes.size();
}

const qfcsync_table_note* qfcsync_merge_result_note(const qfcsync_merge_result* result,
                                                    size_t index) {
  return result == nullptr ? nullptr : result->notes.at(index);
}
