#include "support/project_builder.hpp"

#include <fstream>
#include <iterator>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <zip.h>

namespace qfcsync::test {
namespace {

OGRSpatialReferenceH swiss() {
  OGRSpatialReferenceH srs = OSRNewSpatialReference(nullptr);
  OSRImportFromEPSG(srs, 2056);
  return srs;
}

GDALDatasetH open_for_writing(const std::filesystem::path& file, const char* driver) {
  GDALAllRegister();
  if (std::filesystem::exists(file)) {
    return GDALOpenEx(file.c_str(), GDAL_OF_VECTOR | GDAL_OF_UPDATE, nullptr, nullptr, nullptr);
  }
  return GDALCreate(GDALGetDriverByName(driver), file.c_str(), 0, 0, 0, GDT_Unknown, nullptr);
}

OGRLayerH create_layer(GDALDatasetH dataset, const std::string& name, OGRwkbGeometryType type) {
  OGRSpatialReferenceH srs = swiss();
  OGRLayerH layer = GDALDatasetCreateLayer(dataset, name.c_str(), srs, type, nullptr);
  OSRRelease(srs);
  REQUIRE(layer != nullptr);
  return layer;
}

void add_field(OGRLayerH layer, const char* name, OGRFieldType type,
               OGRFieldSubType subtype = OFSTNone, int width = 0) {
  OGRFieldDefnH field = OGR_Fld_Create(name, type);
  OGR_Fld_SetSubType(field, subtype);
  OGR_Fld_SetWidth(field, width);
  REQUIRE(OGR_L_CreateField(layer, field, TRUE) == OGRERR_NONE);
  OGR_Fld_Destroy(field);
}

void set_geometry(OGRFeatureH feature, const std::string& wkt) {
  std::string text = wkt;
  char* at = text.data();
  OGRGeometryH geometry = nullptr;
  REQUIRE(OGR_G_CreateFromWkt(&at, nullptr, &geometry) == OGRERR_NONE);
  OGR_F_SetGeometryDirectly(feature, geometry);
}

void set_tree(OGRFeatureH feature, int row) {
  OGR_F_SetFieldString(feature, 0, fmt::format("Eiche «{}»", row).c_str());
  OGR_F_SetFieldInteger(feature, 1, row % 7);
  OGR_F_SetFieldInteger64(feature, 2, 9007199254740993 + row);
  OGR_F_SetFieldDouble(feature, 3, row / 3.0);
  OGR_F_SetFieldInteger(feature, 4, row % 2);
  OGR_F_SetFieldDateTime(feature, 5, 2026, 3, 1 + row % 28, 0, 0, 0, 0);
  OGR_F_SetFieldDateTime(feature, 6, 2026, 3, 1, 12, row % 60, 0, 100);
  if (row % 3 == 0) OGR_F_SetFieldNull(feature, 0);
  const unsigned char bytes[] = {0, 1, static_cast<unsigned char>(row)};
  OGR_F_SetFieldBinary(feature, 7, sizeof bytes, bytes);
}

}  // namespace

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '"')
      result += "&quot;";
    else
      result += c;
  }
  return result;
}

std::string LayerText::xml() const {
  const std::string properties = action.empty()
                                     ? "<customproperties><Option/></customproperties>"
                                     : fmt::format(
                                           "<customproperties><Option type=\"Map\"><Option "
                                           "name=\"QFieldSync/cloud_action\" type=\"QString\" "
                                           "value=\"{}\"/></Option></customproperties>",
                                           action);
  return fmt::format(
      "<maplayer type=\"{}\" geometry=\"{}\" wkbType=\"{}\" readOnly=\"0\" {}><id>{}</id>"
      "<datasource>{}</datasource><layername>Layer {}</layername><srs><spatialrefsys>"
      "<authid>{}</authid></spatialrefsys></srs><provider encoding=\"UTF-8\">{}</provider>"
      "{}{}</maplayer>",
      type, geometry, wkb_type, attributes, id, escaped(source), id, authority, provider,
      properties, children);
}

std::string ProjectText::xml() const {
  std::string nodes;
  std::string maplayers;
  for (const LayerText& layer : layers) {
    nodes += fmt::format("<layer-tree-layer id=\"{}\" source=\"{}\" providerKey=\"{}\"/>", layer.id,
                         escaped(layer.source), layer.provider);
    maplayers += layer.xml() + "\n";
  }
  return fmt::format(
      "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
      "<qgis version=\"{}\" projectname=\"{}\">\n<title>{}</title>\n<transaction "
      "mode=\"AutomaticGroups\"/>\n<projectFlags set=\"EvaluateDefaultValuesOnProviderSide|"
      "TrustStoredLayerStatistics\"/>\n<projectCrs><spatialrefsys><authid>EPSG:2056</authid>"
      "</spatialrefsys></projectCrs>\n<layer-tree-group>{}</layer-tree-group>\n"
      "<projectlayers>\n{}</projectlayers>\n<properties>{}</properties>\n{}</qgis>\n",
      version, title, title, tree.empty() ? nodes : tree, maplayers, properties, extra);
}

