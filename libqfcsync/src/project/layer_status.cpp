#include "project/layer_status.hpp"

#include <qfcsync/error.hpp>

#include "base/text.hpp"
#include "ogr/vector_file.hpp"

namespace qfcsync::project {
namespace {

namespace fs = std::filesystem;

constexpr int kLineString = 2;
constexpr int kPolygon = 3;
constexpr int kToMultiPart = 3;

void set_invalid(LayerStatus& status, const char* code, std::string provider_error) {
  status.is_valid = false;
  status.error_code = code;
  status.provider_error = std::move(provider_error);
}

void set_missing(LayerStatus& status) {
  set_invalid(status, "invalid_dataprovider",
              fmt::format("There is no file \"{}\" in the project.", status.filename));
  status.error_summary = fmt::format("File \"{}\" missing.", status.filename);
}

std::string usable_key(const std::string& key) {
  return key.find(',') == std::string::npos ? key : std::string();
}

std::string field_named_fid(const std::vector<std::string>& fields) {
  for (const std::string& field : fields) {
    if (base::same_name(field, "fid")) return usable_key(field);
  }
  return {};
}

std::string table_key(const gpkg::TableInfo& table) {
  if (table.has_composite_key) return {};
  if (!table.key.empty()) return usable_key(table.key);
  std::vector<std::string> fields;
  for (const gpkg::ColumnInfo& column : table.columns) fields.push_back(column.name);
  return field_named_fid(fields);
}

bool is_whole_query(const std::string& subset) {
  const std::size_t start = subset.find_first_not_of(" \t\r\n");
  if (start == std::string::npos) return false;
  return base::lower_case(subset.substr(start, 7)).find("select") == 0;
}

std::optional<gpkg::TableInfo> find_table(gpkg::SourceFile& file, const DataSource& source) {
  if (!source.layer_name.empty() || source.layer_index == 0) {
    return gpkg::read_table(file.database(), source.layer_name);
  }
  const std::vector<std::string> tables = gpkg::layer_tables(file.database());
  const auto index = static_cast<std::size_t>(source.layer_index);
  if (index >= tables.size()) return std::nullopt;
  return gpkg::read_table(file.database(), tables[index]);
}

void probe_table(LayerStatus& status) {
  const DataSource& source = status.layer.source;
  try {
    gpkg::SourceFile file(status.file);
    status.table = find_table(file, source);
    if (!status.table) {
      return set_invalid(
          status, "invalid_dataprovider",
          fmt::format("{} has no table \"{}\".", status.filename, source.layer_name));
    }
    status.is_query = is_whole_query(source.subset);
    if (!source.subset.empty() && !status.is_query) {
      const std::string error =
          gpkg::check_condition(file.database(), *status.table, source.subset);
      if (!error.empty()) {
        return set_invalid(status, "invalid_dataprovider",
                           fmt::format("The layer's filter cannot be used: {}", error));
      }
    }
    status.key = table_key(*status.table);
    status.wkb_type = status.table->wkb_type();
    status.is_valid = true;
  } catch (const Error& error) {
    set_invalid(status, "invalid_dataprovider", error.what());
  }
}

// A companion of the file could be a link to somewhere else; GDAL would follow it.
bool has_foreign_companion(const ProjectFolder& folder, const fs::path& file) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(file.parent_path(), error)) {
    if (!entry.is_symlink() || entry.path().stem() != file.stem()) continue;
    if (folder.resolve(entry.path().lexically_relative(folder.folder()).string()).empty()) {
      return true;
    }
  }
  return false;
}

