#pragma once

#include <qfcsync/stream.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

namespace qfcsync::repository {

/// Bytes in scratch memory, front to back. Does not own them.
class ScratchSource : public ByteSource {
 public:
  explicit ScratchSource(const ByteStore& bytes) : bytes_(bytes) {}

  std::size_t read(char* buffer, std::size_t size) override {
    size = static_cast<std::size_t>(std::min<std::uint64_t>(size, bytes_.size() - at_));
    const std::string_view part = bytes_.read(at_, size, part_);
    std::memcpy(buffer, part.data(), part.size());
    at_ += part.size();
    return part.size();
  }

 private:
  const ByteStore& bytes_;
  std::uint64_t at_ = 0;
  std::string part_;
};

}  // namespace qfcsync::repository
