#pragma once

#include "gpkg/edit_statement.hpp"
#include "model/envelope.hpp"

#include <cstdint>
#include <string>
#include <vector>

struct sqlite3;

namespace qfcsync::apply {

/// Entries that wait at most; bounds the memory (56 bytes each).
inline constexpr std::size_t kMaxPendingEntries = 400'000;

/// Does what the triggers of a spatial index do, later and in an order that keeps neighbours
/// together: rows first, then the index along a Morton curve.
class SpatialIndex {
 public:
  SpatialIndex(sqlite3* database, std::string rtree)
      : database_(database), rtree_(std::move(rtree)) {}

  /// The row now has that box; an empty one has no entry.
  void set(std::int64_t id, const model::Envelope& box);
  /// The row is gone.
  ///
  /// @param last  where it was, as far as known: only the order depends on it
  void remove(std::int64_t id, const model::Envelope& last);
  /// Writes what waits. @errors as gpkg::edit::Statement
  void flush();

 private:
  struct Entry {
    std::int64_t id;
    double min_x, max_x, min_y, max_y;
    std::uint32_t order;  // of arrival, then of the curve
    bool is_present;
  };

  void add(std::int64_t id, const model::Envelope& box, bool is_present);
  void keep_last_of_each();
  void sort_along_curve();

  sqlite3* database_;
  std::string rtree_;
  std::vector<Entry> entries_;
};

}  // namespace qfcsync::apply
