#include "repository.hpp"

#include "callbacks.hpp"
#include "module.hpp"
#include "streams.hpp"

#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

namespace nb = nanobind;
using Path = std::filesystem::path;

namespace qfcsync::python {
namespace {

using Names = std::vector<std::string>;

Value to_value(nb::handle object) {
  if (object.is_none()) return Value(ValueView::null());
  if (nb::isinstance<nb::int_>(object)) {
    return Value(ValueView::integer(nb::cast<std::int64_t>(object)));
  }
  if (nb::isinstance<nb::float_>(object)) return Value(ValueView::real(nb::cast<double>(object)));
  if (nb::isinstance<nb::bytes>(object)) {
    const auto bytes = nb::cast<nb::bytes>(object);
    return Value(ValueView::blob({static_cast<const char*>(bytes.data()), bytes.size()}));
  }
  return Value(ValueView::text(nb::cast<std::string>(object)));
}

std::vector<Value> to_key(const nb::iterable& key) {
  std::vector<Value> values;
  for (const nb::handle value : key) values.push_back(to_value(value));
  return values;
}

OpenBlobsOptions blob_options(const Path& credentials_file, const std::string& profile,
                              const Path& ca_file, const Path& resume_folder) {
  OpenBlobsOptions options;
  options.credentials_file = credentials_file;
  if (!profile.empty()) options.profile = profile;
  options.network.ca_file = ca_file;
  options.resume_folder = resume_folder;
  return options;
}

std::unique_ptr<SharedRepository> open(const std::string& address, const Path& cache, bool creates,
                                       const Path& credentials_file, const std::string& profile,
                                       const Path& ca_file, const Path& resume_folder) {
  const nb::gil_scoped_release without_gil;
  std::shared_ptr<BlobStore> store =
      open_blobs(address, blob_options(credentials_file, profile, ca_file, resume_folder));
  RepositoryOptions options;
  options.cache = cache;
  return std::make_unique<SharedRepository>(creates ? Repository::init(std::move(store), options)
                                                    : Repository::open(std::move(store), options));
}

CommitOptions commit_options(std::string author, std::string device, std::string message,
                             std::string base, std::optional<std::int64_t> time_s,
                             bool keep_identical, bool with_changes) {
  CommitOptions options;
  options.author = std::move(author);
  options.device = std::move(device);
  options.message = std::move(message);
  options.base = std::move(base);
  if (time_s) options.time = Timestamp(std::chrono::seconds(*time_s));
  options.keep_identical = keep_identical;
  options.with_changes = with_changes;
  return options;
}

/// Runs a commit that tells its progress to Python, and that Ctrl-C stops.
template <typename Work>
CommitResult run_watched(SharedRepository& shared, CommitOptions options, nb::object progress,
                         Work&& work) {
  Callbacks callbacks(std::move(progress));
  options.progress = callbacks.progress();
  CommitResult result;
  callbacks.run(
      [&] { result = shared.run_without_gil([&](auto& it) { return work(it, options); }); });
  return result;
}

CommitResult commit(SharedRepository& shared, std::vector<std::pair<std::string, Path>> files,
                    const Names& removed, const CommitOptions& options, nb::object progress) {
  std::vector<WorkingFile> working;
  for (auto& [path, file] : files) working.push_back({std::move(path), std::move(file)});
  return run_watched(shared, options, std::move(progress), [&](Repository& it, const auto& told) {
    return it.commit(working, removed, told);
  });
}

CommitResult commit_folder(SharedRepository& shared, const Path& folder, const Names& paths,
                           const CommitOptions& options, nb::object progress) {
  return run_watched(shared, options, std::move(progress), [&](Repository& it, const auto& told) {
    return it.commit_folder(folder, paths, told);
  });
}

std::vector<VersionInfo> log(SharedRepository& shared, std::string path, std::string table,
                             const nb::iterable& key, std::string before, std::size_t limit) {
  LogOptions options;
  options.path = std::move(path);
  options.table = std::move(table);
  options.key = to_key(key);
  options.before = std::move(before);
  options.limit = limit;
  return shared.run([&](Repository& it) { return it.log(options); });
}

UndoResult undo(SharedRepository& shared, const std::string& version, std::string path,
                std::string table, const nb::iterable& key, const CommitOptions& commit) {
  UndoOptions options;
  options.path = std::move(path);
  options.table = std::move(table);
  options.key = to_key(key);
  options.commit = commit;
  return shared.run([&](Repository& it) { return it.undo(version, options); });
}

/// @return (bytes or None, summary)
nb::tuple diff(SharedRepository& shared, const std::string& from, const std::string& to,
               const std::string& path, const std::optional<Path>& output) {
  Target target(output);
  DiffResult found = shared.run([&](Repository& it) {
    DiffResult result = it.diff(from, to, path, target.stream());
    target.publish();
    return result;
  });
  return nb::make_tuple(target.result(), std::move(found.summary));
}

nb::object read(SharedRepository& shared, const std::string& version, const std::string& path,
                std::uint64_t offset, std::uint64_t length, const std::optional<Path>& output) {
  Target target(output);
  shared.run([&](Repository& it) {
    it.read(version, path, offset, length, target.stream());
    target.publish();
  });
  return target.result();
}

nb::object bundle(SharedRepository& shared, const Names& have, const std::optional<Path>& output) {
  Target target(output);
  shared.run([&](Repository& it) {
    it.bundle(have, target.stream());
    target.publish();
  });
  return target.result();
}

UnbundleResult unbundle(SharedRepository& shared, nb::object from) {
  Source source(std::move(from));
  return shared.run([&](Repository& it) { return it.unbundle(source.stream()); });
}

PruneReport prune(SharedRepository& shared, std::uint32_t keep_newest, std::uint32_t keep_days,
                  std::int64_t grace_hours, bool preview) {
  PruneRules rules;
  rules.keep_newest = keep_newest;
  rules.keep_days = keep_days;
  rules.grace = std::chrono::hours(grace_hours);
  rules.preview = preview;
  return shared.run([&](Repository& it) { return it.prune(rules); });
}

RepairReport repair(SharedRepository& shared, const std::string& address,
                    const Path& credentials_file, const std::string& profile, const Path& ca_file) {
  return shared.run([&](Repository& it) {
    return it.repair(open_blobs(address, blob_options(credentials_file, profile, ca_file, {})));
  });
}

void bind_reading(nb::class_<SharedRepository>& bound) {
  using Self = SharedRepository;
  bound.def("head", [](Self& it) { return it.run([](auto& r) { return r.head(); }); })
      .def("resolve",
           [](Self& it, const std::string& name) {
             return it.run([&](auto& r) { return r.resolve(name); });
           })
      .def("status",
           [](Self& it, const Path& folder, const Names& paths) {
             return it.run([&](auto& r) { return r.status(folder, paths); });
           })
      .def("log", &log)
      .def("files",
           [](Self& it, const std::string& version) {
             return it.run([&](auto& r) { return r.files(version); });
           })
      .def("diff", &diff, nb::arg("from"), nb::arg("to"), nb::arg("path"), nb::arg("output").none())
      .def("diff_files",
           [](Self& it, const std::string& from, const std::string& to) {
             return it.run([&](auto& r) { return r.diff_files(from, to); });
           })
      .def("read", &read, nb::arg("version"), nb::arg("path"), nb::arg("offset"), nb::arg("length"),
           nb::arg("output").none())
      .def("restore",
           [](Self& it, const std::string& version, const std::string& path, const Path& target) {
             it.run([&](auto& r) { r.restore(version, path, target); });
           })
      .def("export", [](Self& it, const std::string& version, const Path& folder) {
        it.run([&](auto& r) { r.export_version(version, folder); });
      });
}

void bind_writing(nb::class_<SharedRepository>& bound) {
  using Self = SharedRepository;
  bound
      .def("commit", &commit, nb::arg("files"), nb::arg("removed"), nb::arg("options"),
           nb::arg("progress").none())
      .def("commit_folder", &commit_folder, nb::arg("folder"), nb::arg("paths"), nb::arg("options"),
           nb::arg("progress").none())
      .def("undo", &undo)
      .def("tag",
           [](Self& it, const std::string& name, const std::string& version) {
             it.run([&](auto& r) { r.tag(name, version); });
           })
      .def("remove_tag",
           [](Self& it, const std::string& name) { it.run([&](auto& r) { r.remove_tag(name); }); })
      .def("tags", [](Self& it) { return it.run([](auto& r) { return r.tags(); }); })
      .def("check",
           [](Self& it, bool is_deep) {
             return it.run(
                 [&](auto& r) { return r.check(is_deep ? CheckDepth::Deep : CheckDepth::Fast); });
           })
      .def("prune", &prune)
      .def("repair", &repair)
      .def("bundle", &bundle, nb::arg("have"), nb::arg("output").none())
      .def("unbundle", &unbundle)
      .def("rebuild_cache", [](Self& it) { it.run([](auto& r) { r.rebuild_cache(); }); })
      .def("close", &SharedRepository::close);
}

}  // namespace

void bind_repository(nb::module_& module) {
  bind_repository_reports(module);
  nb::class_<CommitOptions>(module, "CommitOptions");
  module.def("commit_options", &commit_options, nb::arg("author"), nb::arg("device"),
             nb::arg("message"), nb::arg("base"), nb::arg("time_s").none(),
             nb::arg("keep_identical"), nb::arg("with_changes"));
  nb::class_<SharedRepository> bound(module, "Repository");
  bind_reading(bound);
  bind_writing(bound);
  module.def("open_repository", &open, nb::arg("address"), nb::arg("cache"), nb::arg("creates"),
             nb::arg("credentials_file"), nb::arg("profile"), nb::arg("ca_file"),
             nb::arg("resume_folder"));
}

}  // namespace qfcsync::python
