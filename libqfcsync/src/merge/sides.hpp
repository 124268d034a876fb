#pragma once

#include "merge/catalog.hpp"
#include "merge/change_spool.hpp"
#include "merge/offset_index.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace qfcsync::merge {

/// "fid 7" or "(7, oak)", for people.
std::string key_text(const MergeTable& table, std::span<const ValueView> row);

/// Values of some columns of a row.
void pick(std::span<const ValueView> row, std::span<const std::size_t> columns,
          std::vector<ValueView>& out);

/// All changes of one side: spooled, and found by key.
class ChangeSide {
 public:
  ChangeSide(const char* name, Catalog& catalog, ByteStore& store)
      : name_(name), catalog_(&catalog), spool_(store) {}

  /// Takes a change. @return where it is
  /// @errors InvalidArgument: there is one for that row already
  std::uint64_t add(std::uint32_t table, const Change& change, std::string_view raw);
  void finish() { spool_.flush(); }

  /// Where the change of the row of that key is.
  ///
  /// @param row     holds the key in the key's columns
  /// @param cursor  stands at the change afterwards when there is one
  std::optional<std::uint64_t> find(std::uint32_t table, std::span<const ValueView> row,
                                    SpoolCursor& cursor) const;

  SpoolCursor cursor() const { return {spool_.store(), catalog_->heads()}; }
  std::uint64_t begin() const { return spool_.begin(); }
  std::uint64_t end() const { return end_; }

  /// Calls visit for every change of the tables that are wanted, in order.
  void for_each(const std::function<bool(const MergeTable&)>& is_wanted,
                const std::function<void(SpoolCursor&)>& visit) const;

 private:
  std::uint64_t hash(std::uint32_t table, std::span<const ValueView> row) const;

  const char* name_;
  Catalog* catalog_;
  ChangeSpool spool_;
  OffsetIndex index_;
  std::uint64_t end_ = 0;
};

}  // namespace qfcsync::merge
