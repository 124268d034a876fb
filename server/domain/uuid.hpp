#pragma once

#include <string>

namespace qfcsync::server {

/// A random (version 4) UUID in canonical lower-case form, from the system's secure generator.
std::string new_uuid();

}  // namespace qfcsync::server
