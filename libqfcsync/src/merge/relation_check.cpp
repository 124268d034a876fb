#include "merge/relation_check.hpp"

#include <qfcsync/error.hpp>

#include "base/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace qfcsync::merge {
namespace {

constexpr std::size_t kMaxListedNames = 12;

std::string text_of(const Relation& relation) {
  return fmt::format("the relation {}({}) to {}({})", relation.child_table,
                     fmt::join(relation.child_columns, ", "), relation.parent_table,
                     fmt::join(relation.parent_columns, ", "));
}

[[noreturn]] void refuse(ErrorCode code, const Relation& relation, const std::string& why) {
  throw Error(code, fmt::format("{} cannot be used: {}", text_of(relation), why));
}

/// What there is instead, for whoever has misspelt a name.
template <class Items, class NameOf>
std::string listed(const Items& items, NameOf&& name_of) {
  std::string text;
  for (std::size_t i = 0; i < std::min(items.size(), kMaxListedNames); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ", ", name_of(items[i]));
  }
  return items.size() > kMaxListedNames ? text + ", ..." : text;
}

const TableSchema& known_table(const Relation& relation, const std::string& name,
                               const KnownTables& known) {
  const auto found = std::find_if(known.begin(), known.end(), [&](const TableSchema* table) {
    return base::same_name(table->name, name);
  });
  if (found != known.end()) return **found;
  refuse(ErrorCode::NotFound, relation,
         fmt::format("no table {} with a primary key is known; there are {}", name,
                     listed(known, [](const TableSchema* table) { return table->name; })));
}

void check_columns(const Relation& relation, const TableSchema& table,
                   const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const auto is_named = [&](const ColumnSchema& column) {
      return base::same_name(column.name, name);
    };
    if (std::any_of(table.columns.begin(), table.columns.end(), is_named)) continue;
    refuse(
        ErrorCode::NotFound, relation,
        fmt::format("table {} has no column {}; there are {}", table.name, name,
                    listed(table.columns, [](const ColumnSchema& column) { return column.name; })));
  }
}

void check_relation(const Relation& relation, const KnownTables& known) {
  const TableSchema& child = known_table(relation, relation.child_table, known);
  const TableSchema& parent = known_table(relation, relation.parent_table, known);
  check_columns(relation, child, relation.child_columns);
  check_columns(relation, parent, relation.parent_columns);
  const auto is_key = [](const ColumnSchema& column) { return column.key != 0; };
  const auto wanted = relation.parent_columns.empty()  // means the primary key
                          ? std::count_if(parent.columns.begin(), parent.columns.end(), is_key)
                          : static_cast<std::ptrdiff_t>(relation.parent_columns.size());
  if (relation.child_columns.empty() || std::ssize(relation.child_columns) != wanted) {
    refuse(ErrorCode::InvalidArgument, relation,
           "it needs one column of the child for each of the parent");
  }
}

}  // namespace

void check_relations(std::span<const Relation> relations, const KnownTables& known) {
  for (const Relation& relation : relations) {
    if (known.empty()) {
      refuse(ErrorCode::InvalidArgument, relation,
             "the changesets do not tell the names of columns; pass the schema of their base");
    }
    check_relation(relation, known);
  }
}

}  // namespace qfcsync::merge
