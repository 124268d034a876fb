#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace qfcsync {

/// A layer of a QGIS project as the target of deltas: where its rows are and what rules it has.
///
/// Plain data; the project reader fills it, the delta applier consumes it.
struct EditLayer {
  std::string id;
  std::string name;
  bool is_vector = true;
  bool is_valid = true;        ///< the source exists and holds the table
  bool is_editable = true;     ///< false: read-only layer, or a source we cannot edit
  std::filesystem::path file;  ///< GeoPackage, absolute
  std::string table;           ///< table in the file
  std::string subset;          ///< filter of the original layer (SQL expression), "" if none
  std::map<std::string, std::string> default_expressions;  ///< field -> QGIS expression
  std::vector<std::string> unique_fields;                  ///< layer constraint "unique"
};

}  // namespace qfcsync
