#pragma once

#include <qfcsync/stream.hpp>

#include "chunk/manifest.hpp"
#include "repository/old_file.hpp"
#include "repository/state.hpp"

namespace qfcsync::repository {

/// Writes a whole file, from pieces that an older one has or the store, decoded on as many threads
/// as there are processors. The sink has got bytes by the time an error shows.
///
/// @param old  nullptr: none
/// @errors     as chunk::decode_file()
void write_file(State& state, const chunk::ObjectId& file, const chunk::Manifest& manifest,
                OldFile* old, ByteSink& sink);

}  // namespace qfcsync::repository
