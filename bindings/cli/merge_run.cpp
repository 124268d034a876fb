#include "merge_run.hpp"

#include "change_printer.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace {

constexpr std::size_t kMaxKeys = 20;  ///< shown of those that were given anew

}  // namespace

MergeRun::MergeRun(std::string_view verb, qfcsync::MergePolicy policy, const std::string& conflicts,
                   std::FILE* shown)
    : shown_(shown), line_(verb), conflicts_(conflicts, shown) {
  options_.policy = policy;
  options_.progress = line_.callback();
  options_.on_conflict = [this](const qfcsync::Conflict& conflict) {
    line_.clear();
    conflicts_.add(conflict);
  };
  if (policy != qfcsync::MergePolicy::Ask) return;
  prompt_.emplace();
  options_.resolver = [this](const qfcsync::Conflict& conflict) {
    line_.clear();
    return prompt_->ask(conflict);
  };
}

void MergeRun::publish_conflicts() { conflicts_.publish(); }

void MergeRun::print_end(const std::string& written,
                         const std::vector<qfcsync::RenumberedKey>& renumbered) {
  line_.clear();
  for (std::size_t i = 0; i < std::min(renumbered.size(), kMaxKeys); ++i) {
    const auto& key = renumbered[i];
    fmt::print(shown_, "{}: our row {} is now {}\n", printable(key.table), key.before, key.after);
  }
  if (renumbered.size() > kMaxKeys) {
    fmt::print(shown_, "... and {}\n", counted(renumbered.size() - kMaxKeys, "more new key"));
  }
  fmt::print(shown_, "{}, {}\n", written, conflicts_.summary());
}
