#pragma once

#include <qfcsync/deltafile.hpp>

#include "gpkg/edit_schema.hpp"
#include "gpkg/edit_statement.hpp"

#include <optional>

namespace qfcsync::gpkg::edit {

/// Greatest key a delta may choose. Beyond it the table would run out of keys, and every later
/// feature without key would be refused.
inline constexpr std::int64_t kMaxChosenKey = std::int64_t{1} << 62;

/// A value of a delta as the column stores it, by the rules of QGIS and GDAL: number texts become
/// numbers, reals are rounded in integer columns, dates and times have to exist, date-times are
/// stored in UTC, lists and maps as JSON text; an empty text is NULL except in texts and blobs.
///
/// @return nullopt when the column cannot take the value
std::optional<SqlValue> to_column(const AttributeValue& value, const Column& column);

/// A stored value as QGIS shows it: booleans as such, bytes as text.
AttributeValue from_column(const SqlValue& value, const Column& column);

/// A number in a text without anything around but blanks.
std::optional<std::int64_t> parse_integer(std::string_view text);
std::optional<double> parse_real(std::string_view text);

}  // namespace qfcsync::gpkg::edit
