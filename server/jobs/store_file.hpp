#pragma once

#include <qfcsync/store.hpp>

#include <filesystem>

namespace qfcsync::server {

/// Puts the content of a file into the store.
///
/// @errors NotFound, Io
ObjectInfo store_file(ObjectStore& store, const std::filesystem::path& file);

}  // namespace qfcsync::server
