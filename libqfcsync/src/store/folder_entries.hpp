#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::store {

struct FolderEntry {
  std::string name;
  bool is_folder = false;
};

/// All entries of an open folder but "." and "..", in no order.
///
/// @errors Io
std::vector<FolderEntry> entries_of(int folder, std::string_view name);

}  // namespace qfcsync::store
