#pragma once

#include "gpkg/table_envelope.hpp"

#include <cstdint>
#include <memory>
#include <string>

#include <SQLiteCpp/Database.h>

namespace qfcsync::gpkg {

/// Fills the spatial index of a new table in bulk.
///
/// SQLite builds an R-tree by inserting and splitting, row by row. Here the nodes are packed along
/// a Hilbert curve and written straight into the tables behind the index (SQLite documents their
/// layout), which is several times faster and gives fuller, better clustered nodes. Memory is
/// bounded whatever the number of rows.
class RtreeBuilder {
 public:
  /// Creates the virtual table `rtree_<table>_<geometry>`.
  RtreeBuilder(SQLite::Database& database, const std::string& table, const std::string& geometry);
  ~RtreeBuilder();
  RtreeBuilder(const RtreeBuilder&) = delete;
  RtreeBuilder& operator=(const RtreeBuilder&) = delete;

  /// @param id  ascending from call to call
  void add(std::int64_t id, const Envelope& envelope);
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace qfcsync::gpkg
