#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace qfcsync::sqlitefile {

/// XXH3, 128 bits, in canonical (big-endian) form.
using PageHash = std::array<std::uint8_t, 16>;
PageHash hash_bytes(const void* bytes, std::size_t size) noexcept;

/// The same hash of bytes that come in parts.
class RunningHash {
 public:
  RunningHash();
  ~RunningHash();
  RunningHash(const RunningHash&) = delete;
  RunningHash& operator=(const RunningHash&) = delete;
  void update(const void* bytes, std::size_t size);
  PageHash finish() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace qfcsync::sqlitefile
