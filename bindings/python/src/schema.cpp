#include <qfcsync/changeset_json.hpp>
#include <qfcsync/schema.hpp>

#include "module.hpp"

#include <filesystem>

#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

namespace nb = nanobind;

namespace qfcsync::python {
namespace {

void bind_tables(nb::module_& module) {
  nb::class_<ColumnSchema>(
      module, "ColumnSchema",
      "A column whose values travel in changesets. key: position in the primary key from 1, or 0.")
      .def_ro("name", &ColumnSchema::name)
      .def_ro("type", &ColumnSchema::type)
      .def_ro("key", &ColumnSchema::key)
      .def_ro("not_null", &ColumnSchema::not_null)
      .def_ro("default_sql", &ColumnSchema::default_sql);

  nb::class_<TableSchema>(module, "TableSchema",
                          "A table that changesets can speak of: it has a primary key.")
      .def_ro("name", &TableSchema::name)
      .def_ro("columns", &TableSchema::columns)
      .def_ro("is_without_rowid", &TableSchema::is_without_rowid)
      .def_ro("has_integer_key", &TableSchema::has_integer_key)
      .def_ro("geometry_column", &TableSchema::geometry_column)
      .def_ro("geometry_type", &TableSchema::geometry_type)
      .def_ro("srs_id", &TableSchema::srs_id)
      .def_ro("unique", &TableSchema::unique)
      .def("__repr__", [](const TableSchema& table) { return "<table " + table.name + ">"; });

  nb::class_<TableNote>(module, "TableNote",
                        "A table that is not compared row by row. reason: \"no_key\", \"view\", "
                        "\"virtual\", \"derived\", \"different\". has_changes: after a diff, that "
                        "it changed, with rows that no key names; after a merge, that ours "
                        "changed it.")
      .def_ro("table", &TableNote::table)
      .def_ro("has_changes", &TableNote::has_changes)
      .def_prop_ro("reason", [](const TableNote& note) { return to_string(note.reason); })
      .def_ro("text", &TableNote::text)
      .def("__repr__", [](const TableNote& note) { return "<note: " + note.text + ">"; });
}

void bind_relations(nb::module_& module) {
  nb::class_<Relation>(module, "Relation",
                       "That columns of one table name a row of another. origin: \"declared\", "
                       "\"related_tables\", \"caller\".")
      .def(
          "__init__",
          [](Relation* self, std::string child_table, std::vector<std::string> child_columns,
             std::string parent_table, std::vector<std::string> parent_columns) {
            new (self)
                Relation{std::move(child_table), std::move(child_columns), std::move(parent_table),
                         std::move(parent_columns), Relation::Origin::Caller};
          },
          nb::arg("child_table"), nb::arg("child_columns"), nb::arg("parent_table"),
          nb::arg("parent_columns"))
      .def_ro("child_table", &Relation::child_table)
      .def_ro("child_columns", &Relation::child_columns)
      .def_ro("parent_table", &Relation::parent_table)
      .def_ro("parent_columns", &Relation::parent_columns)
      .def_prop_ro("origin", [](const Relation& relation) { return to_string(relation.origin); });

  nb::class_<SchemaOperation>(
      module, "SchemaOperation",
      "One step from one schema to another, e.g. of the kind \"add_column\"; str() is a sentence.")
      .def_prop_ro("kind", [](const SchemaOperation& step) { return to_string(step.kind); })
      .def_ro("table", &SchemaOperation::table)
      .def_ro("column", &SchemaOperation::column)
      .def_ro("before", &SchemaOperation::before)
      .def_ro("after", &SchemaOperation::after)
      .def("__str__", [](const SchemaOperation& step) { return to_string(step); })
      .def("__repr__", [](const SchemaOperation& step) { return "<" + to_string(step) + ">"; });
}

}  // namespace

void bind_schema(nb::module_& module) {
  bind_tables(module);
  bind_relations(module);
  nb::class_<DatabaseSchema>(
      module, "DatabaseSchema",
      "What tables a file has, which are not compared (notes), and relations between them.")
      .def_ro("tables", &DatabaseSchema::tables)
      .def_ro("notes", &DatabaseSchema::notes)
      .def_ro("relations", &DatabaseSchema::relations)
      .def_prop_ro("fingerprint", [](const DatabaseSchema& schema) { return fingerprint(schema); })
      .def(
          "compare",
          [](const DatabaseSchema& base, const DatabaseSchema& modified) {
            return compare_schemas(base, modified);
          },
          nb::arg("modified"))
      .def("to_json", &schema_json);
  module.def("schema", &read_schema, nb::arg("path"), nb::call_guard<nb::gil_scoped_release>());
}

}  // namespace qfcsync::python
