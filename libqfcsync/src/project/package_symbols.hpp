#pragma once

#include "project/paths.hpp"

#include <filesystem>

#include <pugixml.hpp>

namespace qfcsync::project {

/// Largest symbol image that is put into the document itself.
inline constexpr std::size_t kMaxEmbeddedSymbolBytes = 4u << 20;

/// SVG and image markers of a point layer: a file that the package has at the same place is named
/// by relative path, another file of the project is embedded, anything else stays as it is.
void rewrite_symbols(pugi::xml_node layer, const ProjectFolder& folder,
                     const std::filesystem::path& package);

}  // namespace qfcsync::project
