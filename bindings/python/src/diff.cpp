#include <qfcsync/extract.hpp>

#include "callbacks.hpp"
#include "module.hpp"
#include "streams.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

namespace nb = nanobind;
using Path = std::filesystem::path;

namespace qfcsync::python {
namespace {

constexpr std::pair<std::string_view, ExtractMethod> kMethods[] = {
    {"auto", ExtractMethod::Auto},
    {"leaves", ExtractMethod::Leaves},
    {"pages", ExtractMethod::Pages},
    {"sqlite", ExtractMethod::Sqlite}};

constexpr std::pair<std::string_view, SchemaPolicy> kSchemaPolicies[] = {
    {"refuse", SchemaPolicy::Refuse}, {"report", SchemaPolicy::Report}};

std::string_view to_word(ExtractMethod method) {
  for (const auto& [name, value] : kMethods) {
    if (value == method) return name;
  }
  return "auto";
}

/// @return (bytes or None, ExtractResult)
nb::tuple diff(const Path& base, const Path& modified, const std::optional<Path>& output,
               nb::object manifest, std::vector<std::string> tables, std::string_view schema_policy,
               std::string_view method, bool with_envelope, std::string base_id,
               nb::object progress) {
  Callbacks callbacks(std::move(progress));
  ExtractOptions options;
  options.schema = pick("schema_policy", schema_policy, kSchemaPolicies);
  options.method = pick("method", method, kMethods);
  options.tables = std::move(tables);
  options.with_envelope = with_envelope;
  options.base_id = std::move(base_id);
  options.progress = callbacks.progress();
  std::optional<Source> source;
  if (!manifest.is_none()) source.emplace(std::move(manifest));
  Target target(output);
  ExtractResult result;
  callbacks.run([&] {
    result = source
                 ? extract_with_manifest(base, source->stream(), modified, target.stream(), options)
                 : extract(base, modified, target.stream(), options);
    compare_unnamed_rows(base, modified, result.notes, options.progress);
    target.publish();
  });
  return nb::make_tuple(target.result(), std::move(result));
}

nb::object manifest(const Path& path, const std::optional<Path>& output, nb::object progress) {
  Callbacks callbacks(std::move(progress));
  Target target(output);
  callbacks.run([&] {
    write_page_manifest(path, target.stream(), callbacks.progress());
    target.publish();
  });
  return target.result();
}

}  // namespace

void bind_diff(nb::module_& module) {
  nb::class_<ChangesetSummary::Table>(
      module, "SummaryTable", "How many rows of a table were inserted, updated and deleted.")
      .def_ro("name", &ChangesetSummary::Table::name)
      .def_ro("inserts", &ChangesetSummary::Table::inserts)
      .def_ro("updates", &ChangesetSummary::Table::updates)
      .def_ro("deletes", &ChangesetSummary::Table::deletes);
  nb::class_<ChangesetSummary>(module, "Summary", "Counts of changes by table.")
      .def_ro("tables", &ChangesetSummary::tables)
      .def_prop_ro("changes", &ChangesetSummary::changes);
  nb::class_<ExtractResult>(
      module, "DiffReport",
      "What a diff found beside the changes: counts, tables that were not compared, and how.")
      .def_ro("summary", &ExtractResult::summary)
      .def_ro("notes", &ExtractResult::notes)
      .def_ro("schema_operations", &ExtractResult::schema_operations)
      .def_prop_ro("method", [](const ExtractResult& result) { return to_word(result.method); });
  module.def("diff", &diff, nb::arg("base"), nb::arg("modified"), nb::arg("output").none(),
             nb::arg("manifest").none(), nb::arg("tables"), nb::arg("schema_policy"),
             nb::arg("method"), nb::arg("with_envelope"), nb::arg("base_id"),
             nb::arg("progress").none());
  module.def("manifest", &manifest, nb::arg("path"), nb::arg("output").none(),
             nb::arg("progress").none());
}

}  // namespace qfcsync::python
