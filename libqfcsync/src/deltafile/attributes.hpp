#pragma once

#include <qfcsync/deltafile.hpp>

#include <cstddef>
#include <string_view>

namespace qfcsync::deltafile {

/// More attributes than any table has columns.
inline constexpr std::size_t kMaxAttributesPerState = 65'536;

using Attributes = std::vector<std::pair<std::string, AttributeValue>>;

/// Of members of the same name only the last stays, as in every JSON reader; the order is kept.
void drop_overwritten(Attributes& attributes);

/// Value of a name; nullptr when it is not there.
const AttributeValue* find_attribute(const Attributes& attributes, std::string_view name);

}  // namespace qfcsync::deltafile
