#include "folder_status.hpp"

#include <qfcsync/error.hpp>

#include "replace_file.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>

#include <fmt/format.h>

namespace {

using qfcsync::FileAction;
using qfcsync::FileChange;

/// What happened from the folder's base to a version, by path.
std::map<std::string, FileAction> changes_of_others(WorkingFolder& folder,
                                                    const std::string& version) {
  std::map<std::string, FileAction> actions;
  const std::string base = folder.base();
  if (version.empty() || base == version) return actions;
  if (base.empty()) {
    for (const auto& file : folder.repository().files(version)) {
      actions[file.path] = FileAction::Added;
    }
    return actions;
  }
  for (const FileChange& file : folder.repository().diff_files(base, version)) {
    actions[file.path] = file.action;
  }
  return actions;
}

/// Whether a file of the folder is as the base has it.
bool is_untouched(WorkingFolder& folder, const std::string& path, FileAction since) {
  const std::filesystem::path file = folder.file_of(path);
  std::error_code ignored;
  if (since == FileAction::Added) return !std::filesystem::exists(file, ignored);
  return is_as_in(folder.repository(), folder.base(), path, file);
}

}  // namespace

FolderState look_at(WorkingFolder& folder, const std::vector<std::string>& paths) {
  FolderState state;
  state.newest = folder.repository().head().value_or("");
  const auto others = changes_of_others(folder, state.newest);
  for (const auto& entry : folder.repository().status(folder.root(), paths)) {
    const auto found = others.find(entry.path);
    if (found == others.end()) {
      state.entries.push_back({entry.path, entry.action, Changer::Here});
    } else {
      const bool is_ours = !is_untouched(folder, entry.path, found->second);
      state.entries.push_back(
          {entry.path, found->second, is_ours ? Changer::Both : Changer::Others});
    }
  }
  return state;
}

void take_others(WorkingFolder& folder) {
  if (folder.base() == folder.repository().head().value_or("")) return;
  const FolderState state = look_at(folder);
  for (const FolderEntry& entry : state.entries) {
    if (entry.changer == Changer::Here) continue;
    if (entry.changer == Changer::Both) {
      throw qfcsync::Error(qfcsync::ErrorCode::HeadMoved,
                           fmt::format("{} was changed here and by somebody else, up to version "
                                       "{}: qfcsync update brings both together",
                                       entry.path, state.newest.substr(0, 10)));
    }
    check_replaceable(folder.file_of(entry.path));
  }
  for (const FolderEntry& entry : state.entries) {
    if (entry.changer != Changer::Others) continue;
    put_file(folder, state.newest, entry.path, entry.action != FileAction::Removed);
  }
  folder.set_base(state.newest);
}
