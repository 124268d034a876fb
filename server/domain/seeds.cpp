#include "domain/seeds.hpp"

#include "domain/text.hpp"
#include "http/api_error.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace qfcsync::server {
namespace {

using nlohmann::json;

constexpr const char* kSchemaId = "project-seed/1";
constexpr std::string_view kOsmUrl = "https://tile.openstreetmap.org/{z}/{x}/{y}.png";
constexpr std::size_t kMaxUrlBytes = 2000;

struct StyleName {
  std::string_view word;
  std::string_view title;
  BasemapStyle style;
};
constexpr StyleName kStyles[] = {
    {"standard", "Standard", BasemapStyle::Standard},
    {"grayscale_light", "Grayscale Light", BasemapStyle::GrayscaleLight},
    {"grayscale_dark", "Grayscale Dark", BasemapStyle::GrayscaleDark},
};

[[noreturn]] void refuse(std::string reason) {
  throw errors::api_error(400).with_detail(std::move(reason));
}

[[noreturn]] void refuse_extent(const std::string& reason) {
  throw errors::validation_error().with_detail("extent: " + reason);
}

const StyleName& style_of(const std::string& word) {
  for (const StyleName& style : kStyles) {
    if (style.word == word) return style;
  }
  refuse("basemap_style must be standard, grayscale_light or grayscale_dark");
}

json object_of(const json& field) {
  const json object =
      field.is_string() ? json::parse(field.get_ref<const std::string&>(), nullptr, false) : field;
  if (!object.is_object()) refuse("seed must be a JSON object");
  return object;
}

/// A text of the seed, "" when it is missing or null.
std::string text_in(const json& seed, const char* key) {
  const auto found = seed.find(key);
  if (found == seed.end() || found->is_null()) return {};
  if (!found->is_string()) refuse(fmt::format("{} must be a text", key));
  return found->get<std::string>();
}

double number_at(std::string_view& text) {
  const std::string_view word = trimmed(text.substr(0, text.find(',')));
  text.remove_prefix(std::min(text.size(), text.find(',')));
  if (!text.empty()) text.remove_prefix(1);
  double value = 0;
  const auto parsed = std::from_chars(word.data(), word.data() + word.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != word.data() + word.size()) {
    refuse_extent("four numbers minx,miny,maxx,maxy are needed");
  }
  return value;
}

GeoExtent extent_of(std::string_view text) {
  if (std::count(text.begin(), text.end(), ',') != 3) {
    refuse_extent("four numbers minx,miny,maxx,maxy are needed");
  }
  GeoExtent extent;
  for (double* side : {&extent.min_x, &extent.min_y, &extent.max_x, &extent.max_y}) {
    *side = number_at(text);
  }
  // Written so that NaN fails, too.
  const bool is_on_earth =
      extent.min_x >= -180 && extent.max_x <= 180 && extent.min_y >= -90 && extent.max_y <= 90;
  if (!is_on_earth) refuse_extent("it leaves the range of longitudes and latitudes");
  if (!(extent.min_x < extent.max_x && extent.min_y < extent.max_y)) {
    refuse_extent("it is empty");
  }
  return extent;
}

std::string extent_text(const GeoExtent& extent) {
  return fmt::format("{},{},{},{}", extent.min_x, extent.min_y, extent.max_x, extent.max_y);
}

json basemap_json(const json& seed) {
  const std::string provider = text_in(seed, "basemap_provider");
  const std::string style_word = text_in(seed, "basemap_style");
  const StyleName& style = style_of(style_word.empty() ? "standard" : style_word);
  const std::string url = text_in(seed, "basemap_url");
  if (provider.empty() || provider == "none") return json::array();
  if (provider == "osm") {
    return {{{"name", fmt::format("OpenStreetMap ({})", style.title)},
             {"style", style.word},
             {"url", kOsmUrl}}};
  }
  if (provider != "custom") refuse("basemap_provider must be none, osm or custom");
  if (url.empty()) refuse("basemap_url is required for a custom basemap");
  if (url.size() > kMaxUrlBytes || (!url.starts_with("http://") && !url.starts_with("https://"))) {
    refuse("basemap_url must be the address of tiles, beginning with http:// or https://");
  }
  return {{{"name", fmt::format("Custom ({})", style.title)}, {"style", style.word}, {"url", url}}};
}

/// A clone takes everything from its source; only the view may differ.
void check_clone_seed(const json& seed) {
  if (seed.size() != 1 || !seed.contains("extent")) {
    refuse("the seed of a clone has the key extent and no other");
  }
}

}  // namespace

Seed parse_seed(const json& field, const std::optional<std::string>& clone_from, bool has_xlsform) {
  Seed seed;
  seed.clone_from_project = clone_from;
  json basemaps = json::array();
  if (!field.is_null()) {
    const json object = object_of(field);
    if (clone_from) check_clone_seed(object);
    basemaps = basemap_json(object);
    const std::string extent = text_in(object, "extent");
    if (extent.empty() && object.contains("extent") && clone_from) refuse_extent("it is empty");
    seed.extent = extent.empty() ? GeoExtent{} : extent_of(extent);
  }
  const json form = has_xlsform ? json({{"show_groups_as_tabs", false}}) : json(nullptr);
  seed.settings =
      json({{"schemaId", kSchemaId}, {"basemaps", std::move(basemaps)}, {"xlsform", form}}).dump();
  return seed;
}

std::vector<Basemap> basemaps_of(const Seed& seed) {
  std::vector<Basemap> basemaps;
  const json settings = json::parse(seed.settings);
  for (const json& entry : settings.at("basemaps")) {
    basemaps.push_back({entry.at("name").get<std::string>(), entry.at("url").get<std::string>(),
                        style_of(entry.at("style").get<std::string>()).style});
  }
  return basemaps;
}

void store_seed(Connection& db, const std::string& project_id, const Seed& seed) {
  db.run("INSERT INTO seed VALUES (?, ?, ?, ?, ?, ?)",
         {project_id, seed.extent ? std::optional(extent_text(*seed.extent)) : std::nullopt,
          seed.clone_from_project, seed.settings, seed.xlsform_sha256, seed.xlsform_name});
}

std::optional<Seed> find_seed(Connection& db, const std::string& project_id) {
  return db.first(
      "SELECT extent, clone_from_project, settings, xlsform_sha256, xlsform_name FROM seed "
      "WHERE project_id = ?",
      {project_id}, [](const Row& row) {
        Seed seed;
        if (const auto extent = row.optional_text(0)) seed.extent = extent_of(*extent);
        seed.clone_from_project = row.optional_text(1);
        seed.settings = row.text(2);
        seed.xlsform_sha256 = row.optional_text(3);
        seed.xlsform_name = row.optional_text(4);
        return seed;
      });
}

}  // namespace qfcsync::server
