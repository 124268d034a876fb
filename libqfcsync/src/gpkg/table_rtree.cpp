#include "gpkg/table_rtree.hpp"

#include "gpkg/table_source.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include <SQLiteCpp/Statement.h>

namespace qfcsync::gpkg {
namespace {

// SQLite's node format for two dimensions of 32-bit floats; a node holds at most 51 cells.
constexpr std::size_t kCellBytes = 8 + 4 * 4;
constexpr std::size_t kMaxCells = 51;
constexpr std::size_t kNodeBytes = 4 + kMaxCells * kCellBytes;
constexpr std::int64_t kRootNode = 1;
// Rows that are sorted at once; bounds the memory.
constexpr std::size_t kBatchRows = 512 * 1024;
constexpr std::uint32_t kHilbertSide = 1u << 16;

struct Box {
  float min_x, max_x, min_y, max_y;

  void merge(const Box& other) {
    min_x = std::min(min_x, other.min_x);
    max_x = std::max(max_x, other.max_x);
    min_y = std::min(min_y, other.min_y);
    max_y = std::max(max_y, other.max_y);
  }
};

struct Cell {
  std::int64_t id;  // row in a leaf, node above
  Box box;
};

struct SortKey {
  std::uint32_t hilbert;
  std::uint32_t index;
  friend bool operator<(const SortKey& a, const SortKey& b) {
    return a.hilbert != b.hilbert ? a.hilbert < b.hilbert : a.index < b.index;
  }
};

// A box of floats has to hold the box of doubles: round away from it.
float round_down(double value) {
  const auto result = static_cast<float>(value);
  return static_cast<double>(result) > value ? std::nextafterf(result, -HUGE_VALF) : result;
}

float round_up(double value) {
  const auto result = static_cast<float>(value);
  return static_cast<double>(result) < value ? std::nextafterf(result, HUGE_VALF) : result;
}

std::uint32_t hilbert_key(std::uint32_t x, std::uint32_t y) {
  std::uint32_t key = 0;
  for (std::uint32_t side = kHilbertSide / 2; side > 0; side /= 2) {
    const std::uint32_t right = (x & side) != 0 ? 1 : 0;
    const std::uint32_t top = (y & side) != 0 ? 1 : 0;
    key = (key << 2) | ((3 * right) ^ top);
    if (top == 0) {
      if (right == 1) {
        x = kHilbertSide - 1 - x;
        y = kHilbertSide - 1 - y;
      }
      std::swap(x, y);
    }
  }
  return key;
}

std::uint32_t grid_position(float min, float max, float origin, float scale) {
  const float middle = min / 2 + max / 2;
  const float position = (middle - origin) * scale;
  if (!(position > 0)) return 0;
  return std::min(static_cast<std::uint32_t>(std::min(position, 65535.0f)), kHilbertSide - 1);
}

float grid_scale(float min, float max) {
  const float width = max - min;
  return width > 0 && std::isfinite(width) ? static_cast<float>(kHilbertSide - 1) / width : 0;
}

std::vector<SortKey> hilbert_order(std::span<const Cell> cells) {
  std::vector<SortKey> keys;
  keys.reserve(cells.size());
  Box all = cells.front().box;
  for (const Cell& cell : cells) all.merge(cell.box);
  const float scale_x = grid_scale(all.min_x, all.max_x);
  const float scale_y = grid_scale(all.min_y, all.max_y);
  for (std::uint32_t i = 0; i < cells.size(); ++i) {
    const Box& box = cells[i].box;
    keys.push_back({hilbert_key(grid_position(box.min_x, box.max_x, all.min_x, scale_x),
                                grid_position(box.min_y, box.max_y, all.min_y, scale_y)),
                    i});
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

template <class Integer>
void put(std::vector<char>& node, std::size_t& at, Integer value) {
  for (int shift = 8 * (static_cast<int>(sizeof(Integer)) - 1); shift >= 0; shift -= 8) {
    node[at++] = static_cast<char>(value >> shift);
  }
}

void put_cell(std::vector<char>& node, std::size_t& at, const Cell& cell) {
  put(node, at, static_cast<std::uint64_t>(cell.id));
  for (const float value : {cell.box.min_x, cell.box.max_x, cell.box.min_y, cell.box.max_y}) {
    put(node, at, std::bit_cast<std::uint32_t>(value));
  }
}

}  // namespace

struct RtreeBuilder::Impl {
  Impl(SQLite::Database& database, const std::string& name)
      : insert_node(database,
                    "INSERT OR REPLACE INTO " + sql_name(name + "_node") + " VALUES (?, ?)"),
        insert_row(database, "INSERT INTO " + sql_name(name + "_rowid") + " VALUES (?, ?)"),
        insert_parent(database, "INSERT INTO " + sql_name(name + "_parent") + " VALUES (?, ?)"),
        node(kNodeBytes) {}

  void write_node(std::int64_t number, int depth, std::size_t count) {
    std::size_t at = 0;
    put(node, at, static_cast<std::uint16_t>(number == kRootNode ? depth : 0));
    put(node, at, static_cast<std::uint16_t>(count));
    std::fill(node.begin() + static_cast<std::ptrdiff_t>(4 + count * kCellBytes), node.end(), '\0');
    insert_node.bind(1, number);
    insert_node.bindNoCopy(2, node.data(), static_cast<int>(node.size()));
    insert_node.exec();
    insert_node.reset();
  }

  void link(SQLite::Statement& statement, std::int64_t child, std::int64_t parent) {
    statement.bind(1, child);
    statement.bind(2, parent);
    statement.exec();
    statement.reset();
  }

  // Packs cells into nodes in curve order. numbers[i] becomes the node of cells[i].
  std::vector<Cell> pack(std::span<const Cell> cells, std::vector<std::uint32_t>& numbers) {
    const std::vector<SortKey> order = hilbert_order(cells);
    std::vector<Cell> nodes;
    numbers.resize(cells.size());
    for (std::size_t start = 0; start < order.size(); start += kMaxCells) {
      const std::size_t count = std::min(kMaxCells, order.size() - start);
      Cell parent{next_node++, cells[order[start].index].box};
      std::size_t at = 4;
      for (const SortKey& key : std::span(order).subspan(start, count)) {
        put_cell(node, at, cells[key.index]);
        parent.box.merge(cells[key.index].box);
        numbers[key.index] = static_cast<std::uint32_t>(parent.id);
      }
      write_node(parent.id, 0, count);
      nodes.push_back(parent);
    }
    return nodes;
  }

  void flush_rows() {
    if (rows.empty()) return;
    const std::vector<Cell> leaves = pack(rows, parents);
    for (std::size_t i = 0; i < rows.size(); ++i) link(insert_row, rows[i].id, parents[i]);
    level.insert(level.end(), leaves.begin(), leaves.end());
    rows.clear();
  }

  void write_root(std::span<const Cell> cells, int depth, SQLite::Statement& links) {
    std::size_t at = 4;
    for (const Cell& cell : cells) {
      put_cell(node, at, cell);
      link(links, cell.id, kRootNode);
    }
    write_node(kRootNode, depth, cells.size());
  }

  void finish() {
    if (level.empty() && rows.size() <= kMaxCells) return write_root(rows, 0, insert_row);
    flush_rows();
    int depth = 1;
    for (; level.size() > kMaxCells; ++depth) {
      std::vector<Cell> above = pack(level, parents);
      for (std::size_t i = 0; i < level.size(); ++i) link(insert_parent, level[i].id, parents[i]);
      level = std::move(above);
    }
    write_root(level, depth, insert_parent);
  }

  SQLite::Statement insert_node;
  SQLite::Statement insert_row;
  SQLite::Statement insert_parent;
  std::vector<char> node;
  std::vector<Cell> rows;
  std::vector<Cell> level;  // nodes of the level that has no parents yet
  std::vector<std::uint32_t> parents;
  std::int64_t next_node = kRootNode + 1;
};

RtreeBuilder::RtreeBuilder(SQLite::Database& database, const std::string& table,
                           const std::string& geometry) {
  const std::string name = "rtree_" + table + "_" + geometry;
  database.exec("CREATE VIRTUAL TABLE " + sql_name(name) +
                " USING rtree(id, minx, maxx, miny, maxy)");
  impl_ = std::make_unique<Impl>(database, name);
}

RtreeBuilder::~RtreeBuilder() = default;

void RtreeBuilder::add(std::int64_t id, const Envelope& envelope) {
  impl_->rows.push_back({id,
                         {round_down(envelope.min_x), round_up(envelope.max_x),
                          round_down(envelope.min_y), round_up(envelope.max_y)}});
  if (impl_->rows.size() == kBatchRows) impl_->flush_rows();
}

void RtreeBuilder::finish() { impl_->finish(); }

}  // namespace qfcsync::gpkg
