#pragma once

#include <qfcsync/value.hpp>

#include <cstdint>
#include <string_view>

namespace qfcsync::merge {

/// What a column makes of values that are compared with it. SQLite compares a reference as the
/// column that it refers to would see it.
enum class Affinity : std::uint8_t {
  None,     ///< values are compared as they are; an integer equals the real of its size
  Numeric,  ///< texts that are numbers count as those: '02', ' 2 ' and '2.0' are 2
  Text,     ///< integers count as their decimal text
};

/// @param type  as declared, e.g. "INTEGER", "VARCHAR(20)"; may be empty
Affinity affinity_of(std::string_view type);

/// One form for all values that the column takes for the same.
ValueView comparable(ValueView value, Affinity affinity);

}  // namespace qfcsync::merge
