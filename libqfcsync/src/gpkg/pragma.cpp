#include "gpkg/pragma.hpp"

#include "gpkg/edit_statement.hpp"

#include <fmt/format.h>

namespace qfcsync::gpkg {

std::string pragma(std::string_view name, std::string_view about) {
  return fmt::format("PRAGMA main.{}({})", name, edit::sql_name(std::string(about)));
}

}  // namespace qfcsync::gpkg
