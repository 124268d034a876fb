#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>

namespace qfcsync::test {

/// Is added to the seeds of random tests: 0 unless QFCSYNC_SEED_OFFSET says otherwise.
inline std::uint64_t seed_offset() {
  const char* text = std::getenv("QFCSYNC_SEED_OFFSET");
  return text == nullptr ? 0 : std::stoull(text);
}

}  // namespace qfcsync::test
