#include "support/seed_offset.hpp"
#include "unit/merge/merge_model.hpp"

#include <algorithm>
#include <random>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

// Random databases with relations and unique values, edited on two sides by programs that keep
// every constraint. What the laws say has to hold for each of them.

TEST_SUITE("merge/rebase_laws") {
  namespace {  // several files have a suite of this number

  using namespace qfcsync;
  using namespace qfcsync::test;

  constexpr int kCases = 4000;
  constexpr int kKeys = 9;  // few, so that both sides meet

  struct World {
    explicit World(std::uint64_t seed) : random(seed) {
      const auto column = [](const char* name, const char* type, int key, bool not_null) {
        return ColumnSchema{name, type, key, not_null, std::nullopt};
      };
      const bool code_not_null = chance(2);
      const bool plot_not_null = chance(2);
      const bool tree_not_null = chance(2);
      const auto add = [&](const char* name, std::vector<ColumnSchema> columns) -> TableSchema& {
        TableSchema& table = schema.tables.emplace_back();
        table.name = name;
        table.has_integer_key = columns[0].name == "fid";
        table.columns = std::move(columns);
        return table;
      };
      const auto uid = column("uid", "TEXT", 0, false);
      const auto fid = column("fid", "INTEGER", 1, true);
      const auto note = column("note", "TEXT", 0, false);
      add("links",
          {column("tree", "INTEGER", 1, true), column("species", "TEXT", 2, true), uid, note});
      add("plots", {fid, uid, column("code", "TEXT", 0, code_not_null), note}).unique = {{"code"}};
      add("species",
          {column("id", "TEXT", 1, true), uid, column("plot", "INTEGER", 0, false), note});
      add("trees", {fid, uid, column("plot", "INTEGER", 0, plot_not_null), note});
      add("visits", {fid, uid, column("tree", "INTEGER", 0, tree_not_null), note});
      const auto relation = [&](const char* child, const char* child_column, const char* parent,
                                const char* parent_column) {
        schema.relations.push_back(
            {child, {child_column}, parent, {parent_column}, Relation::Origin::Declared});
      };
      relation("links", "tree", "trees", "fid");
      relation("links", "species", "species", "id");
      relation("species", "plot", "plots", "fid");
      relation("trees", "plot", "plots", "fid");
      relation("visits", "tree", "trees", "fid");
    }

    std::uint64_t pick(std::uint64_t bound) { return random() % bound; }
    bool chance(std::uint64_t one_in) { return pick(one_in) == 0; }

    const TableSchema& table(std::string_view name) const {
      return *std::find_if(schema.tables.begin(), schema.tables.end(),
                           [&](const TableSchema& candidate) { return candidate.name == name; });
    }

    const Relation* relation_of(const std::string& table_name, const std::string& column) const {
      for (const Relation& relation : schema.relations) {
        if (relation.child_table == table_name && relation.child_columns[0] == column) {
          return &relation;
        }
      }
      return nullptr;
    }

    /// A value for a cell; Undefined when none is possible.
    Value make_value(const Model& model, const TableSchema& of, const ColumnSchema& column,
                     const std::string& tag) {
      if (column.name == "uid") return text(fmt::format("{}{}", tag, ++count));
      if (const Relation* relation = relation_of(of.name, column.name)) {
        if (!column.not_null && column.key == 0 && chance(4)) return null();
        const auto rows = model.tables.find(relation->parent_table);
        if (rows == model.tables.end() || rows->second.empty()) {
          return column.not_null || column.key != 0 ? Value() : null();
        }
        auto at = rows->second.begin();
        std::advance(at, static_cast<std::ptrdiff_t>(pick(rows->second.size())));
        return at->second[0];
      }
      if (column.name == "fid") return integer(1 + static_cast<std::int64_t>(pick(kKeys)));
      if (column.name == "id") return text(fmt::format("s{}", pick(5)));
      if (column.name == "code") {
        if (!column.not_null && chance(3)) return null();
        return text(fmt::format("c{}", pick(12)));
      }
      return text(fmt::format("v{}", pick(1000)));
    }

    bool is_valid(const Model& model, std::string* why = nullptr) const {
      const auto refuse = [&](const std::string& text) {
        if (why != nullptr) *why = text;
        return false;
      };
      for (const TableSchema& of : schema.tables) {
        const auto rows = model.tables.find(of.name);
        if (rows == model.tables.end()) continue;
        std::set<std::string> codes;
        for (const auto& [key, row] : rows->second) {
          for (std::size_t i = 0; i < row.size(); ++i) {
            const ColumnSchema& column = of.columns[i];
            const bool is_null = row[i].view().is_null();
            if (is_null && column.not_null) {
              return refuse(of.name + "." + column.name + " is NULL in " + show(row));
            }
            if (column.name == "code" && !is_null && !codes.insert(show(row[i])).second) {
              return refuse("two plots of code " + show(row[i]));
            }
            const Relation* relation = relation_of(of.name, column.name);
            if (relation != nullptr && !is_null && !find(model, relation->parent_table, row[i])) {
              return refuse(of.name + " " + show(row) + " lacks its parent");
            }
          }
        }
      }
      return true;
    }

    static const Row* find(const Model& model, const std::string& table_name, const Value& key) {
      const auto rows = model.tables.find(table_name);
      if (rows == model.tables.end()) return nullptr;
      for (const auto& [bytes, row] : rows->second) {
        if (row[0] == key) return &row;
      }
      return nullptr;
    }

    void remove(Model& model, const TableSchema& of, const std::string& key) {
      const Row gone = model.tables[of.name][key];
      model.tables[of.name].erase(key);
      for (const Relation& relation : schema.relations) {
        if (relation.parent_table != of.name) continue;
        const TableSchema& child = table(relation.child_table);
        std::size_t column = 0;
        while (child.columns[column].name != relation.child_columns[0]) ++column;
        std::vector<std::string> affected;
        for (const auto& [child_key, row] : model.tables[child.name]) {
          if (row[column] == gone[0]) affected.push_back(child_key);
        }
        for (const std::string& child_key : affected) {
          const ColumnSchema& reference = child.columns[column];
          if (!reference.not_null && reference.key == 0 && chance(2)) {
            model.tables[child.name][child_key][column] = null();
          } else {
            remove(model, child, child_key);
          }
        }
      }
    }

    void edit(Model& model, const std::string& tag) {
      const TableSchema& of = schema.tables[pick(schema.tables.size())];
      Model changed = model;
      auto& rows = changed.tables[of.name];
      const std::uint64_t what = pick(10);
      if (what < 4 || rows.empty()) {
        Row row;
        for (const ColumnSchema& column : of.columns) {
          row.push_back(make_value(changed, of, column, tag));
          if (row.back() == Value()) return;
        }
        if (rows.contains(key_of(of, row))) return;
        changed.insert(of, std::move(row));
      } else {
        auto at = rows.begin();
        std::advance(at, static_cast<std::ptrdiff_t>(pick(rows.size())));
        if (what < 6) {
          remove(changed, of, std::string(at->first));
        } else {
          const std::size_t column = pick(of.columns.size());
          if (of.columns[column].key != 0 || of.columns[column].name == "uid") return;
          Value value = make_value(changed, of, of.columns[column], tag);
          if (value == Value()) return;
          at->second[column] = std::move(value);
        }
      }
      if (is_valid(changed)) model = std::move(changed);
    }

    Model edited(Model model, std::uint64_t edits, const std::string& tag) {
      for (std::uint64_t i = 0; i < edits; ++i) edit(model, tag);
      return model;
    }

    /// The content with every key that can be given anew replaced by the uid of its row.
    std::multiset<std::string> content(const Model& model) const {
      std::multiset<std::string> lines;
      for (const TableSchema& of : schema.tables) {
        const auto rows = model.tables.find(of.name);
        if (rows == model.tables.end()) continue;
        for (const auto& [key, row] : rows->second) {
          std::string line = of.name;
          for (std::size_t i = 0; i < row.size(); ++i) {
            const Relation* relation = relation_of(of.name, of.columns[i].name);
            if (of.has_integer_key && of.columns[i].key != 0) continue;
            const Row* parent =
                relation == nullptr ? nullptr : find(model, relation->parent_table, row[i]);
            const std::size_t uid = 1;
            line += " " + show(parent != nullptr ? (*parent)[uid] : row[i]);
          }
          lines.insert(line);
        }
      }
      return lines;
    }

    std::mt19937_64 random;
    DatabaseSchema schema;
    int count = 0;
  };

  struct Sides {
    explicit Sides(std::uint64_t seed) : world(seed) {
      base = world.edited({}, 15 + world.pick(25), "b");
      const Model common = world.edited(base, world.pick(4), "c");
      ours = world.edited(common, 1 + world.pick(8), "o");
      theirs = world.edited(common, 1 + world.pick(8), "t");
      ours_bytes = difference(world.schema, base, ours);
      theirs_bytes = difference(world.schema, base, theirs);
    }
    std::string story() const {
      return fmt::format("base\n{}ours\n{}theirs\n{}", show(base), describe(ours_bytes),
                         describe(theirs_bytes));
    }

    World world;
    Model base, ours, theirs;
    std::string ours_bytes, theirs_bytes;
  };

  Rebased merge(const Sides& sides, const std::string& ours, const std::string& theirs,
                MergePolicy policy, std::uint64_t seed = 0) {
    MergeOptions options;
    options.schema = &sides.world.schema;
    options.policy = policy;
    for (const auto& [name, rows] : sides.base.tables) {
      for (const auto& [key, row] : rows) {
        std::int64_t& largest = options.max_keys[name];
        largest = std::max(largest, row[0].view().as_integer());
      }
    }
    std::mt19937_64 random(seed);
    options.resolver = [&](const Conflict&) {
      return random() % 2 == 0 ? Side::Ours : Side::Theirs;
    };
    return run_rebase(ours, theirs, options);
  }

  bool holds(const Conflict& conflict, const std::string& column, const Value& value) {
    return std::any_of(conflict.cells.begin(), conflict.cells.end(), [&](const ConflictCell& cell) {
      return cell.name == column && (cell.ours == value || cell.theirs == value);
    });
  }

  /// What a side wrote and neither the result nor a conflict shows; "" if there is nothing.
  std::string lost(const World& world, const std::string& changeset, const Model& result,
                   const std::vector<Conflict>& conflicts) {
    std::vector<const Row*> present;
    for (const auto& [name, rows] : result.tables) {
      for (const auto& [key, row] : rows) present.push_back(&row);
    }
    MemorySource source(changeset);
    ChangesetReader reader(source);
    while (const Change* change = reader.next()) {
      const TableSchema& of = world.table(change->table->name);
      if (change->operation == Operation::Delete) continue;
      for (std::size_t i = 0; i < change->new_values.size(); ++i) {
        const Value value(change->new_values[i]);
        if (value == Value() || of.columns[i].key != 0) continue;
        const bool is_told =
            std::any_of(conflicts.begin(), conflicts.end(), [&](const Conflict& conflict) {
              return conflict.table == of.name && holds(conflict, of.columns[i].name, value);
            });
        if (is_told || world.relation_of(of.name, of.columns[i].name) != nullptr) continue;
        const bool is_there = std::any_of(present.begin(), present.end(), [&](const Row* row) {
          return row->size() == of.columns.size() && (*row)[i] == value;
        });
        if (!is_there) return of.name + "." + of.columns[i].name + " " + show(value);
      }
    }
    return "";
  }

  TEST_CASE("rebased changes apply, keep every constraint and lose nothing in silence") {
    for (std::uint64_t seed = seed_offset() + 1; seed <= seed_offset() + kCases; ++seed) {
      const Sides sides(seed);
      const auto policy = static_cast<MergePolicy>(seed % 3);
      CAPTURE(seed);
      CAPTURE(sides.story());
      const Rebased rebased = merge(sides, sides.ours_bytes, sides.theirs_bytes, policy, seed);
      CAPTURE(describe(rebased.bytes));
      Model result = sides.theirs;
      REQUIRE(apply(sides.world.schema, result, rebased.bytes) == "");
      std::string why;
      const bool is_valid = sides.world.is_valid(result, &why);
      REQUIRE_MESSAGE(is_valid, why);
      REQUIRE(lost(sides.world, sides.ours_bytes, result, rebased.conflicts) == "");
      REQUIRE(lost(sides.world, sides.theirs_bytes, result, rebased.conflicts) == "");
      REQUIRE(rebased.result.conflict_count == rebased.conflicts.size());
    }
  }

  TEST_CASE("without conflict both sides' edits are all there and the direction does not matter") {
    int seen = 0;
    for (std::uint64_t seed = seed_offset() + 1; seed <= seed_offset() + kCases; ++seed) {
      const Sides sides(seed);
      CAPTURE(seed);
      CAPTURE(sides.story());
      const auto one = merge(sides, sides.ours_bytes, sides.theirs_bytes, MergePolicy::Ours);
      if (one.result.conflict_count != 0) continue;
      ++seen;
      const auto other = merge(sides, sides.theirs_bytes, sides.ours_bytes, MergePolicy::Ours);
      Model a = sides.theirs;
      Model b = sides.ours;
      REQUIRE(apply(sides.world.schema, a, one.bytes) == "");
      REQUIRE(apply(sides.world.schema, b, other.bytes) == "");
      REQUIRE(show(a) == show(b));
    }
    CHECK(seen > kCases / 20);
  }

  TEST_CASE("merging under Ours is merging the other way under Theirs, but for new keys") {
    for (std::uint64_t seed = seed_offset() + 1; seed <= seed_offset() + kCases; ++seed) {
      const Sides sides(seed);
      CAPTURE(seed);
      CAPTURE(sides.story());
      const auto one = merge(sides, sides.ours_bytes, sides.theirs_bytes, MergePolicy::Ours);
      const auto other = merge(sides, sides.theirs_bytes, sides.ours_bytes, MergePolicy::Theirs);
      CAPTURE(describe(one.bytes));
      CAPTURE(describe(other.bytes));
      Model a = sides.theirs;
      Model b = sides.ours;
      REQUIRE(apply(sides.world.schema, a, one.bytes) == "");
      REQUIRE(apply(sides.world.schema, b, other.bytes) == "");
      REQUIRE(sides.world.content(a) == sides.world.content(b));
    }
  }

  TEST_CASE("an unchanged side, and the same edits on both sides") {
    for (std::uint64_t seed = seed_offset() + 1; seed <= seed_offset() + kCases / 10; ++seed) {
      const Sides sides(seed);
      CAPTURE(seed);
      REQUIRE(describe(merge(sides, sides.ours_bytes, "", MergePolicy::Ours).bytes) ==
              describe(sides.ours_bytes));
      REQUIRE(describe(merge(sides, "", sides.ours_bytes, MergePolicy::Ours).bytes).empty());
      const auto both = merge(sides, sides.ours_bytes, sides.ours_bytes, MergePolicy::Theirs);
      REQUIRE(describe(both.bytes).empty());
      REQUIRE(both.result.conflict_count == 0);
    }
  }

  }  // namespace
}
