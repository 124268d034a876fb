#pragma once

#include <qfcsync/error.hpp>
#include <qfcsync/stream.hpp>

#include "chunk/pack_reader.hpp"

#include <cstring>
#include <string>

namespace qfcsync::repository {

/// A pack in scratch memory. Does not own the bytes.
class ScratchPack : public chunk::PackBytes {
 public:
  explicit ScratchPack(const ByteStore& bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  void read_at(std::uint64_t offset, char* buffer, std::size_t size) override {
    if (offset > bytes_.size() || size > bytes_.size() - offset) {
      throw Error(ErrorCode::Corrupt, "the pack ends before what is read from it; fetch it anew");
    }
    if (size == 0) return;
    const std::string_view part = bytes_.read(offset, size, part_);
    std::memcpy(buffer, part.data(), part.size());
  }

 private:
  const ByteStore& bytes_;
  std::string part_;
};

}  // namespace qfcsync::repository
