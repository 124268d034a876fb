#include "repository/root_finder.hpp"

#include <qfcsync/error.hpp>

#include <algorithm>
#include <utility>

namespace qfcsync::repository {
namespace {

std::int64_t now_ms() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
}

/// A clock that was set back does not make a root fresh.
bool is_fresh(std::int64_t seen_ms) {
  const std::int64_t age = now_ms() - seen_ms;
  return age >= 0 && age < std::chrono::milliseconds(kRootTrust).count();
}

}  // namespace

bool RootFinder::has_just_looked() const {
  return looked_ && Clock::now() - *looked_ < look_counts_for_;
}

KnownRoot RootFinder::find(const std::optional<KnownRoot>& known, Reach reach) {
  if (known && newest_ == known->hash && has_just_looked()) return *known;
  looked_.reset();
  if (const auto start = trusted(known)) {
    if (auto found = by_successors(*start, reach)) return std::move(*found);
  }
  KnownRoot found = by_looking(known);
  note_seen(found);
  note_newest(found);
  if (index_->stands_on(found.root.generation, found.hash)) keep(found);
  return found;
}

/// A root that is surely in the store: this object's, or what another process has kept since.
std::optional<KnownRoot> RootFinder::trusted(const std::optional<KnownRoot>& known) {
  if (place_.empty()) return std::nullopt;
  std::optional<KnownRoot> start;
  if (known && known->hash == seen_ && is_fresh(seen_ms_)) start = known;
  const auto copy = index_->root_copy();
  const bool is_usable = copy && copy->place == place_ && is_fresh(copy->seen_ms);
  if (!is_usable || (start && index_->generation() <= start->root.generation)) return start;
  KnownRoot kept{history::parse_root(copy->bytes), chunk::sha256_id(copy->bytes)};
  if (!index_->stands_on(kept.root.generation, kept.hash)) return start;
  return kept;
}

std::optional<KnownRoot> RootFinder::by_successors(const KnownRoot& known, Reach reach) {
  auto next = roots_->find(known.root.generation + 1);
  if (!next) {
    note_newest(known);
    return known;
  }
  if (next->root.previous != known.hash) return std::nullopt;  // another project's
  if (reach == Reach::Newest) {
    if (auto after = roots_->find(next->root.generation + 1)) {
      const std::uint64_t newest = roots_->newest_listed(after->root.generation);
      next = newest == after->root.generation ? std::move(after) : roots_->read(newest);
    }
    note_newest(*next);
  }
  note_seen(*next);
  return next;
}

KnownRoot RootFinder::by_looking(const std::optional<KnownRoot>& known) {
  const std::uint64_t indexed = index_->generation();
  std::uint64_t newest = roots_->newest(std::max(known ? known->root.generation : 0, indexed));
  // Either somebody commits right now, or the index is that of another store.
  if (indexed > newest) newest = roots_->newest(0);
  if (newest == 0) {
    throw Error(ErrorCode::NotFound, "there is no repository in this store; init makes one");
  }
  const bool is_known = place_.empty() && known && known->root.generation == newest;
  return is_known ? *known : roots_->read(newest);
}

void RootFinder::note_seen(const KnownRoot& root) {
  seen_ = root.hash;
  seen_ms_ = now_ms();
}

void RootFinder::note_newest(const KnownRoot& root) {
  if (place_.empty()) return;
  newest_ = root.hash;
  looked_ = Clock::now();
}

void RootFinder::note_made(const KnownRoot& root) {
  note_seen(root);
  note_newest(root);
}

void RootFinder::keep(const KnownRoot& root) {
  if (place_.empty() || seen_ != root.hash) return;
  index_->set_root_copy({history::format_root(root.root), place_, seen_ms_});
}

bool RootFinder::confirm(const KnownRoot& root) {
  if (place_.empty() || seen_ == root.hash) return true;
  const auto there = roots_->find(root.root.generation);
  if (there && there->hash == root.hash) {
    note_seen(root);
    return true;
  }
  seen_.reset();
  index_->set_root_copy({});
  return false;
}

}  // namespace qfcsync::repository
