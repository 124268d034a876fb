#pragma once

#include <qfcsync/extract.hpp>

#include "chunk/manifest.hpp"
#include "chunk/object_decoder.hpp"
#include "io/temporary_folder.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace qfcsync::repository {

/// Larger changesets are not stored: they are found again by comparing versions.
inline constexpr std::size_t kMaxChangeBytes = 8u << 20;

/// A temporary file in a folder of its own; SQLite may put journals beside it.
class ScratchFile {
 public:
  explicit ScratchFile(const std::filesystem::path& parent)
      : folder_(parent), file_(folder_.path() / "file") {}
  const std::filesystem::path& path() const { return file_; }

 private:
  io::TemporaryFolder folder_;
  std::filesystem::path file_;
};

/// Writes to a temporary file, without making it durable.
class ScratchSink : public ByteSink {
 public:
  explicit ScratchSink(const std::filesystem::path& file);
  ~ScratchSink() override;
  ScratchSink(const ScratchSink&) = delete;
  ScratchSink& operator=(const ScratchSink&) = delete;
  void write(std::string_view bytes) override;

 private:
  std::filesystem::path file_;
  int fd_ = -1;
};

/// What changed in the rows of a file.
struct FoundChanges {
  ChangesetSummary summary;
  /// The changeset, when it says all there is to say and is not too large.
  std::optional<std::string> changeset;
};

/// Makes the version before from the new one and the chunks that differ, and compares both.
///
/// @param modified  the new version, a file of ours
/// @param base      where the version before is put
/// @param progress  of the comparison
/// @return          nothing when rows cannot be told, e.g. in a file that is no database
FoundChanges find_changes(chunk::ObjectDecoder& decoder, const chunk::Manifest& before,
                          const chunk::Manifest& now, const std::filesystem::path& modified,
                          const std::filesystem::path& base, const Progress& progress);

}  // namespace qfcsync::repository
