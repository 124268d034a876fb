#include <qfcsync/schema.hpp>

#include "model/schema_text.hpp"

#include <algorithm>
#include <map>
#include <tuple>

// Columns and tables of one name are the same. What is left over on both sides is paired as renamed
// when it has the same shape and stands at the same place; the rest was dropped and added.

namespace qfcsync {
namespace {

using Kind = SchemaOperation::Kind;
using Tables = std::vector<const TableSchema*>;

/// Pairs of columns of two tables that are the same column, in the order of base.
struct ColumnPairs {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;  // positions in base, in modified
  std::vector<std::size_t> dropped;
  std::vector<std::size_t> added;
};

/// Where a column stands that the other table lacks: behind which common column, and as how
/// many-th of those that stand there.
struct Place {
  std::string behind;
  std::size_t rank = 0;
  auto operator<=>(const Place&) const = default;
};

std::map<Place, std::size_t> places_of_unmatched(const TableSchema& table,
                                                 const TableSchema& other) {
  std::map<Place, std::size_t> places;
  Place place;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (other.find(table.columns[i].name)) {
      place = {table.columns[i].name, 0};
    } else {
      places.emplace(place, i);
      ++place.rank;
    }
  }
  return places;
}

ColumnPairs pair_columns(const TableSchema& base, const TableSchema& modified) {
  ColumnPairs result;
  for (std::size_t i = 0; i < base.columns.size(); ++i) {
    if (const auto same = modified.find(base.columns[i].name)) result.pairs.emplace_back(i, *same);
  }
  auto added = places_of_unmatched(modified, base);
  for (const auto& [place, from] : places_of_unmatched(base, modified)) {
    const auto to = added.find(place);
    if (to != added.end() && model::canonical_declaration(base.columns[from]) ==
                                 model::canonical_declaration(modified.columns[to->second])) {
      result.pairs.emplace_back(from, to->second);
      added.erase(to);
    } else {
      result.dropped.push_back(from);
    }
  }
  for (const auto& [place, to] : added) result.added.push_back(to);
  std::sort(result.pairs.begin(), result.pairs.end());
  std::sort(result.dropped.begin(), result.dropped.end());
  std::sort(result.added.begin(), result.added.end());
  return result;
}

std::string names_of(const TableSchema& table) {
  std::string names;
  for (const ColumnSchema& column : table.columns) {
    if (!names.empty()) names += ", ";
    names += column.name;
  }
  return names;
}

void compare_pair(const std::string& table, const ColumnSchema& base, const ColumnSchema& modified,
                  std::vector<SchemaOperation>& out) {
  if (base.name != modified.name) {
    out.push_back({Kind::RenameColumn, table, base.name, base.name, modified.name});
  }
  if (model::canonical_declaration(base) != model::canonical_declaration(modified)) {
    out.push_back({Kind::ChangeType, table, modified.name, model::declaration(base),
                   model::declaration(modified)});
  }
}

/// A layer that changes its geometry type or reference system has other values of the same bytes.
void compare_geometry(const TableSchema& base, const TableSchema& modified, bool is_renamed,
                      std::vector<SchemaOperation>& out) {
  const std::string before = model::geometry_declaration(base);
  const std::string after = model::geometry_declaration(modified);
  const bool other_column = !is_renamed && base.geometry_column != modified.geometry_column;
  if (before == after && !other_column) return;
  const auto text = [](const TableSchema& table, const std::string& geometry) {
    return geometry.empty() ? std::string("no geometry") : table.geometry_column + ": " + geometry;
  };
  out.push_back({Kind::ChangeType, base.name,
                 modified.geometry_column.empty() ? base.geometry_column : modified.geometry_column,
                 text(base, before), text(modified, after)});
}

void compare_tables(const TableSchema& base, const TableSchema& modified,
                    std::vector<SchemaOperation>& out) {
  const ColumnPairs columns = pair_columns(base, modified);
  for (const std::size_t i : columns.dropped) {
    out.push_back({Kind::DropColumn, base.name, base.columns[i].name,
                   model::declaration(base.columns[i]), ""});
  }
  bool geometry_is_renamed = false;
  for (const auto& [from, to] : columns.pairs) {
    compare_pair(base.name, base.columns[from], modified.columns[to], out);
    geometry_is_renamed |= base.columns[from].name == base.geometry_column &&
                           modified.columns[to].name == modified.geometry_column &&
                           base.geometry_column != modified.geometry_column;
  }
  for (const std::size_t i : columns.added) {
    out.push_back({Kind::AddColumn, base.name, modified.columns[i].name, "",
                   model::declaration(modified.columns[i])});
  }
  const auto by_modified = [](const auto& a, const auto& b) { return a.second < b.second; };
  if (!std::is_sorted(columns.pairs.begin(), columns.pairs.end(), by_modified)) {
    out.push_back({Kind::ReorderColumns, base.name, "", names_of(base), names_of(modified)});
  }
  compare_geometry(base, modified, geometry_is_renamed, out);
}

bool same_shape(const TableSchema& a, const TableSchema& b) {
  const auto same = [](const ColumnSchema& x, const ColumnSchema& y) {
    return x.name == y.name && model::canonical_declaration(x) == model::canonical_declaration(y);
  };
  return a.geometry_column == b.geometry_column &&
         model::geometry_declaration(a) == model::geometry_declaration(b) &&
         std::equal(a.columns.begin(), a.columns.end(), b.columns.begin(), b.columns.end(), same);
}

/// The one table of that shape; nullptr if there is none or the choice would be a guess.
const TableSchema* only_match(const TableSchema& table, const Tables& candidates) {
  const TableSchema* match = nullptr;
  for (const TableSchema* candidate : candidates) {
    if (!same_shape(table, *candidate)) continue;
    if (match != nullptr) return nullptr;
    match = candidate;
  }
  return match;
}

Tables missing_in(const DatabaseSchema& other, const DatabaseSchema& schema) {
  Tables missing;
  for (const TableSchema& table : schema.tables) {
    if (other.find(table.name) == nullptr) missing.push_back(&table);
  }
  return missing;
}

void compare_missing(const Tables& dropped, Tables added, std::vector<SchemaOperation>& out) {
  const Tables all_added = added;
  for (const TableSchema* table : dropped) {
    const TableSchema* match = only_match(*table, all_added);
    if (match != nullptr && only_match(*match, dropped) == table) {
      out.push_back({Kind::RenameTable, table->name, "", table->name, match->name});
      std::erase(added, match);
    } else {
      out.push_back({Kind::DropTable, table->name, "", model::declaration(*table), ""});
    }
  }
  for (const TableSchema* table : added) {
    out.push_back({Kind::AddTable, table->name, "", "", model::declaration(*table)});
  }
}

}  // namespace

std::vector<SchemaOperation> compare_schemas(const DatabaseSchema& base,
                                             const DatabaseSchema& modified) {
  std::vector<SchemaOperation> operations;
  for (const TableSchema& table : base.tables) {
    const TableSchema* other = modified.find(table.name);
    if (other != nullptr) compare_tables(table, *other, operations);
  }
  compare_missing(missing_in(modified, base), missing_in(base, modified), operations);
  return operations;
}

}  // namespace qfcsync
