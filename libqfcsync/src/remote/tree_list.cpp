#include "remote/tree_list.hpp"

#include "store/blob_name.hpp"

#include <algorithm>

namespace qfcsync::remote {
namespace {

/// Deepest path that a blob's name can have.
constexpr std::size_t kMaxTreeDepth = kMaxBlobNameBytes / 2;

struct Walk {
  const ReadFolder& read;
  std::string_view prefix;
  std::string_view after;
  std::size_t limit;
  std::vector<BlobInfo> found;

  bool is_full() const { return found.size() >= limit; }
  bool enters(std::string_view folder) const {
    const bool is_own = folder == "tmp/" || folder == "cache/";
    const bool may_fit = folder.starts_with(prefix) || prefix.starts_with(folder);
    return !is_own && may_fit && (folder > after || after.starts_with(folder));
  }
};

void walk(Walk& state, const std::string& path, std::size_t depth) {
  if (depth > kMaxTreeDepth) return;
  auto entries = state.read(path);
  for (auto& entry : entries) {
    entry.blob.name.insert(0, path);
    if (entry.is_folder) entry.blob.name += '/';
  }
  std::erase_if(entries, [&](const TreeEntry& entry) {
    if (entry.is_folder) return !state.enters(entry.blob.name);
    return !is_listed(entry.blob.name, state.prefix, state.after);
  });
  // Folders sort with their slash, which gives the order of whole names.
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.blob.name < b.blob.name; });
  for (auto& entry : entries) {
    if (state.is_full()) return;
    if (entry.is_folder) {
      walk(state, entry.blob.name, depth + 1);
    } else {
      state.found.push_back(std::move(entry.blob));
    }
  }
}

}  // namespace

bool is_listed(std::string_view name, std::string_view prefix, std::string_view after) {
  return name.starts_with(prefix) && name > after && store::is_blob_name(name);
}

std::vector<BlobInfo> list_tree(const ReadFolder& read, std::string_view prefix,
                                std::string_view after, std::size_t limit) {
  Walk state{read, prefix, after, std::min(limit, kMaxBlobsListed), {}};
  // Nothing above the prefix's folder is of interest.
  const std::size_t slash = prefix.rfind('/');
  const std::string start(slash == std::string_view::npos ? "" : prefix.substr(0, slash + 1));
  if (state.limit > 0 && (start.empty() || state.enters(start))) walk(state, start, 0);
  return std::move(state.found);
}

}  // namespace qfcsync::remote
