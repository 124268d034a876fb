#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace qfcsync {

/// Where bytes come from, front to back.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Reads up to size bytes.
  ///
  /// @return bytes read; 0 only at the end
  /// @errors Io
  virtual std::size_t read(char* buffer, std::size_t size) = 0;
};

/// Where bytes go to, front to back.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  /// Takes all bytes.
  ///
  /// @errors Io (also: disk full)
  virtual void write(std::string_view bytes) = 0;
};

/// Bytes that are appended once and read at any offset: the scratch memory of operations that
/// cannot be done front to back.
class ByteStore : public ByteSink {
 public:
  virtual std::uint64_t size() const = 0;
  /// Bytes [offset, offset + size), which must have been written.
  ///
  /// @param buffer  where the bytes may be put
  /// @return        the bytes, in buffer or elsewhere; valid until buffer changes or the next write
  /// @errors        Io
  virtual std::string_view read(std::uint64_t offset, std::size_t size,
                                std::string& buffer) const = 0;
};

/// Bytes in memory. The source does not own them.
class MemorySource : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes) : rest_(bytes) {}
  std::size_t read(char* buffer, std::size_t size) override;

 private:
  std::string_view rest_;
};

class MemorySink : public ByteSink {
 public:
  void write(std::string_view bytes) override { bytes_.append(bytes); }
  const std::string& bytes() const { return bytes_; }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Reads a file; "-" is standard input.
class FileSource : public ByteSource {
 public:
  /// @errors NotFound, Denied, Io; InvalidArgument: a folder
  explicit FileSource(const std::filesystem::path& path);
  ~FileSource() override;
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  std::size_t read(char* buffer, std::size_t size) override;

 private:
  std::filesystem::path path_;
  int fd_ = -1;
};

/// Writes a file that appears whole or not at all: the bytes go to a file beside it, publish()
/// syncs and renames. "-" is standard output, devices and pipes are written directly.
///
/// Destruction without publish() leaves an existing file of that name as it was.
class FileSink : public ByteSink {
 public:
  /// @errors NotFound: no such folder; Denied, Io
  explicit FileSink(const std::filesystem::path& path);
  ~FileSink() override;
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;
  void write(std::string_view bytes) override;
  /// Gives the file its name, durably; nothing can be written afterwards.
  ///
  /// @errors Io; the file is as it was before
  void publish();

 private:
  void flush();

  std::filesystem::path path_;
  std::filesystem::path part_;  // what is written to; path_ itself for devices and "-"
  int fd_ = -1;
  std::string buffer_;
};

/// Most that a scratch store keeps in memory, unless told otherwise.
inline constexpr std::size_t kScratchMemoryBytes = 4u << 20;

/// A store that stays in memory at first and goes on in an unnamed temporary file.
///
/// @param memory_bytes  up to so many are kept in memory
/// @errors              of its methods: Io
std::unique_ptr<ByteStore> make_scratch(std::size_t memory_bytes = kScratchMemoryBytes);

/// Told how far a long operation is, between 0 and 1; false stops it with Error Cancelled.
/// May be empty. Called from the thread that runs the operation, at most some 100 times a second.
using Progress = std::function<bool(double share)>;

}  // namespace qfcsync
