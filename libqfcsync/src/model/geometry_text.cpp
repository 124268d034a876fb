#include <qfcsync/geometry_text.hpp>

#include "model/gpkg_blob.hpp"
#include "model/wkt.hpp"

namespace qfcsync {

std::optional<std::string> geometry_wkt(std::string_view blob) {
  const auto geometry = model::read_gpkg_blob(blob);
  if (!geometry) return std::nullopt;
  return model::write_wkt(*geometry);
}

}  // namespace qfcsync
