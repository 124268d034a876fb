#pragma once

#include <qfcsync/changeset.hpp>
#include <qfcsync/stream.hpp>

#include "apply/change_maker.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace qfcsync::apply {

/// A change that waits until others are made.
struct Deferred {
  std::uint64_t number = 0;  ///< position in the changeset
  bool is_unique = false;    ///< waits for a value of another row
  StandIns stand_ins;        ///< while it is parked
  std::size_t table = 0;
  std::uint64_t offset = 0;
  std::size_t size = 0;
};

/// Changes that wait, in the order in which they came. The bytes are in a scratch store.
class DeferredChanges {
 public:
  DeferredChanges() : bytes_(make_scratch()) {}

  /// @param raw  as ChangesetReader::raw_change()
  void add(std::uint64_t number, bool is_unique, const ChangesetTable& table, std::string_view raw);

  std::size_t size() const { return waiting_.size(); }
  bool empty() const { return waiting_.empty(); }

  /// What becomes of a waiting change.
  enum class Next { Keep, Drop, Stop };
  using Visit = std::function<Next(const Change& change, Deferred& deferred)>;
  enum class Direction { Forward, Backward };

  /// Shows all waiting changes; Stop ends the tour and keeps the rest.
  void visit(Direction direction, const Visit& visit);

 private:
  std::size_t table_number(const ChangesetTable& table);
  std::string bundle(const std::vector<Deferred*>& order, std::size_t first, std::size_t end) const;

  std::unique_ptr<ByteStore> bytes_;
  std::vector<ChangesetTable> tables_;
  std::vector<Deferred> waiting_;
};

}  // namespace qfcsync::apply
