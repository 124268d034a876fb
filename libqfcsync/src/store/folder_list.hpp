#pragma once

#include <qfcsync/blob_store.hpp>

#include <string_view>
#include <vector>

namespace qfcsync::store {

/// The blobs below an open store's folder; see BlobStore::list.
///
/// @errors Io
std::vector<BlobInfo> list_folder(int store, std::string_view prefix, std::string_view after,
                                  std::size_t limit);

/// What is known of a blob's file. @return nothing if absent or a folder
/// @errors Denied: no ordinary file; Io
std::optional<BlobInfo> blob_at(int folder, const std::string& file, std::string_view name);

}  // namespace qfcsync::store
