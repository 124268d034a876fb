#pragma once

#include "chunk/object_decoder.hpp"
#include "history/graph.hpp"
#include "repository/index.hpp"

namespace qfcsync::repository {

/// Adds the versions that lead to a commit by first parents to the index, as far as they are not in
/// it. An index of another line is emptied first.
///
/// @param decoder  for changes; one that cannot be read is left out, its version is not
/// @errors         NotFound, Corrupt: a commit is missing or damaged
void index_versions(Index& index, history::Graph& graph, chunk::ObjectDecoder& decoder,
                    const chunk::ObjectId& head);

}  // namespace qfcsync::repository
