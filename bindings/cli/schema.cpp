#include <qfcsync/changeset_json.hpp>
#include <qfcsync/schema.hpp>

#include "change_printer.hpp"
#include "commands.hpp"
#include "terminal.hpp"

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

using qfcsync::ColumnSchema;
using qfcsync::DatabaseSchema;
using qfcsync::Relation;
using qfcsync::TableSchema;

constexpr const char* kHelp = R"(
Shows which tables of a GeoPackage or SQLite file can be compared and merged: their columns, keys
and geometries, how they refer to each other, which tables are left out and why. The fingerprint is
equal for files whose changesets can be exchanged. The file is only read.

Exit status: 0 done, 1 the work failed, 2 wrong usage or input that cannot be read.

Examples:
  qfcsync schema survey.gpkg
  qfcsync schema survey.gpkg --json | jq '.tables[].name'
)";

std::string column_text(const ColumnSchema& column) {
  std::string text = printable(column.name);
  if (!column.type.empty()) text += " " + printable(column.type);
  if (column.key != 0) text += ", key";
  if (column.not_null) text += ", not null";
  if (column.default_sql) text += ", default " + printable(*column.default_sql);
  return text;
}

std::string names_text(const std::vector<std::string>& names) {
  return printable(fmt::format("{}", fmt::join(names, ", ")));
}

void print_table(const TableSchema& table, const Paint& paint) {
  fmt::print("{}\n", paint(Ink::Bold, printable(table.name)));
  for (const ColumnSchema& column : table.columns) fmt::print("  {}\n", column_text(column));
  if (!table.geometry_column.empty()) {
    fmt::print("  geometry in {}: {}, reference system {}\n", printable(table.geometry_column),
               printable(table.geometry_type), table.srs_id);
  }
  for (const auto& columns : table.unique) fmt::print("  unique: {}\n", names_text(columns));
}

void print_text(const DatabaseSchema& schema) {
  const Paint paint(stdout);
  for (const TableSchema& table : schema.tables) print_table(table, paint);
  for (const Relation& relation : schema.relations) {
    fmt::print("{}({}) refers to {}({})\n", printable(relation.child_table),
               names_text(relation.child_columns), printable(relation.parent_table),
               names_text(relation.parent_columns));
  }
  for (const auto& note : schema.notes) {
    fmt::print("not compared: {}: {}\n", printable(note.table), printable(note.text));
  }
  fmt::print("fingerprint {}\n", qfcsync::fingerprint(schema));
}

}  // namespace

void add_schema(CLI::App& app) {
  CLI::App* command = app.add_subcommand("schema", "Show which tables of a file can be compared");
  command->footer(kHelp);
  const auto file = std::make_shared<std::string>();
  const auto wants_json = std::make_shared<bool>(false);
  command->add_option("FILE", *file, "GeoPackage or SQLite file")->required();
  command->add_flag("--json", *wants_json, "Print JSON");
  command->callback([file, wants_json] {
    const DatabaseSchema schema = qfcsync::read_schema(*file);
    if (!*wants_json) return print_text(schema);
    fmt::print("{}\n", qfcsync::schema_json(schema));
  });
}
