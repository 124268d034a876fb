#pragma once

#include "working_folder.hpp"

#include <optional>
#include <string>
#include <vector>

/// Who changed a file since the version that the folder stands on.
enum class Changer { Here, Others, Both };

struct FolderEntry {
  std::string path;
  /// Of Here: what happened to it here; else what the newest version did to it.
  qfcsync::FileAction action = qfcsync::FileAction::Changed;
  Changer changer = Changer::Here;
};

/// How a folder differs from the newest version, and whose doing it is.
struct FolderState {
  std::string newest;  ///< "" before the first commit
  std::vector<FolderEntry> entries;
};

/// @param paths  only these; empty: all
FolderState look_at(WorkingFolder& folder, const std::vector<std::string>& paths = {});

/// Brings the files that others changed since, and that were not changed here, to the newest
/// version, which the folder stands on then.
///
/// @errors HeadMoved: a file was changed on both sides; nothing was done. Busy
void take_others(WorkingFolder& folder);
