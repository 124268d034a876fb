#include <qfcsync/stream.hpp>

#include <algorithm>
#include <cstring>

namespace qfcsync {

std::size_t MemorySource::read(char* buffer, std::size_t size) {
  const std::size_t count = std::min(size, rest_.size());
  if (count != 0) std::memcpy(buffer, rest_.data(), count);
  rest_.remove_prefix(count);
  return count;
}

}  // namespace qfcsync
