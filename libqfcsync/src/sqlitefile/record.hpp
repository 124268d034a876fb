#pragma once

#include <qfcsync/value.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace qfcsync::sqlitefile {

/// The fields of a stored row as they are stored: the rowid's field is NULL, reals without fraction
/// are integers, and fields of columns added later are missing.
///
/// @param payload  of the row; the fields point into it
/// @param fields   filled anew
/// @return         false if the bytes are no record
bool decode_record(std::string_view payload, std::vector<ValueView>& fields);

}  // namespace qfcsync::sqlitefile
