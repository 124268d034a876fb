#pragma once

#include <qfcsync/error.hpp>
#include <qfcsync/remote_store.hpp>
#include <qfcsync/repository.hpp>

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <nanobind/nanobind.h>

namespace qfcsync::python {

/// A repository that Python threads may share: one works at a time, without the GIL.
class SharedRepository {
 public:
  explicit SharedRepository(Repository repository) : repository_(std::move(repository)) {}

  /// Runs work with the repository. Called with the GIL; no Python object may be touched in it.
  ///
  /// @errors InvalidArgument: it is closed
  template <typename Work>
  auto run(Work&& work) {
    const nanobind::gil_scoped_release without_gil;
    return run_without_gil(work);
  }

  /// The same, called without the GIL.
  template <typename Work>
  auto run_without_gil(Work&& work) {
    const std::lock_guard lock(mutex_);
    if (!repository_) throw Error(ErrorCode::InvalidArgument, "the repository is closed");
    return work(*repository_);
  }

  void close() {
    const nanobind::gil_scoped_release without_gil;
    const std::lock_guard lock(mutex_);
    repository_.reset();
  }

 private:
  std::mutex mutex_;
  std::optional<Repository> repository_;
};

/// The structs that a repository gives, as read-only Python classes.
void bind_repository_reports(nanobind::module_& module);

}  // namespace qfcsync::python
