#pragma once

#include <string>
#include <string_view>

namespace qfcsync::remote {

/// With padding, without line ends.
std::string to_base64(std::string_view bytes);

}  // namespace qfcsync::remote
