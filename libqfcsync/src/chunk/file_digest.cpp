#include "chunk/file_digest.hpp"

namespace qfcsync::chunk {

FileNames FileDigest::finish() {
  return {ObjectId::from_raw(sha256_.finish_raw()), Etag::from_text(etag_.finish())};
}

}  // namespace qfcsync::chunk
