#include "store/folder_list.hpp"

#include <qfcsync/error.hpp>

#include "store/blob_name.hpp"
#include "store/descriptor.hpp"
#include "store/folder_entries.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace qfcsync::store {
namespace {

struct Walk {
  std::string_view prefix;
  std::string_view after;
  std::size_t limit;
  std::vector<BlobInfo> found;

  bool is_full() const { return found.size() >= limit; }

  /// Whether a folder, named with its slash, can hold wanted names.
  bool enters(std::string_view folder) const {
    const bool may_fit = folder.starts_with(prefix) || prefix.starts_with(folder);
    return may_fit && (folder > after || after.starts_with(folder));
  }

  bool wants(std::string_view name) const {
    return name.starts_with(prefix) && name > after && is_blob_name(name);
  }
};

bool is_own_folder(std::string_view path) { return path == "tmp/" || path == "cache/"; }

/// Folders sort with their slash, which gives the order of the whole names.
void walk(Walk& state, int folder, const std::string& path) {
  auto entries = entries_of(folder, path);
  for (auto& entry : entries) {
    entry.name.insert(0, path);
    if (entry.is_folder) entry.name += '/';
  }
  std::erase_if(entries, [&](const FolderEntry& entry) {
    if (!entry.is_folder) return !state.wants(entry.name);
    return is_own_folder(entry.name) || !state.enters(entry.name);
  });
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  for (const auto& entry : entries) {
    if (state.is_full()) return;
    std::string file = entry.name.substr(path.size());
    if (entry.is_folder) {
      file.pop_back();
      const Descriptor inside = open_folder_at(folder, file);
      if (inside) walk(state, inside.get(), entry.name);
    } else if (auto blob = blob_at(folder, file, entry.name)) {
      state.found.push_back(std::move(*blob));
    }
  }
}

}  // namespace

std::optional<BlobInfo> blob_at(int folder, const std::string& file, std::string_view name) {
  struct stat status {};
  if (::fstatat(folder, file.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return std::nullopt;
    throw_at("cannot look at blob", name);
  }
  if (S_ISDIR(status.st_mode)) return std::nullopt;
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::Denied, "blob " + std::string(name) +
                                       " is no ordinary file; the store does not follow links");
  }
  const auto since_epoch = std::chrono::seconds(status.st_mtim.tv_sec) +
                           std::chrono::nanoseconds(status.st_mtim.tv_nsec);
  return BlobInfo{
      std::string(name), static_cast<std::uint64_t>(status.st_size),
      std::chrono::system_clock::time_point(
          std::chrono::duration_cast<std::chrono::system_clock::duration>(since_epoch))};
}

std::vector<BlobInfo> list_folder(int store, std::string_view prefix, std::string_view after,
                                  std::size_t limit) {
  Walk state{prefix, after, std::min(limit, kMaxBlobsListed), {}};
  walk(state, store, "");
  return std::move(state.found);
}

}  // namespace qfcsync::store
