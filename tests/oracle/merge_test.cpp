// Laws of the three-way merge on random databases: what it must write is worked out here, row by
// row from plain SQL, and compared.

#include "engine_side.hpp"
#include "seeds.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>

#include <fmt/format.h>

using namespace qfcsync;
using namespace qfcsync::oracle;

namespace {

/// Base and two independently edited copies.
struct Sides {
  FastFolder folder;
  std::filesystem::path base = folder / "base", ours = folder / "ours", theirs = folder / "theirs";
  std::filesystem::path result = folder / "result", other = folder / "other";
  RandomDatabase database;

  explicit Sides(std::uint64_t seed, const RandomOptions& options = {})
      : database(seed, base, options) {
    database.edit(base, ours);
    database.edit(base, theirs);
  }
};

using Rows = std::map<Cells, Cells>;

const Cells* find_row(const Rows& rows, const Cells& key) {
  const auto found = rows.find(key);
  return found == rows.end() ? nullptr : &found->second;
}

/// One table as merged when ours wins: rows that collide by key are left out of both. Which keys
/// that were is in `collided`, which disagreed in `disputed`.
struct Expected {
  Rows rows;
  std::vector<Cells> collided;
  std::vector<Cells> disputed;
};

Cells merge_cells(const Cells& base, const Cells& ours, const Cells& theirs, bool& is_disputed) {
  Cells cells;
  for (std::size_t i = 0; i < base.size(); ++i) {
    const bool is_ours = ours[i] != base[i];
    if (is_ours && theirs[i] != base[i] && ours[i] != theirs[i]) is_disputed = true;
    cells.push_back(is_ours ? ours[i] : theirs[i]);
  }
  return cells;
}

Expected merge_rows(const Rows& base, const Rows& ours, const Rows& theirs) {
  Expected expected;
  Rows keys = base;
  keys.insert(ours.begin(), ours.end());
  keys.insert(theirs.begin(), theirs.end());
  for (const auto& [key, unused] : keys) {
    const Cells *b = find_row(base, key), *o = find_row(ours, key), *t = find_row(theirs, key);
    const auto same = [](const Cells* x, const Cells* y) {
      return x == nullptr || y == nullptr ? x == y : *x == *y;
    };
    if (same(o, b) || same(o, t)) {
      if (t != nullptr) expected.rows.emplace(key, *t);
    } else if (same(t, b)) {
      if (o != nullptr) expected.rows.emplace(key, *o);
    } else if (b == nullptr) {
      expected.collided.push_back(key);
    } else if (o == nullptr || t == nullptr) {
      expected.disputed.push_back(key);
      if (o != nullptr) expected.rows.emplace(key, *o);
    } else {
      bool is_disputed = false;
      expected.rows.emplace(key, merge_cells(*b, *o, *t, is_disputed));
      if (is_disputed) expected.disputed.push_back(key);
    }
  }
  return expected;
}

Cells cells_of(const std::vector<Value>& values) {
  Cells cells;
  for (const auto& value : values) cells.push_back(cell_of(value.view()));
  return cells;
}

/// The key of the row of theirs that a UNIQUE conflict is with.
Cells their_key(const Conflict& conflict) {
  Cells key;
  for (const auto& column : conflict.key_columns) {
    for (const auto& cell : conflict.cells) {
      if (cell.name == column) key.push_back(cell_of(cell.theirs.view()));
    }
  }
  return key;
}

bool has_conflict(const std::vector<Conflict>& conflicts, const std::string& table,
                  const Cells& key) {
  return std::any_of(conflicts.begin(), conflicts.end(), [&](const Conflict& conflict) {
    return conflict.table == table && (cells_of(conflict.key) == key || their_key(conflict) == key);
  });
}

/// The result has to be the expected rows, and both rows of every collision: theirs under its key,
/// ours under that key or the one it was given.
void check_table(const std::string& table, const Expected& expected, const Rows& ours,
                 const Rows& theirs, Rows result, const Merged& merged) {
  CAPTURE(table);
  for (const auto& key : expected.disputed) {
    CHECK(has_conflict(merged.conflicts, table, key));
  }
  for (const auto& key : expected.collided) {
    CHECK(has_conflict(merged.conflicts, table, key));
    const Cells* row = find_row(result, key);
    REQUIRE(row != nullptr);
    CHECK((*row == theirs.at(key) || *row == ours.at(key)));
    result.erase(key);
  }
  for (const auto& moved : merged.result.renumbered) {
    if (moved.table == table) result.erase({fmt::format("i{}", moved.after)});
  }
  CHECK(difference(Content{{table, expected.rows}}, Content{{table, result}}) == "");
  CHECK(std::count_if(merged.conflicts.begin(), merged.conflicts.end(), [&](const auto& conflict) {
          return conflict.table == table;
        }) == static_cast<std::ptrdiff_t>(expected.disputed.size() + expected.collided.size()));
}

/// SQLite itself lets texts into numeric columns that its check does not want there.
bool is_sound(const Sides& sides) {
  return integrity(sides.result) == "ok" || integrity(sides.ours) != "ok" ||
         integrity(sides.theirs) != "ok";
}

void check_equal(const std::filesystem::path& expected, const std::filesystem::path& found) {
  CHECK(difference(read_content(expected), read_content(found)) == "");
}

}  // namespace

