#pragma once

#include <qfcsync/merge.hpp>

#include <cstdint>

namespace qfcsync::merge {

/// Puts conflicts to the policy and tells them to the caller.
class Decider {
 public:
  /// @errors InvalidArgument: Ask without resolver
  explicit Decider(const MergeOptions& options);

  /// Who wins. build() makes the conflict; it is only called when somebody wants to see it.
  ///
  /// @errors InvalidArgument: the resolver said Both
  template <class Build>
  Side choose(Build&& build) const {
    if (options_->policy != MergePolicy::Ask) {
      return options_->policy == MergePolicy::Ours ? Side::Ours : Side::Theirs;
    }
    Conflict conflict = build();
    conflict.written = Side::Ours;
    return ask(conflict);
  }

  /// Counts a decided conflict and tells it.
  template <class Build>
  void report(Side written, Build&& build) {
    ++count_;
    if (!options_->on_conflict) return;
    Conflict conflict = build();
    conflict.written = written;
    options_->on_conflict(conflict);
  }

  template <class Build>
  Side decide(Build&& build) {
    const Side side = choose(build);
    report(side, build);
    return side;
  }

  std::uint64_t count() const { return count_; }

 private:
  Side ask(const Conflict& conflict) const;

  const MergeOptions* options_;
  std::uint64_t count_ = 0;
};

}  // namespace qfcsync::merge
