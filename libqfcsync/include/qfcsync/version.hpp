#pragma once

#include <string_view>

namespace qfcsync {

/// Version of the library, "major.minor.patch".
std::string_view version() noexcept;

}  // namespace qfcsync