TEST_SUITE("oracle/merge") {
  TEST_CASE("a merge with an unchanged side is the other side") {
    for_each_seed(150, [](std::uint64_t seed) {
      const Sides sides(seed);
      CHECK(merged(sides.base, sides.ours, sides.base, sides.result).conflicts.empty());
      check_equal(sides.ours, sides.result);
      CHECK(merged(sides.base, sides.base, sides.theirs, sides.result).conflicts.empty());
      check_equal(sides.theirs, sides.result);
    });
  }

  TEST_CASE("identical edits are no conflict") {
    for_each_seed(100, [](std::uint64_t seed) {
      const Sides sides(seed);
      copy_database(sides.ours, sides.other);
      const auto merge = merged(sides.base, sides.ours, sides.other, sides.result);
      CHECK(merge.conflicts.empty());
      CHECK(merge.result.renumbered.empty());
      check_equal(sides.ours, sides.result);
    });
  }

  TEST_CASE("every row is what plain SQL says it must be, every dispute is a conflict") {
    for_each_seed(400, [](std::uint64_t seed) {
      const Sides sides(seed, {.with_unique = false, .with_collations = false});
      const auto merge = merged(sides.base, sides.ours, sides.theirs, sides.result);
      CHECK(is_sound(sides));
      const Content base = read_content(sides.base), ours = read_content(sides.ours);
      const Content theirs = read_content(sides.theirs), result = read_content(sides.result);
      for (const auto& [table, rows] : base) {
        const Expected expected = merge_rows(rows, ours.at(table), theirs.at(table));
        check_table(table, expected, ours.at(table), theirs.at(table), result.at(table), merge);
      }
    });
  }

  TEST_CASE("exchanged sides and the exchanged policy give the same rows") {
    for_each_seed(200, [](std::uint64_t seed) {
      const Sides sides(seed, {.with_unique = false, .with_collations = false});
      MergeOptions options;
      options.policy = MergePolicy::Ours;
      const auto one = merged(sides.base, sides.ours, sides.theirs, sides.result, options);
      options.policy = MergePolicy::Theirs;
      const auto two = merged(sides.base, sides.theirs, sides.ours, sides.other, options);
      CHECK(one.conflicts.size() == two.conflicts.size());
      // Keys are always given anew on our side.
      if (one.result.renumbered.empty()) check_equal(sides.result, sides.other);
    });
  }

  TEST_CASE("with unique values and collations the result is sound and the rest is in conflicts") {
    for_each_seed(150, [](std::uint64_t seed) {
      const Sides sides(seed);
      const auto merge = merged(sides.base, sides.ours, sides.theirs, sides.result);
      CHECK(is_sound(sides));
      const Content base = read_content(sides.base), ours = read_content(sides.ours);
      const Content theirs = read_content(sides.theirs), result = read_content(sides.result);
      for (const auto& [table, rows] : base) {
        CAPTURE(table);
        const Expected expected = merge_rows(rows, ours.at(table), theirs.at(table));
        for (const auto& [key, row] : expected.rows) {
          if (has_conflict(merge.conflicts, table, key)) continue;
          Content found = {{table, {}}};
          if (const Cells* cells = find_row(result.at(table), key)) found[table][key] = *cells;
          CHECK(difference(Content{{table, {{key, row}}}}, found) == "");
        }
      }
    });
  }
}
