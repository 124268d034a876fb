#pragma once

#include "gpkg/table_envelope.hpp"
#include "gpkg/table_schema.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace qfcsync::gpkg {

/// One table of a source that goes into a package.
struct TableCopy {
  std::filesystem::path file;
  std::string source_table;
  std::string target_table;
  std::string condition;                 ///< SQL condition on the source, "" for all rows
  std::optional<Envelope> box;           ///< only rows whose geometry touches it
  std::vector<std::string> taken_names;  ///< names the new key must not have (aliases)
};

/// Writes `data.gpkg`: tables copied from GeoPackages, each with a new key, a spatial index and the
/// triggers that GDAL expects. Equal input gives equal bytes.
///
/// The file is written without journal: on any error it has to be thrown away.
class PackageFile {
 public:
  /// Called often while rows are copied; throwing stops the work.
  using Tick = std::function<void()>;

  /// @errors Io
  PackageFile(const std::filesystem::path& file, Tick tick);
  ~PackageFile();
  PackageFile(const PackageFile&) = delete;
  PackageFile& operator=(const PackageFile&) = delete;

  /// @errors Corrupt, NotFound: the source; Io; whatever tick throws
  PackagedTable add(const TableCopy& copy);

  /// Closes the file; nothing can be added any more.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace qfcsync::gpkg
