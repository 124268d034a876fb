#pragma once

#include <qfcsync/deltafile.hpp>
#include <qfcsync/layer.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace qfcsync {

enum class ConflictPolicy {
  Overwrite,  ///< the delta wins; differing old values are only noted in the outcome
  Report,     ///< a differing old value leaves the row alone and gives DeltaStatus::Conflict
};

enum class FileSafety {
  Journal,      ///< the file is in place and may be in use: SQLite's own journal protects it
  PrivateCopy,  ///< nobody else sees the file and the caller discards it on failure: no journal
};

struct ApplyOptions {
  ConflictPolicy policy = ConflictPolicy::Overwrite;
  FileSafety safety = FileSafety::Journal;
  ClientKeyMap client_keys;  ///< keys known from earlier files; extended while applying
};

/// Applies deltas to the GeoPackage layers of a project.
///
/// Each delta has its own outcome and its own savepoint; all deltas of one file share one
/// transaction per GeoPackage, so that thousands a second are possible. Nothing is durable before
/// commit(); destruction without commit() leaves every file as it was (with FileSafety::Journal).
///
/// Triggers, rtree, extents and feature counts of the GeoPackage stay right. One instance serves
/// one thread.
class DeltaApplier {
 public:
  /// Finds a layer by id; nullopt when the project has none of that id.
  using LayerLookup = std::function<std::optional<EditLayer>(std::string_view id)>;

  DeltaApplier(LayerLookup lookup, ApplyOptions options);
  ~DeltaApplier();
  DeltaApplier(const DeltaApplier&) = delete;
  DeltaApplier& operator=(const DeltaApplier&) = delete;

  /// Applies one delta. Whatever is wrong with the delta is in the outcome, not thrown.
  ///
  /// @errors Io, Busy, Corrupt: the GeoPackage itself cannot be worked on; nothing is committed
  DeltaOutcome apply(const Delta& delta);

  /// Makes everything applied so far durable.
  ///
  /// @return  the files that really changed
  /// @errors  Io, Busy: nothing of the failing file is visible
  std::vector<std::filesystem::path> commit();

  /// Client keys as they are now: those of the options and those of features created since.
  const ClientKeyMap& client_keys() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace qfcsync
