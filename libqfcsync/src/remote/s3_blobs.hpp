#pragma once

#include <qfcsync/blob_store.hpp>

#include "remote/s3_bucket.hpp"
#include "remote/s3_manners.hpp"
#include "remote/tree_list.hpp"

#include <filesystem>

namespace qfcsync::remote {

/// Blobs up to that size go in one request.
inline constexpr std::uint64_t kMaxS3PutBytes = 16u << 20;

class S3Blobs final : public BlobStore {
 public:
  explicit S3Blobs(const S3Options& options);

  std::optional<BlobInfo> stat(std::string_view name) override;
  void read(std::string_view name, std::uint64_t offset, std::uint64_t length,
            ByteSink& sink) override;
  Created create(std::string_view name, ByteSource& data, std::uint64_t size) override;
  std::vector<BlobInfo> list(std::string_view prefix, std::string_view after,
                             std::size_t limit) override;
  void remove(std::string_view name) override;
  BlobLimits limits() override;

 private:
  Created create_whole(std::string_view name, ByteSource& data, std::uint64_t size);
  Created create_in_parts(std::string_view name, ByteSource& data, std::uint64_t size);
  std::vector<BlobInfo> list_flat(std::string_view prefix, std::string_view after,
                                  std::size_t limit);
  std::vector<TreeEntry> read_folder(const std::string& path);
  Replace replace() const { return manners_.has_exclusive_create ? Replace::No : Replace::Yes; }

  S3Bucket bucket_;
  std::filesystem::path resume_folder_;
  S3Manners manners_;
};

}  // namespace qfcsync::remote
