#pragma once

#include "options.hpp"

#include <string>

/// What to compare: two versions, or, without them, the folder with the version it stands on.
struct VersionDiff {
  std::string folder;  ///< where to look for the working folder
  std::string from;
  std::string to;
  std::string path;    ///< one file; "": all
  std::string output;  ///< as of diff; needs path
  Format format = Format::Text;
};

struct VersionDiffResult {
  bool has_changes = false;
  bool is_complete = true;  ///< false: changes are not listed row by row
};

VersionDiffResult diff_versions(const VersionDiff& asked);
