#pragma once

#include "remote/dav_server.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace qfcsync::remote {

/// How a name is given to bytes on a server so that of two who try one is told that he lost.
///
/// MOVE of a file with "Overwrite: F" is what the standard has for that, but Apache looks and then
/// renames: two can both be told that they won. MOVE of a collection is another matter, since
/// renaming a folder onto one that is not empty fails in the file system itself.
enum class DavPublish : std::uint8_t {
  None,   ///< MOVE of the file, and nothing is promised
  Move,   ///< MOVE of the file
  Claim,  ///< MOVE of the folder with the file to a folder that stands for the name, then the file
};

/// Bytes on the server that nobody else knows of: tmp/<random>/<size>-<random>. Removed at the end
/// unless they went elsewhere.
class DavUpload {
 public:
  explicit DavUpload(DavServer& server);
  ~DavUpload();
  DavUpload(const DavUpload&) = delete;
  DavUpload& operator=(const DavUpload&) = delete;

  void send(const HttpBody& body);
  const std::string& folder() const { return folder_; }
  const std::string& file() const { return file_; }
  std::string path() const { return folder_ + "/" + file_; }
  /// Nothing of it is there any more.
  void forget() { is_there_ = false; }

 private:
  DavServer& server_;
  std::string random_;
  std::string folder_;
  std::string file_;
  bool is_there_ = false;
};

enum class Published : std::uint8_t {
  Done,
  Taken,    ///< the name was taken before
  Unknown,  ///< ours or not: whoever looks at the blob sees
};

/// Gives an upload its name.
///
/// Claim: the folder claim-<hash of the name> has the winner's bytes in it, whole, from the moment
/// it is there. Whoever finds it taken does the winner's last step, too, before he goes: an owner
/// that died does not block a name, and no clock is needed. Names of files in claims are random, so
/// that a late step of a helper can never move the bytes of another.
///
/// @errors Busy: others were in the way too often; as DavServer
Published publish(DavServer& server, DavPublish how, DavUpload& upload, std::string_view name);

}  // namespace qfcsync::remote
