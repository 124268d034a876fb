#include "repository.hpp"
#include "values.hpp"

#include <chrono>

#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

namespace nb = nanobind;

namespace qfcsync::python {
namespace {

/// An aware datetime in UTC.
nb::object to_datetime(Timestamp time) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  const nb::module_ datetime = nb::module_::import_("datetime");
  return datetime.attr("datetime")
      .attr("fromtimestamp")(seconds, datetime.attr("timezone").attr("utc"));
}

void bind_files(nb::module_& module) {
  nb::class_<FileChange>(module, "FileChange",
                         "What a version did to a file: action is \"added\", \"changed\", "
                         "\"removed\" or \"same\"; tables counts the rows that changed.")
      .def_prop_ro("path", [](const FileChange& it) { return to_str(it.path); })
      .def_prop_ro("action", [](const FileChange& it) { return to_string(it.action); })
      .def_ro("size", &FileChange::size)
      .def_ro("sha256", &FileChange::sha256)
      .def_ro("tables", &FileChange::tables)
      .def("__repr__", [](const FileChange& it) {
        return "<" + std::string(to_string(it.action)) + " " + it.path + ">";
      });
  nb::class_<FileInfo>(module, "FileInfo", "A file of a version.")
      .def_prop_ro("path", [](const FileInfo& it) { return to_str(it.path); })
      .def_ro("size", &FileInfo::size)
      .def_ro("sha256", &FileInfo::sha256);
  nb::class_<StatusEntry>(module, "StatusEntry",
                          "What a folder has that the newest version has not.")
      .def_prop_ro("path", [](const StatusEntry& it) { return to_str(it.path); })
      .def_prop_ro("action", [](const StatusEntry& it) { return to_string(it.action); });
}

void bind_versions(nb::module_& module) {
  nb::class_<CommitResult>(module, "CommitResult",
                           "What a commit made; is_new is False when nothing had changed.")
      .def_ro("version", &CommitResult::version)
      .def_ro("is_new", &CommitResult::is_new)
      .def_ro("files", &CommitResult::files)
      .def_ro("stored_bytes", &CommitResult::stored_bytes);
  nb::class_<VersionInfo>(module, "Version", "One version: who, when, where, and what changed.")
      .def_ro("id", &VersionInfo::id)
      .def_ro("parents", &VersionInfo::parents)
      .def_prop_ro("author", [](const VersionInfo& it) { return to_str(it.author); })
      .def_prop_ro("device", [](const VersionInfo& it) { return to_str(it.device); })
      .def_prop_ro("time", [](const VersionInfo& it) { return to_datetime(it.time); })
      .def_prop_ro("message", [](const VersionInfo& it) { return to_str(it.message); })
      .def_ro("files", &VersionInfo::files)
      .def("__repr__", [](const VersionInfo& it) { return "<version " + it.id + ">"; });
  nb::class_<UndoConflict>(module, "UndoConflict", "Why something cannot be taken back.")
      .def_prop_ro("path", [](const UndoConflict& it) { return to_str(it.path); })
      .def_prop_ro("text", [](const UndoConflict& it) { return to_str(it.text); });
  nb::class_<UndoResult>(module, "UndoResult",
                         "is_done is False when there are conflicts; nothing was changed then.")
      .def_ro("is_done", &UndoResult::is_done)
      .def_ro("conflicts", &UndoResult::conflicts)
      .def_ro("commit", &UndoResult::commit);
  nb::class_<UnbundleResult>(module, "UnbundleResult",
                             "diverged is the newest version of a bundle that went another way.")
      .def_ro("head", &UnbundleResult::head)
      .def_ro("diverged", &UnbundleResult::diverged)
      .def_ro("objects", &UnbundleResult::objects);
}

void bind_care(nb::module_& module) {
  nb::class_<CheckProblem>(module, "CheckProblem",
                           "Something damaged; versions has the \"path@version\" that suffer.")
      .def_prop_ro("name", [](const CheckProblem& it) { return to_str(it.name); })
      .def_prop_ro("text", [](const CheckProblem& it) { return to_str(it.text); })
      .def_ro("versions", &CheckProblem::versions);
  nb::class_<CheckReport>(module, "CheckReport", "No problems: all is well.")
      .def_ro("problems", &CheckReport::problems)
      .def_ro("packs", &CheckReport::packs)
      .def_ro("objects", &CheckReport::objects)
      .def_ro("bytes", &CheckReport::bytes)
      .def_ro("versions", &CheckReport::versions);
  nb::class_<PrunedVersion>(module, "PrunedVersion", "A version of a file that was given up.")
      .def_prop_ro("path", [](const PrunedVersion& it) { return to_str(it.path); })
      .def_ro("version", &PrunedVersion::version)
      .def_ro("size", &PrunedVersion::size);
  nb::class_<PruneReport>(module, "PruneReport", "What a prune gave up, or would.")
      .def_ro("pruned", &PruneReport::pruned)
      .def_ro("kept_versions", &PruneReport::kept_versions)
      .def_ro("dead_bytes", &PruneReport::dead_bytes)
      .def_ro("removed_packs", &PruneReport::removed_packs)
      .def_ro("removed_bytes", &PruneReport::removed_bytes);
  nb::class_<RepairReport>(module, "RepairReport", "Names of packs that are good again, or not.")
      .def_ro("repaired", &RepairReport::repaired)
      .def_ro("unrepaired", &RepairReport::unrepaired)
      .def_ro("fetched_objects", &RepairReport::fetched_objects);
}

}  // namespace

void bind_repository_reports(nb::module_& module) {
  bind_files(module);
  bind_versions(module);
  bind_care(module);
}

}  // namespace qfcsync::python
