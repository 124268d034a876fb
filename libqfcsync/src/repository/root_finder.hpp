#pragma once

#include "repository/index.hpp"
#include "repository/roots.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace qfcsync::repository {

/// How far a look for newer roots goes.
enum class Reach : std::uint8_t {
  Newest,   ///< to the newest one
  OneStep,  ///< at most to the next one, by a single request; the next look goes on from there
};

/// How long a root that was seen in a store behind a network counts as still there. Roots stay for
/// months (kRootAge), and are removed from the beginning: without a look now and then, a replica
/// that was away for longer would take the gap for the end.
inline constexpr std::chrono::hours kRootTrust{24};

/// Finds the newest root. Of a store behind a network the last one known is kept in the index, so
/// that only its successor is asked for; a root is built upon only after it was seen in this
/// session.
class RootFinder {
 public:
  /// @param place  of a store behind a network; empty: near
  /// @param look_counts_for  as RepositoryOptions has it
  RootFinder(Roots& roots, Index& index, std::string place,
             std::chrono::milliseconds look_counts_for)
      : roots_(&roots),
        index_(&index),
        place_(std::move(place)),
        look_counts_for_(look_counts_for) {}

  /// @param known  the last one found
  /// @errors       NotFound: the store has no root
  KnownRoot find(const std::optional<KnownRoot>& known, Reach reach);

  /// To be called in the transaction that brings the index to a root.
  void keep(const KnownRoot& root);

  /// Whether a root may be built upon.
  ///
  /// @return false: the store has not this one; what was kept is forgotten
  bool confirm(const KnownRoot& root);
  void note_made(const KnownRoot& root);
  /// Somebody was faster: the next look is a real one.
  void look_again() { looked_.reset(); }

 private:
  using Clock = std::chrono::steady_clock;

  std::optional<KnownRoot> trusted(const std::optional<KnownRoot>& known);
  std::optional<KnownRoot> by_successors(const KnownRoot& known, Reach reach);
  KnownRoot by_looking(const std::optional<KnownRoot>& known);
  void note_seen(const KnownRoot& root);
  void note_newest(const KnownRoot& root);
  bool has_just_looked() const;

  Roots* roots_;
  Index* index_;
  std::string place_;
  std::optional<chunk::ObjectId> seen_;  // in the store, in this session
  std::int64_t seen_ms_ = 0;
  std::chrono::milliseconds look_counts_for_;
  std::optional<chunk::ObjectId> newest_;
  std::optional<Clock::time_point> looked_;  // when newest_ was that
};

}  // namespace qfcsync::repository
