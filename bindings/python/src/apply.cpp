#include <qfcsync/changeset_apply.hpp>
#include <qfcsync/changeset_json.hpp>

#include "callbacks.hpp"
#include "module.hpp"
#include "streams.hpp"
#include "values.hpp"

#include <utility>

#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

namespace nb = nanobind;

namespace qfcsync::python {
namespace {

constexpr std::pair<std::string_view, MismatchPolicy> kPolicies[] = {
    {"abort", MismatchPolicy::Abort}, {"skip", MismatchPolicy::Skip}};

ChangesetApplyResult apply(const std::filesystem::path& target, nb::object changeset,
                           std::string_view policy, bool dry_run, std::size_t max_reported,
                           nb::object on_mismatch, nb::object progress) {
  Callbacks callbacks(std::move(progress));
  ChangesetApplyOptions options;
  options.policy = pick("policy", policy, kPolicies);
  options.dry_run = dry_run;
  options.max_reported = max_reported;
  if (!on_mismatch.is_none()) {
    options.on_mismatch = [&](const Mismatch& mismatch, const Change&) {
      callbacks.call([&] { return on_mismatch(nb::cast(mismatch)), true; });
    };
  }
  options.progress = callbacks.progress();
  Source source(std::move(changeset));
  ChangesetApplyResult result;
  callbacks.run([&] { result = apply_changeset(target, source.stream(), options); });
  return result;
}

}  // namespace

void bind_apply(nb::module_& module) {
  nb::class_<Mismatch>(module, "Mismatch",
                       "Why a change does not fit: kind (e.g. \"missing_row\"), key, column, "
                       "expected and found value.")
      .def_prop_ro("kind", [](const Mismatch& it) { return to_string(it.kind); })
      .def_prop_ro("operation", [](const Mismatch& it) { return to_string(it.operation); })
      .def_ro("table", &Mismatch::table)
      .def_ro("key_columns", &Mismatch::key_columns)
      .def_prop_ro("key", [](const Mismatch& it) { return to_python(it.key); })
      .def_ro("column", &Mismatch::column)
      .def_prop_ro("expected", [](const Mismatch& it) { return to_python(it.expected); })
      .def_prop_ro("found", [](const Mismatch& it) { return to_python(it.found); })
      .def_ro("text", &Mismatch::text)
      .def("to_json", &mismatch_json)
      .def("__repr__", [](const Mismatch& it) { return "<mismatch: " + it.text + ">"; });
  nb::class_<ChangesetApplyResult>(
      module, "ApplyResult",
      "What apply did. is_applied is False after a dry run, and when a change did not fit.")
      .def_ro("is_applied", &ChangesetApplyResult::is_applied)
      .def_ro("changes_applied", &ChangesetApplyResult::changes_applied)
      .def_ro("changes_skipped", &ChangesetApplyResult::changes_skipped)
      .def_ro("mismatch_count", &ChangesetApplyResult::mismatch_count)
      .def_ro("mismatches", &ChangesetApplyResult::mismatches);
  module.def("apply", &apply, nb::arg("target"), nb::arg("changeset"), nb::arg("policy"),
             nb::arg("dry_run"), nb::arg("max_reported"), nb::arg("on_mismatch").none(),
             nb::arg("progress").none());
}

}  // namespace qfcsync::python