void probe_vector(const ProjectFolder& folder, LayerStatus& status) {
  if (has_foreign_companion(folder, status.file)) {
    return set_invalid(status, "invalid_dataprovider",
                       "A file beside it is a link that leads out of the project.");
  }
  const DataSource& source = status.layer.source;
  const std::string name = source.provider == "ogr" ? source.layer_name : std::string();
  ogr::VectorFileInfo info = ogr::probe_vector_file({status.file, name, source.layer_index});
  if (!info.is_valid) return set_invalid(status, "invalid_dataprovider", std::move(info.error));
  status.is_valid = true;
  if (!info.is_checked) status.provider_error = std::move(info.error);
  status.key = info.key.empty() ? field_named_fid(info.fields) : usable_key(info.key);
  if (!status.wkb_type) status.wkb_type = info.wkb_type;
  // A Shapefile does not tell single parts from several; QGIS takes it for the latter.
  const int flat = status.wkb_type.value_or(0) % 1000;
  const bool is_shape = base::lower_case(status.file.extension().string()) == ".shp";
  if (is_shape && (flat == kLineString || flat == kPolygon)) *status.wkb_type += kToMultiPart;
}

// SpatiaLite files are SQLite; whether the table is there can be told without the extension.
void probe_spatialite(LayerStatus& status) {
  try {
    gpkg::SourceFile file(status.file);
    const auto table = gpkg::read_table(file.database(), status.layer.source.layer_name);
    if (!table || status.layer.source.layer_name.empty()) {
      return set_invalid(
          status, "invalid_dataprovider",
          fmt::format("{} has no table \"{}\".", status.filename, status.layer.source.layer_name));
    }
    status.key = table_key(*table);
    status.is_valid = true;
  } catch (const Error& error) {
    set_invalid(status, "invalid_dataprovider", error.what());
  }
}

bool is_geopackage(const fs::path& file) {
  return base::lower_case(file.extension().string()) == ".gpkg";
}

void probe_file(const ProjectFolder& folder, LayerStatus& status) {
  const DataSource& source = status.layer.source;
  status.file = folder.resolve(source.path);
  std::error_code ignored;
  if (status.file.empty() ||
      (!fs::is_regular_file(status.file, ignored) && !fs::is_directory(status.file, ignored))) {
    status.file.clear();
    status.filename = plain_path(source.path);
    return set_missing(status);
  }
  status.filename = folder.name_of(status.file);
  const bool is_readable = status.layer.is_vector() && !source.is_in_archive &&
                           fs::is_regular_file(status.file, ignored);
  if (!is_readable) {
    status.is_valid = true;
  } else if (source.provider == "ogr" && is_geopackage(status.file)) {
    probe_table(status);
  } else if (source.provider == "spatialite") {
    probe_spatialite(status);
  } else if (source.provider == "ogr" || source.provider == "delimitedtext") {
    probe_vector(folder, status);
  } else {
    status.is_valid = true;
  }
}

std::optional<int> stored_wkb_type(const LayerNode& layer) {
  if (!layer.is_vector()) return std::nullopt;
  if (const int code = wkb_code(layer.wkb_name); code >= 0) return code;
  if (layer.geometry == "No geometry") return 100;
  return std::nullopt;
}

}  // namespace

LayerStatus probe_layer(const ProjectFolder& folder, const LayerNode& layer) {
  LayerStatus status;
  status.layer = layer;
  status.wkb_type = stored_wkb_type(layer);
  if (layer.is_embedded) {
    set_invalid(status, "invalid_layer", "No data provider available");
    status.error_summary = fmt::format("Embedded from project \"{}\", which is not supported.",
                                       layer.node.attribute("project").value());
    return status;
  }
  switch (layer.source.kind) {
    case SourceKind::Localized:
      status.filename = layer.source.path;
      set_invalid(status, "localized_dataprovider", "");
      status.provider_error.reset();
      break;
    case SourceKind::File:
      probe_file(folder, status);
      break;
    case SourceKind::Service:
      // A service cannot be checked from here; the device will see.
      status.is_valid = true;
      status.key = usable_key(layer.source.key);
      break;
    case SourceKind::Memory:
    case SourceKind::Virtual:
    case SourceKind::None:
      status.is_valid = true;
      break;
  }
  if (!status.is_valid || !layer.is_vector()) status.key.clear();
  return status;
}

}  // namespace qfcsync::project
