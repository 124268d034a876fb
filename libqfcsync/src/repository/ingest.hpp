#pragma once

#include <qfcsync/stream.hpp>

#include "chunk/file_encoder.hpp"
#include "chunk/manifest.hpp"
#include "repository/new_objects.hpp"

#include <cstdint>

namespace qfcsync::repository {

struct Ingested {
  chunk::ObjectId file;
  chunk::Manifest manifest;
};

/// Stores one version of a file, reading it once; large ones with a second thread for the digests,
/// and those of the runner for new pieces.
///
/// @param decoder   of objects
/// @param previous  nullptr: none
/// @param copy      gets all bytes, too; nullptr: none
/// @errors          as the source, chunk::FileEncoder and NewObjects::add
Ingested ingest(ByteSource& source, NewObjects& objects, chunk::ObjectDecoder& decoder,
                const chunk::PreviousVersion* previous, chunk::WorkRunner& runner, ByteSink* copy);

}  // namespace qfcsync::repository
