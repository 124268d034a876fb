#pragma once

#include <qfcsync/blob_store.hpp>

#include "remote/dav_publish.hpp"
#include "remote/same_content.hpp"
#include "remote/tree_list.hpp"

namespace qfcsync::remote {

class WebdavBlobs final : public BlobStore {
 public:
  explicit WebdavBlobs(const WebdavOptions& options);

  std::optional<BlobInfo> stat(std::string_view name) override;
  void read(std::string_view name, std::uint64_t offset, std::uint64_t length,
            ByteSink& sink) override;
  Created create(std::string_view name, ByteSource& data, std::uint64_t size) override;
  std::vector<BlobInfo> list(std::string_view prefix, std::string_view after,
                             std::size_t limit) override;
  void remove(std::string_view name) override;
  BlobLimits limits() override;

 private:
  std::vector<TreeEntry> read_folder(const std::string& path);

  DavServer server_;
  DavPublish how_;
};

}  // namespace qfcsync::remote
