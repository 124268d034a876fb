#include "remote/dav_publish.hpp"

#include <qfcsync/error.hpp>

#include "base/digest.hpp"
#include "remote/dav_chunks.hpp"
#include "remote/random_name.hpp"
#include "remote/retry.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace qfcsync::remote {
namespace {

/// A claim without a file, of a name that is not there, is what a blob's removal leaves when its
/// creator was killed at the very end. Looked at so often before it is removed.
constexpr int kLooksAtEmptyClaim = 3;
constexpr std::size_t kClaimHashBytes = 40;

std::string claim_of(std::string_view name) {
  return "tmp/claim-" + base::sha256_hex(name).substr(0, kClaimHashBytes);
}

/// Whether a file is as long as its name says: a server may copy where we asked to move.
bool is_whole(const DavResource& file) {
  return !file.is_collection && file.path.starts_with(std::to_string(file.size) + "-");
}

/// The last step: the file gets its name.
Published move_file(DavServer& server, std::string_view file, std::string_view name) {
  const Answer answer = server.move(file, name);
  if (answer.is_success()) return Published::Done;
  if (answer.status == 404 || answer.status == 410) return Published::Unknown;
  if (answer.status != 412) {
    server.sender().refuse(answer, fmt::format("cannot create {}", name));
  }
  // The name is taken: by us, if a helper or an earlier try of ours did the step.
  return server.look(file) ? Published::Taken : Published::Unknown;
}

enum class Claim : std::uint8_t { Helped, Gone, Empty };

/// Does the last step for the owner of a claim, dead or alive.
Claim help(DavServer& server, const std::string& claim, std::string_view name) {
  const auto files = server.list(claim);
  if (!files) return Claim::Gone;
  const auto file = std::find_if(files->begin(), files->end(), is_whole);
  if (file == files->end()) return Claim::Empty;
  move_file(server, claim + "/" + file->path, name);
  return Claim::Helped;
}

class ClaimedPublication {
 public:
  ClaimedPublication(DavServer& server, DavUpload& upload, std::string_view name)
      : server_(server), upload_(upload), name_(name), claim_(claim_of(name)) {}

  Published run() {
    Tries tries(server_.sender().options());
    int empty_looks = 0;
    do {
      const Answer answer = server_.move(upload_.folder(), claim_);
      if (answer.is_success() || is_ours(answer)) return finish();
      if (answer.status == 404) return Published::Unknown;
      if (answer.status != 412) {
        server_.sender().refuse(answer, fmt::format("cannot create {}", name_));
      }
      const Claim claim = help(server_, claim_, name_);
      if (server_.look(name_)) {
        server_.remove(claim_);
        return Published::Taken;
      }
      empty_looks = claim == Claim::Empty ? empty_looks + 1 : 0;
      if (empty_looks >= kLooksAtEmptyClaim) server_.remove(claim_);
    } while (tries.again());
    throw Error(ErrorCode::Busy, fmt::format("{}: others are creating {}; try again",
                                             server_.sender().store(), name_));
  }

 private:
  /// An earlier try whose answer got lost may have claimed the name.
  bool is_ours(const Answer& answer) {
    return answer.is_repeated && server_.look(claim_ + "/" + upload_.file()).has_value();
  }

  Published finish() {
    upload_.forget();
    const Published published = move_file(server_, claim_ + "/" + upload_.file(), name_);
    server_.remove(claim_);
    return published;
  }

  DavServer& server_;
  DavUpload& upload_;
  std::string_view name_;
  std::string claim_;
};

}  // namespace

DavUpload::DavUpload(DavServer& server)
    : server_(server), random_(random_name()), folder_("tmp/" + random_) {}

void DavUpload::send(const HttpBody& body) {
  file_ = fmt::format("{}-{}", body.size(), random_);
  server_.make_parents(folder_);
  is_there_ = true;
  server_.make_collection(folder_);
  if (send_in_chunks(server_, path(), body)) return;
  const Answer answer = server_.put(path(), body);
  if (!answer.is_success()) server_.sender().refuse(answer, "cannot upload");
}

DavUpload::~DavUpload() {
  if (!is_there_) return;
  try {
    server_.remove(folder_);
  } catch (const std::exception&) {
    // The next opener removes it when it is old enough.
  }
}

Published publish(DavServer& server, DavPublish how, DavUpload& upload, std::string_view name) {
  if (how == DavPublish::Claim) return ClaimedPublication(server, upload, name).run();
  return move_file(server, upload.path(), name);
}

}  // namespace qfcsync::remote
