#pragma once

#include "store/descriptor.hpp"

#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace qfcsync::store {

/// The last part of a blob's name, which is the file's.
std::string file_name_of(std::string_view blob);

/// Folders between the store's own and a blob's file.
class BlobFolders {
 public:
  explicit BlobFolders(int store) : store_(store) {}

  /// @return the folder a blob lies in, empty if there is none. @errors Denied, Io
  Descriptor find(std::string_view blob) const;

  /// Makes the folders that are missing; they survive power loss.
  ///
  /// @errors InvalidArgument: a blob is in the way; Denied, Io
  Descriptor make(std::string_view blob);

 private:
  Descriptor make_one(int parent, const std::string& name, std::string_view path);

  int store_;
  std::mutex mutex_;
  /// Folders that are known to be durable: somebody else may have made one and not synced it yet.
  std::set<std::string, std::less<>> durable_;
};

}  // namespace qfcsync::store
