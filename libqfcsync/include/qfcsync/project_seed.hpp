#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync {

/// A box in degrees, EPSG:4326.
struct GeoExtent {
  double min_x = -180;
  double min_y = -90;
  double max_x = 180;
  double max_y = 90;
};

enum class BasemapStyle { Standard, GrayscaleLight, GrayscaleDark };

/// A background of map tiles.
struct Basemap {
  std::string name;
  std::string url;  ///< with {x}, {y} and {z}
  BasemapStyle style = BasemapStyle::Standard;
};

/// From what a new project is made.
struct ProjectSeed {
  std::string title;
  GeoExtent extent;               ///< what is shown first
  std::vector<Basemap> basemaps;  ///< topmost first
};

/// The text of a .qgs for an empty project in EPSG:3857. The same seed gives the same text.
std::string seed_project(const ProjectSeed& seed);

/// Writes a copy of a project file that shows another part of the earth first. All else stays.
///
/// @param name    file name with extension, which decides between .qgs and .qgz
/// @param output  must not exist
/// @errors        Corrupt, LimitExceeded, NotFound, Io; InvalidArgument: the extent has no place in
///                the project's reference system, or that is unknown
void set_project_view(const std::filesystem::path& content, std::string_view name,
                      const GeoExtent& extent, const std::filesystem::path& output);

}  // namespace qfcsync
