#pragma once

#include "chunk/object_decoder.hpp"
#include "io/descriptor.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace qfcsync::repository {

/// A file that may hold pieces of a version: its own chunks, by their hashes. It may change at any
/// time; what it gives has the hash of what was asked for. Safe concurrently.
class OldFile : public chunk::RawObjects {
 public:
  /// @return nothing: there is no regular file that can be read
  static std::unique_ptr<OldFile> open(const std::filesystem::path& file);

  /// Chunk number of the file, if it has this id; else it is remembered as what it is.
  chunk::RawBytes at(std::uint64_t number, const chunk::ObjectId& id);

  /// Any chunk of the file. The first one that was not met before costs reading the whole file.
  chunk::RawBytes find(const chunk::ObjectKey& key) override;

 private:
  OldFile(io::Descriptor file, std::filesystem::path path, std::uint64_t bytes)
      : file_(std::move(file)), path_(std::move(path)), bytes_(bytes) {}

  std::optional<std::uint64_t> place_of(const chunk::ObjectId& id);
  chunk::RawBytes read(std::uint64_t number) const;

  io::Descriptor file_;
  std::filesystem::path path_;
  std::uint64_t bytes_;
  std::mutex mutex_;  // of what follows
  std::unordered_map<chunk::ObjectKey, std::uint64_t, chunk::ObjectKeyHash> places_;
  bool is_read_ = false;
};

}  // namespace qfcsync::repository
