#pragma once

#include <qfcsync/stream.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include <nanobind/nanobind.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>

namespace qfcsync::python {

/// bytes are read where they are; str and os.PathLike name a file. Keeps the bytes alive.
///
/// Opened and destroyed with the GIL; read without.
class Source {
 public:
  explicit Source(nanobind::object from);
  ByteSource& stream() { return *stream_; }

 private:
  nanobind::object bytes_;
  std::unique_ptr<ByteSource> stream_;
};

/// A file that appears whole, or memory that becomes bytes.
class Target {
 public:
  explicit Target(const std::optional<std::filesystem::path>& path);
  ByteSink& stream();
  /// Publishes the file. Without the GIL.
  void publish();
  /// The bytes, None for a file. With the GIL.
  nanobind::object result() const;

 private:
  std::optional<FileSink> file_;
  MemorySink memory_;
};

}  // namespace qfcsync::python
