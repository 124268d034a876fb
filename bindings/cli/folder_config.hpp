#pragma once

#include "working_folder.hpp"

#include <filesystem>
#include <string>

/// The text of a new config, with a line of explanation for each key.
std::string config_text(const FolderConfig& config);

/// @errors NotFound, Io; InvalidArgument: a line that is none, or an unknown key
FolderConfig read_config(const std::filesystem::path& file);

/// Who makes a version, where nothing else is said: $QFCSYNC_AUTHOR, the config, the name of this
/// computer's user; $QFCSYNC_DEVICE, the config, the name of this computer.
std::string default_author(const FolderConfig& config);
std::string default_device(const FolderConfig& config);
