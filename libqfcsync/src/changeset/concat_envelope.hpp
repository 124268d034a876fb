#pragma once

#include <qfcsync/changeset.hpp>

#include <optional>

namespace qfcsync::changeset {

/// The envelope of several changesets in a row: base of the first, largest keys of all.
///
/// There is one only when all of them have one and of the same schema. Changesets without bytes do
/// not count.
class EnvelopeConcat {
 public:
  /// @param envelope   of the next changeset; nullptr when it has none
  /// @param is_empty   it has no change either
  void add(const ChangesetEnvelope* envelope, bool is_empty);

  const ChangesetEnvelope* result() const { return is_known_ && envelope_ ? &*envelope_ : nullptr; }

 private:
  void join(const ChangesetEnvelope& other);

  bool is_known_ = true;
  std::optional<ChangesetEnvelope> envelope_;
};

}  // namespace qfcsync::changeset
