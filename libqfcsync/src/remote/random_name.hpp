#pragma once

#include <string>

namespace qfcsync::remote {

/// 32 hexadecimal digits nobody else has.
std::string random_name();

}  // namespace qfcsync::remote
