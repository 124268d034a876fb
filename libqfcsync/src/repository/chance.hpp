#pragma once

#include <cstdint>
#include <string>

namespace qfcsync::repository {

/// From the system's generator. @errors Io
std::uint64_t random_number();

/// 32 hexadecimal digits that nobody else has. @errors Io
std::string random_name();

}  // namespace qfcsync::repository
