#pragma once

#include <qfcsync/blob_store.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::remote {

/// What lies directly in a folder of a server.
struct TreeEntry {
  BlobInfo blob;  ///< name: the last part only
  bool is_folder = false;
};

/// Reads a folder whole; the path is "" or ends with a slash. Nothing there gives nothing.
using ReadFolder = std::function<std::vector<TreeEntry>(const std::string& path)>;

/// Lists blobs in byte order of their names from a server that only shows single folders, in any
/// order. Folders that cannot hold a wanted name are not read.
std::vector<BlobInfo> list_tree(const ReadFolder& read, std::string_view prefix,
                                std::string_view after, std::size_t limit);

/// The blob of a name among those of a folder, whether it is wanted in a list.
bool is_listed(std::string_view name, std::string_view prefix, std::string_view after);

}  // namespace qfcsync::remote
