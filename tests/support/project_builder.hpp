#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace qfcsync::test {

/// Text of a layer for a project document.
struct LayerText {
  std::string id = {};
  std::string source = {};
  std::string provider = "ogr";
  std::string type = "vector";
  std::string geometry = "Point";
  std::string wkb_type = "Point";
  std::string action = {};      ///< QFieldSync/cloud_action, "" leaves it out
  std::string attributes = {};  ///< more attributes of <maplayer>
  std::string children = {};    ///< more children
  std::string authority = "EPSG:2056";

  std::string xml() const;
};

/// A QGIS document as current QGIS writes it, reduced to what matters here.
struct ProjectText {
  std::vector<LayerText> layers = {};
  std::string version = "3.44.7-Solothurn";
  std::string title = {};
  std::string tree = {};        ///< replaces the generated layer tree
  std::string properties = {};  ///< inside <properties>
  std::string extra = {};       ///< more children of <qgis>

  std::string xml() const;
};

/// XML text with its special characters escaped.
std::string escaped(const std::string& text);

void write_file(const std::filesystem::path& file, const std::string& bytes);
std::string read_file(const std::filesystem::path& file);

/// Makes a .qgz.
void write_zip(const std::filesystem::path& file,
               const std::vector<std::pair<std::string, std::string>>& entries);
/// Content of one entry; "" when there is none.
std::string read_zip(const std::filesystem::path& file, const std::string& entry);

/// A GeoPackage made by GDAL: table `trees` of points in EPSG:2056 with columns of all types, and
/// `rows` rows. The second row has no geometry.
void write_trees(const std::filesystem::path& file, int rows, const std::string& table = "trees");

/// Adds a table with polygons (envelopes in the geometry headers) and no attribute but "name".
void add_polygons(const std::filesystem::path& file, const std::string& table, int rows);

/// A vector file of three rows by any driver of GDAL.
void write_vector(const std::filesystem::path& file, const char* driver,
                  const std::vector<std::string>& fields);

}  // namespace qfcsync::test
