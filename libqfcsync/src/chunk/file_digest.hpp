#pragma once

#include "base/digest.hpp"
#include "chunk/manifest.hpp"
#include "chunk/object_id.hpp"

#include <string_view>

namespace qfcsync::chunk {

struct FileNames {
  ObjectId id;
  Etag etag;
};

/// The names of a file, from its bytes front to back. Apart from FileEncoder, so that both can have
/// a processor of their own.
class FileDigest {
 public:
  void update(std::string_view bytes) {
    sha256_.update(bytes);
    etag_.update(bytes);
  }
  FileNames finish();

 private:
  base::Digest sha256_{base::DigestKind::Sha256};
  base::EtagDigest etag_;
};

}  // namespace qfcsync::chunk
