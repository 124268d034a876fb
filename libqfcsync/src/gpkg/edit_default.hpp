#pragma once

#include <qfcsync/deltafile.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace qfcsync::gpkg::edit {

/// What default expressions ask of the world.
struct Surroundings {
  std::function<std::int64_t()> now_ms;  ///< UTC milliseconds since 1970
  std::function<std::string()> uuid;     ///< canonical, without braces
};

/// The clock and the random numbers of this machine.
Surroundings real_surroundings();

/// Value of a QGIS default expression, as far as it can be told without QGIS: literals, NULL,
/// uuid() in its three forms, now(), $now, to_date() and to_string() of those, concat() and `||`.
///
/// @return nullopt when the expression needs more
std::optional<AttributeValue> evaluate_default(std::string_view expression,
                                               const Surroundings& surroundings);

}  // namespace qfcsync::gpkg::edit
