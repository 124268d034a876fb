#pragma once

#include <qfcsync/deltafile.hpp>

#include "gpkg/edit_schema.hpp"

#include <string>

namespace qfcsync::gpkg::edit {

/// Equality of two values of a delta: NULL equals NULL, 5 equals 5.0, true equals 1, "5" does not
/// equal 5; lists and maps element by element.
bool same_value(const AttributeValue& a, const AttributeValue& b);

/// Equality of what the column holds and what a delta says it held; dates and times compare as
/// such, and a stored JSON text equals the list or map it spells.
bool same_as_stored(const AttributeValue& stored, const AttributeValue& told, ColumnKind kind);

/// A value as the reference shows it: None, True, 13.0, [1, 'a'].
std::string python_text(const AttributeValue& value);

/// The text of one conflict, three lines.
std::string conflict_text(const std::string& attribute, const AttributeValue& stored,
                          const AttributeValue& told);

}  // namespace qfcsync::gpkg::edit
