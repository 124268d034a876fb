#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>

/// Calls of the system that go on after interruptions and short counts, and say what failed.
namespace qfcsync::io {

/// @return bytes read; 0 only at the end. @errors Io
std::size_t read_some(int fd, char* buffer, std::size_t size, const std::filesystem::path& path);

/// @errors Io: also a full disk
void write_all(int fd, std::string_view bytes, const std::filesystem::path& path);

/// Reads exactly size bytes at an offset. @errors Io
void read_at(int fd, std::uint64_t offset, char* buffer, std::size_t size,
             const std::filesystem::path& path);

/// @errors Io
void sync_file(int fd, const std::filesystem::path& path);

/// Makes names in a folder durable. @errors Io
void sync_folder(const std::filesystem::path& folder);

}  // namespace qfcsync::io
