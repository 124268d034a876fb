#pragma once

#include <qfcsync/delta_applier.hpp>

#include "support/temporary_folder.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

struct sqlite3;

namespace qfcsync::test {

using Json = nlohmann::json;

/// A GeoPackage made by GDAL, with the table of the worked examples: pts(fid, geom POINT, name
/// TEXT, n INTEGER, r REAL, d DATE, ok BOOLEAN), EPSG:2056, two rows.
///
/// Layer ids are table names unless layers says otherwise.
class DeltaFixture {
 public:
  DeltaFixture();

  const std::filesystem::path& file() const { return file_; }

  /// Adds a spatial table by GDAL; fields as "name:type" with OGR's names of types.
  void add_table(const std::string& name, const std::string& geometry,
                 const std::vector<std::string>& fields);

  /// Runs SQL through GDAL, so that its triggers find their functions.
  void sql(const std::string& statement) const;
  /// First column of the first row as text; "NULL" for NULL.
  std::string value(const std::string& query) const;
  /// All rows, one a line.
  std::string table(const std::string& query) const;
  /// "1|Point (10 20)|a|5|1.5|2026-01-01|1" - all columns of pts, the geometry as WKT.
  std::string row(int fid) const;
  std::string wkt(const std::string& table, int fid) const;

  /// Completes a delta of layer pts from the keys that matter and applies it alone.
  DeltaOutcome apply(const Json& delta, ConflictPolicy policy = ConflictPolicy::Overwrite);
  /// Applies several in one job.
  std::vector<DeltaOutcome> apply_all(const std::vector<Json>& deltas,
                                      ConflictPolicy policy = ConflictPolicy::Overwrite);
  Delta complete(Json delta) const;

  DeltaApplier applier(ConflictPolicy policy = ConflictPolicy::Overwrite) const;
  DeltaApplier::LayerLookup lookup() const;

  /// What is inconsistent in the file: index against geometries, counts, extents, SQLite's own
  /// checks. "" when all is well.
  std::string inconsistency() const;

  std::map<std::string, EditLayer> layers;  ///< those that differ from "id = table"
  ClientKeyMap client_keys;                 ///< kept from job to job
  FileSafety safety = FileSafety::Journal;
  std::vector<std::filesystem::path> changed;  ///< by the last job

 private:
  TemporaryFolder folder_;
  std::filesystem::path file_;
};

}  // namespace qfcsync::test
