#include "guard.hpp"
#include "repository.hpp"

#include <chrono>
#include <utility>

using qfcsync::c::guarded;
using qfcsync::c::read_options;
using qfcsync::c::require;

struct qfcsync_check_result {
  explicit qfcsync_check_result(qfcsync::CheckReport of) : report(std::move(of)) {
    names.reserve(report.problems.size());
    for (const auto& problem : report.problems) {
      const auto& versions =
          names.emplace_back(qfcsync::c::to_c(problem.versions, problem.versions.size()));
      views.push_back(
          {problem.name.c_str(), problem.text.c_str(), versions.size(), versions.data()});
    }
  }

  qfcsync::CheckReport report;
  std::vector<std::vector<const char*>> names;
  std::vector<qfcsync_check_problem> views;
};

struct qfcsync_prune_result {
  explicit qfcsync_prune_result(qfcsync::PruneReport of) : report(std::move(of)) {
    for (const auto& version : report.pruned) {
      views.push_back({version.path.c_str(), version.version.c_str(), version.size});
    }
  }

  qfcsync::PruneReport report;
  std::vector<qfcsync_pruned_version> views;
};

struct qfcsync_repair_result {
  qfcsync::RepairReport report;
};

int qfcsync_repository_check(qfcsync_check_result** result, qfcsync_repository* repository,
                             int depth) {
  return guarded([&] {
    require(result, "result");
    auto& opened = require(repository, "repository").repository;
    const auto how = qfcsync::c::to_enum(depth, qfcsync::CheckDepth::Deep, "depth");
    *result = new qfcsync_check_result(opened.check(how));
  });
}

void qfcsync_check_result_free(qfcsync_check_result* result) { delete result; }

size_t qfcsync_check_result_problem_count(const qfcsync_check_result* result) {
  return result == nullptr ? 0 : result->views.size();
}

const qfcsync_check_problem* qfcsync_check_result_problem(const qfcsync_check_result* result,
                                                          size_t index) {
  return index < qfcsync_check_result_problem_count(result) ? &result->views[index] : nullptr;
}

uint64_t qfcsync_check_result_version_count(const qfcsync_check_result* result) {
  return result == nullptr ? 0 : result->report.versions;
}

uint64_t qfcsync_check_result_pack_count(const qfcsync_check_result* result) {
  return result == nullptr ? 0 : result->report.packs;
}

uint64_t qfcsync_check_result_pack_bytes(const qfcsync_check_result* result) {
  return result == nullptr ? 0 : result->report.bytes;
}

int qfcsync_repository_prune(qfcsync_prune_result** result, qfcsync_repository* repository,
                             const qfcsync_prune_options* options) {
  return guarded([&] {
    auto& opened = require(repository, "repository").repository;
    const auto given = read_options(options, qfcsync_prune_options QFCSYNC_PRUNE_OPTIONS_INIT);
    qfcsync::PruneRules rules;
    rules.keep_newest = given.keep_newest;
    rules.keep_days = given.keep_days;
    rules.grace = std::chrono::hours(given.grace_hours);
    rules.preview = given.preview != 0;
    auto report = opened.prune(rules);
    if (result != nullptr) *result = new qfcsync_prune_result(std::move(report));
  });
}

void qfcsync_prune_result_free(qfcsync_prune_result* result) { delete result; }

size_t qfcsync_prune_result_pruned_count(const qfcsync_prune_result* result) {
  return result == nullptr ? 0 : result->views.size();
}

const qfcsync_pruned_version* qfcsync_prune_result_pruned(const qfcsync_prune_result* result,
                                                          size_t index) {
  return index < qfcsync_prune_result_pruned_count(result) ? &result->views[index] : nullptr;
}

uint64_t qfcsync_prune_result_kept_versions(const qfcsync_prune_result* result) {
  return result == nullptr ? 0 : result->report.kept_versions;
}

uint64_t qfcsync_prune_result_removed_bytes(const qfcsync_prune_result* result) {
  return result == nullptr ? 0 : result->report.removed_bytes;
}

int qfcsync_repository_repair(qfcsync_repair_result** result, qfcsync_repository* repository,
                              const char* address, const qfcsync_repository_options* options) {
  return guarded([&] {
    auto& opened = require(repository, "repository").repository;
    const auto given =
        read_options(options, qfcsync_repository_options QFCSYNC_REPOSITORY_OPTIONS_INIT);
    auto report = opened.repair(
        qfcsync::open_blobs(&require(address, "address"), qfcsync::c::to_blob_options(given)));
    if (result != nullptr) *result = new qfcsync_repair_result{std::move(report)};
  });
}

void qfcsync_repair_result_free(qfcsync_repair_result* result) { delete result; }

size_t qfcsync_repair_result_repaired_count(const qfcsync_repair_result* result) {
  return result == nullptr ? 0 : result->report.repaired.size();
}

const char* qfcsync_repair_result_repaired(const qfcsync_repair_result* result, size_t index) {
  if (index >= qfcsync_repair_result_repaired_count(result)) return nullptr;
  return result->report.repaired[index].c_str();
}

size_t qfcsync_repair_result_unrepaired_count(const qfcsync_repair_result* result) {
  return result == nullptr ? 0 : result->report.unrepaired.size();
}

const char* qfcsync_repair_result_unrepaired(const qfcsync_repair_result* result, size_t index) {
  if (index >= qfcsync_repair_result_unrepaired_count(result)) return nullptr;
  return result->report.unrepaired[index].c_str();
}