void write_file(const std::filesystem::path& file, const std::string& bytes) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_zip(const std::filesystem::path& file,
               const std::vector<std::pair<std::string, std::string>>& entries) {
  zip_t* zip = zip_open(file.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  REQUIRE(zip != nullptr);
  for (const auto& [name, bytes] : entries) {
    REQUIRE(zip_file_add(zip, name.c_str(), zip_source_buffer(zip, bytes.data(), bytes.size(), 0),
                         ZIP_FL_ENC_UTF_8) >= 0);
  }
  REQUIRE(zip_close(zip) == 0);
}

std::string read_zip(const std::filesystem::path& file, const std::string& entry) {
  zip_t* zip = zip_open(file.c_str(), ZIP_RDONLY, nullptr);
  REQUIRE(zip != nullptr);
  std::string bytes;
  zip_stat_t stat;
  if (zip_stat(zip, entry.c_str(), 0, &stat) == 0) {
    bytes.resize(stat.size);
    zip_file_t* content = zip_fopen(zip, entry.c_str(), 0);
    CHECK(zip_fread(content, bytes.data(), bytes.size()) == static_cast<zip_int64_t>(stat.size));
    zip_fclose(content);
  }
  zip_discard(zip);
  return bytes;
}

void write_trees(const std::filesystem::path& file, int rows, const std::string& table) {
  std::filesystem::create_directories(file.parent_path());
  GDALDatasetH dataset = open_for_writing(file, "GPKG");
  REQUIRE(dataset != nullptr);
  OGRLayerH layer = create_layer(dataset, table, wkbPoint);
  add_field(layer, "species", OFTString, OFSTNone, 40);
  add_field(layer, "state", OFTInteger);
  add_field(layer, "big", OFTInteger64);
  add_field(layer, "height", OFTReal);
  add_field(layer, "healthy", OFTInteger, OFSTBoolean);
  add_field(layer, "planted", OFTDate);
  add_field(layer, "seen", OFTDateTime);
  add_field(layer, "bytes", OFTBinary);
  GDALDatasetStartTransaction(dataset, FALSE);
  for (int row = 1; row <= rows; ++row) {
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(layer));
    set_tree(feature, row);
    if (row != 2) set_geometry(feature, fmt::format("POINT ({} {})", 2600000 + row, 1200000 - row));
    REQUIRE(OGR_L_CreateFeature(layer, feature) == OGRERR_NONE);
    OGR_F_Destroy(feature);
  }
  GDALDatasetCommitTransaction(dataset);
  GDALClose(dataset);
}

void add_polygons(const std::filesystem::path& file, const std::string& table, int rows) {
  std::filesystem::create_directories(file.parent_path());
  GDALDatasetH dataset = open_for_writing(file, "GPKG");
  OGRLayerH layer = create_layer(dataset, table, wkbMultiPolygonZM);
  add_field(layer, "name", OFTString);
  for (int row = 0; row < rows; ++row) {
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(layer));
    set_geometry(feature, fmt::format("MULTIPOLYGON ZM ((({0} 0 1 2,{0} 5 1 2,{1} 5 1 2,{0} 0 1 "
                                      "2)))",
                                      row * 10, row * 10 + 5));
    REQUIRE(OGR_L_CreateFeature(layer, feature) == OGRERR_NONE);
    OGR_F_Destroy(feature);
  }
  GDALClose(dataset);
}

void write_vector(const std::filesystem::path& file, const char* driver,
                  const std::vector<std::string>& fields) {
  std::filesystem::create_directories(file.parent_path());
  GDALDatasetH dataset = open_for_writing(file, driver);
  REQUIRE(dataset != nullptr);
  const bool is_csv = std::string(driver) == "CSV";
  OGRLayerH layer = create_layer(dataset, file.stem().string(), is_csv ? wkbNone : wkbPolygon);
  for (const std::string& field : fields) add_field(layer, field.c_str(), OFTInteger);
  for (int row = 0; row < 3; ++row) {
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(layer));
    for (int i = 0; i < static_cast<int>(fields.size()); ++i) {
      OGR_F_SetFieldInteger(feature, i, row);
    }
    if (!is_csv) set_geometry(feature, "POLYGON ((0 0,0 1,1 1,0 0))");
    REQUIRE(OGR_L_CreateFeature(layer, feature) == OGRERR_NONE);
    OGR_F_Destroy(feature);
  }
  GDALClose(dataset);
}

}  // namespace qfcsync::test
