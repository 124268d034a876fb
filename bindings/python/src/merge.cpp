#include <qfcsync/changeset_json.hpp>
#include <qfcsync/merge.hpp>

#include "callbacks.hpp"
#include "module.hpp"
#include "streams.hpp"
#include "values.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

namespace nb = nanobind;
using Path = std::filesystem::path;

namespace qfcsync::python {
namespace {

constexpr std::pair<std::string_view, MergePolicy> kPolicies[] = {
    {"ours", MergePolicy::Ours}, {"theirs", MergePolicy::Theirs}, {"ask", MergePolicy::Ask}};

constexpr std::pair<std::string_view, Side> kSides[] = {{"ours", Side::Ours},
                                                        {"theirs", Side::Theirs}};

/// What rebase and merge have in common: options, and the conflicts as Python objects.
struct Merging {
  Merging(std::string_view policy, nb::object resolver, nb::object on_conflict,
          std::vector<Relation> relations, nb::object progress)
      : callbacks(std::move(progress)) {
    options.policy = pick("policy", policy, kPolicies);
    options.relations = std::move(relations);
    options.progress = callbacks.progress();
    options.on_conflict = [this, on_conflict](const Conflict& conflict) {
      callbacks.call([&] {
        const nb::object object = nb::cast(conflict);
        conflicts.append(object);
        if (!on_conflict.is_none()) on_conflict(object);
        return true;
      });
    };
    if (resolver.is_none()) return;
    options.resolver = [this, resolver](const Conflict& conflict) {
      return callbacks.call([&] {
        const nb::object side = resolver(nb::cast(conflict));
        return pick("the answer of resolve", nb::cast<std::string>(nb::str(side)), kSides);
      });
    };
  }
  Merging(const Merging&) = delete;
  Merging& operator=(const Merging&) = delete;

  Callbacks callbacks;
  MergeOptions options;
  nb::list conflicts;
};

/// @return (bytes or None, conflicts, renumbered, change count)
nb::tuple rebase_to(nb::object ours, nb::object theirs, const std::optional<Path>& output,
                    std::string_view policy, nb::object resolver, nb::object on_conflict,
                    std::vector<Relation> relations, const DatabaseSchema* schema,
                    std::map<std::string, std::int64_t> max_keys, nb::object progress) {
  Merging merging(policy, std::move(resolver), std::move(on_conflict), std::move(relations),
                  std::move(progress));
  merging.options.schema = schema;
  merging.options.max_keys = std::move(max_keys);
  Source our_source(std::move(ours));
  Source their_source(std::move(theirs));
  Target target(output);
  RebaseResult result;
  merging.callbacks.run([&] {
    const auto scratch = make_scratch();
    result = rebase(our_source.stream(), their_source.stream(), target.stream(), *scratch,
                    merging.options);
    target.publish();
  });
  return nb::make_tuple(target.result(), merging.conflicts, std::move(result.renumbered),
                        result.change_count);
}

/// @return (conflicts, renumbered, summary of ours, summary of theirs, notes)
nb::tuple merge_to(const Path& base, const Path& ours, const Path& theirs, const Path& path,
                   std::string_view policy, nb::object resolver, nb::object on_conflict,
                   std::vector<Relation> relations, nb::object progress) {
  Merging merging(policy, std::move(resolver), std::move(on_conflict), std::move(relations),
                  std::move(progress));
  MergeResult result;
  merging.callbacks.run([&] { result = merge_files(base, ours, theirs, path, merging.options); });
  return nb::make_tuple(merging.conflicts, std::move(result.renumbered), std::move(result.ours),
                        std::move(result.theirs), std::move(result.notes));
}

void bind_conflict(nb::module_& module) {
  nb::class_<ConflictCell>(
      module, "ConflictCell",
      "One cell of a conflict; UNDEFINED where a side has no row or did not touch it.")
      .def_ro("column", &ConflictCell::column)
      .def_prop_ro("name", [](const ConflictCell& it) { return to_str(it.name); })
      .def_prop_ro("base", [](const ConflictCell& it) { return to_python(it.base); })
      .def_prop_ro("ours", [](const ConflictCell& it) { return to_python(it.ours); })
      .def_prop_ro("theirs", [](const ConflictCell& it) { return to_python(it.theirs); });
  nb::class_<Conflict>(module, "Conflict",
                       "Two incompatible changes of one row. kind: e.g. \"same_cell\"; written: "
                       "\"ours\", \"theirs\", \"both\".")
      .def_prop_ro("kind", [](const Conflict& it) { return to_string(it.kind); })
      .def_prop_ro("table", [](const Conflict& it) { return to_str(it.table); })
      .def_ro("key_columns", &Conflict::key_columns)
      .def_prop_ro("key", [](const Conflict& it) { return to_python(it.key); })
      .def_prop_ro("new_key", [](const Conflict& it) { return to_python(it.new_key); })
      .def_ro("cells", &Conflict::cells)
      .def_prop_ro("geometry_column", [](const Conflict& it) { return to_str(it.geometry_column); })
      .def_prop_ro("written", [](const Conflict& it) { return to_string(it.written); })
      .def_prop_ro("text", [](const Conflict& it) { return to_str(it.text); })
      .def("to_json", &conflict_json)
      .def("__repr__", [](const Conflict& it) { return "<conflict: " + it.text + ">"; });
  nb::class_<RenumberedKey>(
      module, "RenumberedKey",
      "A key of ours that was given anew, since theirs has a row of the old one.")
      .def_ro("table", &RenumberedKey::table)
      .def_ro("before", &RenumberedKey::before)
      .def_ro("after", &RenumberedKey::after);
}

}  // namespace

void bind_merge(nb::module_& module) {
  bind_conflict(module);
  module.def("rebase", &rebase_to, nb::arg("ours"), nb::arg("theirs"), nb::arg("output").none(),
             nb::arg("policy"), nb::arg("resolve").none(), nb::arg("on_conflict").none(),
             nb::arg("relations"), nb::arg("schema").none(), nb::arg("max_keys"),
             nb::arg("progress").none());
  module.def("merge", &merge_to, nb::arg("base"), nb::arg("ours"), nb::arg("theirs"),
             nb::arg("result"), nb::arg("policy"), nb::arg("resolve").none(),
             nb::arg("on_conflict").none(), nb::arg("relations"), nb::arg("progress").none());
}

}  // namespace qfcsync::python
