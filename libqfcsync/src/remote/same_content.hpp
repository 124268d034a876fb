#pragma once

#include <qfcsync/blob_store.hpp>

#include "base/digest.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace qfcsync::remote {

/// A blob that waits to be sent: can be read again, and its digest is known.
struct Spool {
  std::unique_ptr<ByteStore> bytes;
  std::string sha256;  ///< 32 raw bytes
};

/// Reads a source whole; memory is bounded as make_scratch() says.
///
/// @errors InvalidArgument: fewer or more bytes; what the source throws
Spool spool_source(std::string_view name, ByteSource& data, std::uint64_t size);

/// For the case that a try to create may have succeeded without our hearing of it: looks at what
/// the store holds under the name.
///
/// @param address  of the store, for messages
/// @errors         Busy: nothing is there any more
Created created_or_not(BlobStore& store, std::string_view address, std::string_view name,
                       std::uint64_t size, std::string_view sha256);

}  // namespace qfcsync::remote
