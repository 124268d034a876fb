#include "project/data_source.hpp"

#include "base/text.hpp"
#include "project/source_text.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace qfcsync::project {
namespace {

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_remote_path(std::string_view path) {
  static constexpr std::array<std::string_view, 4> kVirtual = {"/vsicurl", "/vsis3", "/vsigs",
                                                               "/vsiaz"};
  if (path.find("://") != std::string_view::npos) return true;
  return std::any_of(kVirtual.begin(), kVirtual.end(),
                     [&](std::string_view prefix) { return starts_with(path, prefix); });
}

void set_path(DataSource& source, std::size_t begin, std::size_t size) {
  source.path_begin = begin;
  source.path_size = size;
  source.path = source.text.substr(begin, size);
  if (source.is_path_encoded) source.path = base::percent_decode_leniently(source.path);
  source.kind = is_remote_path(source.path) ? SourceKind::Service : SourceKind::File;
}

// /vsizip/./a.zip/a.shp: the file is the archive.
bool set_archive_path(DataSource& source, std::size_t end) {
  static constexpr std::array<std::string_view, 3> kPrefixes = {"/vsizip/", "/vsitar/",
                                                                "/vsigzip/"};
  static constexpr std::array<std::string_view, 5> kSuffixes = {".zip", ".tar.gz", ".tgz", ".tar",
                                                                ".gz"};
  for (const std::string_view prefix : kPrefixes) {
    if (!starts_with(source.text, prefix)) continue;
    for (const std::string_view suffix : kSuffixes) {
      const std::size_t at = source.text.find(suffix, prefix.size());
      if (at == std::string::npos || at >= end) continue;
      source.is_in_archive = true;
      set_path(source, prefix.size(), at + suffix.size() - prefix.size());
      return true;
    }
  }
  return false;
}

void parse_ogr_options(DataSource& source, std::size_t at) {
  const std::string& text = source.text;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('|', at + 1), text.size());
    const std::string option = text.substr(at + 1, end - at - 1);
    const std::string name = base::lower_case(option.substr(0, option.find('=')));
    const std::string value =
        option.find('=') == std::string::npos ? std::string() : option.substr(option.find('=') + 1);
    if (name == "subset" && option.size() > name.size()) {
      source.subset = text.substr(at + 1 + name.size() + 1);
      return;
    }
    if (name == "layername") source.layer_name = value;
    if (name == "layerid") source.layer_index = std::max(0, std::atoi(value.c_str()));
    at = end;
  }
}

void parse_ogr(DataSource& source) {
  const std::size_t end = std::min(source.text.find('|'), source.text.size());
  parse_ogr_options(source, end);
  if (set_archive_path(source, end)) return;
  const std::string_view head(source.text.data(), end);
  static constexpr std::array<std::string_view, 6> kDatabases = {
      "PG:", "MYSQL:", "MSSQL:", "WFS:", "OCI:", "MVT:"};
  source.kind = SourceKind::Service;
  for (const std::string_view prefix : kDatabases) {
    if (starts_with(head, prefix)) return;
  }
  const std::size_t skip = starts_with(head, "GPKG:") ? 5 : 0;
  set_path(source, skip, end - skip);
}

// NETCDF:"./a.nc":var, GPKG:./r.gpkg:table, or a path.
void parse_gdal(DataSource& source) {
  const std::string& text = source.text;
  const std::size_t end = std::min(text.find('|'), text.size());
  source.kind = SourceKind::Service;
  if (text.empty() || text.front() == '<' || set_archive_path(source, end)) return;
  const std::size_t quote = text.find('"');
  const std::size_t colon = text.find(':');
  if (quote != std::string::npos && colon != std::string::npos && colon + 1 == quote) {
    const std::size_t close = text.find('"', quote + 1);
    if (close != std::string::npos) set_path(source, quote + 1, close - quote - 1);
    return;
  }
  const bool has_driver =
      colon != std::string::npos && colon > 1 && colon < end &&
      std::all_of(
          text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon),
          [](unsigned char c) { return std::isupper(c) != 0 || std::isdigit(c) != 0 || c == '_'; });
  if (!has_driver) return set_path(source, 0, end);
  if (starts_with(text, "PG:") || starts_with(text, "WCS:") || starts_with(text, "WMS:")) return;
  const std::size_t second = std::min(text.find(':', colon + 1), end);
  set_path(source, colon + 1, second - colon - 1);
}

