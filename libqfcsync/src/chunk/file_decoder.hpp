#pragma once

#include <qfcsync/stream.hpp>

#include "chunk/manifest.hpp"
#include "chunk/object_decoder.hpp"
#include "chunk/object_id.hpp"

#include <cstdint>

namespace qfcsync::chunk {

/// @return the manifest of a file
/// @errors as ObjectDecoder::decode()
Manifest read_manifest(ObjectDecoder& decoder, const ObjectId& file_id);

/// One chunk of a file. @errors as ObjectDecoder::decode(); Corrupt: it has another size
RawBytes decode_chunk(ObjectDecoder& decoder, const Manifest& manifest, std::size_t number);

/// Announces the next chunks up to an end, at every beginning of a window; call it for each in
/// turn.
///
/// @param first  number of the chunk that is read first
void expect_chunks(ObjectDecoder& decoder, const Manifest& manifest, std::size_t first,
                   std::size_t number, std::size_t end);

/// @errors Corrupt: the bytes of a file have another id than was wanted
void check_file_id(const ObjectId& wanted, const ObjectId& found);

enum class FileCheck {
  Id,         ///< the bytes have the id of the file
  IdAndEtag,  ///< and the entity tag of the manifest
};

/// Writes a whole file. The sink has got bytes by the time an error shows: publish them afterwards.
///
/// @errors as ObjectDecoder::decode(); Corrupt: the bytes are not those of the file
void decode_file(ObjectDecoder& decoder, const ObjectId& file_id, const Manifest& manifest,
                 FileCheck check, ByteSink& sink);

/// Writes the bytes [offset, offset + bytes) of a file, from the chunks they are in alone.
///
/// @errors InvalidArgument: the file ends before; as ObjectDecoder::decode()
void decode_range(ObjectDecoder& decoder, const Manifest& manifest, std::uint64_t offset,
                  std::uint64_t bytes, ByteSink& sink);

}  // namespace qfcsync::chunk
