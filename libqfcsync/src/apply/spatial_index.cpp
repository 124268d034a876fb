#include "apply/spatial_index.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace qfcsync::apply {
namespace {

using gpkg::edit::sql_name;
using gpkg::edit::Statement;

constexpr double kCurveSide = 65'535;

/// Spreads 16 bits to the even places of 32.
std::uint32_t spread(std::uint32_t bits) {
  bits = (bits | bits << 8) & 0x00ff00ffu;
  bits = (bits | bits << 4) & 0x0f0f0f0fu;
  bits = (bits | bits << 2) & 0x33333333u;
  return (bits | bits << 1) & 0x55555555u;
}

/// One axis of the area that all entries lie in.
struct Axis {
  double min = HUGE_VAL;
  double max = -HUGE_VAL;

  void add(double value) {
    if (!std::isfinite(value)) return;
    min = std::min(min, value);
    max = std::max(max, value);
  }
  std::uint32_t cell(double value) const {
    const double share = (value - min) / (max - min);
    // Also for what is no number: the place on the curve is a matter of speed only.
    if (!(share > 0)) return 0;
    return static_cast<std::uint32_t>(std::min(share, 1.0) * kCurveSide);
  }
};

}  // namespace

void SpatialIndex::add(std::int64_t id, const model::Envelope& box, bool is_present) {
  if (entries_.size() == kMaxPendingEntries) flush();
  entries_.push_back({id, box.min_x, box.max_x, box.min_y, box.max_y,
                      static_cast<std::uint32_t>(entries_.size()), is_present});
}

void SpatialIndex::set(std::int64_t id, const model::Envelope& box) {
  add(id, box, !box.is_empty());
}

void SpatialIndex::remove(std::int64_t id, const model::Envelope& last) { add(id, last, false); }

void SpatialIndex::keep_last_of_each() {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return a.id != b.id ? a.id < b.id : a.order > b.order;
  });
  const auto end = std::unique(entries_.begin(), entries_.end(),
                               [](const Entry& a, const Entry& b) { return a.id == b.id; });
  entries_.erase(end, entries_.end());
}

void SpatialIndex::sort_along_curve() {
  Axis x;
  Axis y;
  for (const Entry& entry : entries_) {
    x.add(entry.min_x);
    y.add(entry.min_y);
  }
  for (Entry& entry : entries_) {
    entry.order = spread(x.cell(entry.min_x)) | spread(y.cell(entry.min_y)) << 1;
  }
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return a.order != b.order ? a.order < b.order : a.id < b.id;
  });
}

void SpatialIndex::flush() {
  if (entries_.empty()) return;
  keep_last_of_each();
  sort_along_curve();
  Statement put(database_,
                fmt::format("INSERT OR REPLACE INTO {} VALUES (?, ?, ?, ?, ?)", sql_name(rtree_)));
  Statement drop(database_, fmt::format("DELETE FROM {} WHERE id = ?", sql_name(rtree_)));
  for (const Entry& entry : entries_) {
    if (entry.is_present) {
      put.bind_int(1, entry.id).bind_real(2, entry.min_x).bind_real(3, entry.max_x);
      put.bind_real(4, entry.min_y).bind_real(5, entry.max_y).run();
    } else {
      drop.bind_int(1, entry.id).run();
    }
  }
  entries_.clear();
}

}  // namespace qfcsync::apply
