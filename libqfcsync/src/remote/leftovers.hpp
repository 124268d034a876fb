#pragma once

#include "remote/http_date.hpp"

#include <chrono>

namespace qfcsync::remote {

/// Uploads that are not finished by then never are.
inline constexpr std::chrono::hours kLeftoverAge{7 * 24};

/// @param now  by the clock that gave the time, too
inline bool is_leftover(Time time, Time now) { return now - time > kLeftoverAge; }

}  // namespace qfcsync::remote
