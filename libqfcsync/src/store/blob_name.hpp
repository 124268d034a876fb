#pragma once

#include <qfcsync/stream.hpp>

#include <cstdint>
#include <string_view>

/// Rules that all blob stores share.
namespace qfcsync::store {

/// First parts of names that belong to the store itself.
inline constexpr std::string_view kTemporaryFolder = "tmp";
inline constexpr std::string_view kCacheFolder = "cache";

/// @errors InvalidArgument: no name of a blob
void check_blob_name(std::string_view name);

/// A prefix is empty or the beginning of a name.
///
/// @errors InvalidArgument
void check_blob_prefix(std::string_view prefix);

bool is_blob_name(std::string_view name) noexcept;

/// How many bytes a read gives.
///
/// @errors Corrupt: the blob has fewer
std::uint64_t bytes_to_read(std::string_view name, std::uint64_t blob_size, std::uint64_t offset,
                            std::uint64_t length);

/// Gives exactly as many bytes as were announced.
class SizedSource {
 public:
  SizedSource(std::string_view name, ByteSource& source, std::uint64_t size)
      : name_(name), source_(source), left_(size) {}

  /// Fills the buffer as far as bytes are left.
  ///
  /// @errors InvalidArgument: the source ends too early, or goes on after the last byte
  std::size_t read(char* buffer, std::size_t size);
  std::uint64_t left() const { return left_; }
  /// Has to be called once all bytes are read. @errors InvalidArgument: there are more
  void expect_end();

 private:
  std::string_view name_;
  ByteSource& source_;
  std::uint64_t left_;
};

}  // namespace qfcsync::store
