#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace qfcsync::chunk {

/// zstd frames as pack.md describes them. One thread at a time.
class Compressor {
 public:
  Compressor();
  ~Compressor();
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  /// @param prefix  raw bytes of the bases; empty without
  /// @return        one frame
  std::string compress(std::string_view raw, std::string_view prefix);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

class Decompressor {
 public:
  Decompressor();
  ~Decompressor();
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  /// @errors Corrupt: not exactly one frame of exactly that many bytes
  std::string decompress(std::string_view stored, std::string_view prefix, std::size_t raw_bytes);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace qfcsync::chunk