void parse_database(DataSource& source) {
  source.kind = SourceKind::Service;
  source.key = database_value(source.text, "key").value;
  if (source.key.size() > 1 && source.key.front() == '"') {
    source.key = source.key.substr(1, source.key.size() - 2);
  }
  source.host = database_value(source.text, "host").value;
  source.service = database_value(source.text, "service").value;
  const std::size_t sql = source.text.find(" sql=");
  if (sql != std::string::npos) source.subset = source.text.substr(sql + 5);
}

void parse_spatialite(DataSource& source) {
  parse_database(source);
  const SourceValue file = database_value(source.text, "dbname");
  set_path(source, file.begin, file.size);
  source.layer_name = database_table(source.text);
}

void parse_url_file(DataSource& source, std::size_t begin, std::size_t end) {
  source.is_path_encoded = true;
  std::size_t at = begin;
  if (starts_with(std::string_view(source.text).substr(at), "file:")) at += 5;
  if (starts_with(std::string_view(source.text).substr(at), "///")) at += 2;
  set_path(source, at, end - at);
}

void parse_delimited_text(DataSource& source) {
  const std::size_t end = std::min(source.text.find('?'), source.text.size());
  if (source.text.find("://") < end && !starts_with(source.text, "file:")) {
    source.kind = SourceKind::Service;
    return;
  }
  parse_url_file(source, 0, end);
}

// wms, vectortile: parameters; a file only as url=file:... or for types that are files.
void parse_parameters(DataSource& source) {
  source.kind = SourceKind::Service;
  const SourceValue url = url_parameter(source.text, "url");
  const std::string type = url_parameter(source.text, "type").value;
  const std::string value = base::percent_decode_leniently(url.value);
  const bool is_file = starts_with(value, "file:") || type == "mbtiles" || type == "vtpk";
  if (url.size == 0 || !is_file || value.find("{z}") != std::string::npos) return;
  parse_url_file(source, url.begin, url.begin + url.size);
}

bool set_localized(DataSource& source) {
  static constexpr std::array<std::string_view, 2> kPrefixes = {"localized:", "file:localized:"};
  static constexpr std::array<std::string_view, 2> kParameters = {"url=file:localized:",
                                                                  "url=localized:"};
  const std::string& text = source.text;
  std::size_t begin = std::string::npos;
  std::string_view stops = "|";
  for (const std::string_view prefix : kPrefixes) {
    if (starts_with(text, prefix)) begin = prefix.size();
    if (begin != std::string::npos && prefix.size() > kPrefixes[0].size()) stops = "|?";
  }
  for (const std::string_view parameter : kParameters) {
    const std::size_t at = text.find(parameter);
    if (begin != std::string::npos || at == std::string::npos) continue;
    begin = at + parameter.size();
    stops = "|&";
  }
  if (begin == std::string::npos) return false;
  const std::size_t end = std::min(text.find_first_of(stops, begin), text.size());
  source.path = text.substr(begin, end - begin);
  source.kind = SourceKind::Localized;
  return true;
}

}  // namespace

std::string DataSource::without_subset() const {
  if (subset.empty() || provider != "ogr") return text;
  // The filter is the last option: "|subset=" and the text up to the end.
  return text.substr(0, text.size() - subset.size() - std::string_view("|subset=").size());
}

std::string DataSource::with_path(const std::string& new_path) const {
  return text.substr(0, path_begin) +
         (is_path_encoded ? base::percent_encode(new_path, "/") : new_path) +
         text.substr(path_begin + path_size);
}

DataSource parse_data_source(const std::string& provider, const std::string& text) {
  static constexpr std::array<std::string_view, 5> kPlainFiles = {"pdal", "copc", "ept", "gpx",
                                                                  "cesiumtiles"};
  static constexpr std::array<std::string_view, 2> kParameters = {"wms", "vectortile"};
  DataSource source;
  source.provider = provider;
  source.text = text;
  if (text.empty() && provider.empty()) return source;
  if (set_localized(source)) return source;
  if (provider == "ogr")
    parse_ogr(source);
  else if (provider == "gdal" || provider == "mdal")
    parse_gdal(source);
  else if (provider == "spatialite")
    parse_spatialite(source);
  else if (provider == "delimitedtext")
    parse_delimited_text(source);
  else if (provider == "memory")
    source.kind = SourceKind::Memory;
  else if (provider == "virtual")
    source.kind = SourceKind::Virtual;
  else if (is_one_of(provider, kParameters))
    parse_parameters(source);
  else if (is_one_of(provider, kPlainFiles)) {
    set_path(source, 0, std::min(text.find('?'), text.size()));
  } else {
    parse_database(source);
  }
  return source;
}

}  // namespace qfcsync::project
