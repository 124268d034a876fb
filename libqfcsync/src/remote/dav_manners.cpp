#include "remote/dav_manners.hpp"

#include <qfcsync/error.hpp>

#include "remote/exclusive_probe.hpp"
#include "remote/leftovers.hpp"
#include "remote/random_name.hpp"

#include <memory>

namespace qfcsync::remote {
namespace {

constexpr std::string_view kNote = "tmp/manners-1";
constexpr std::size_t kMaxNoteBytes = 1024;
constexpr int kClaimProbeRounds = 12;
/// A MOVE that is not exclusive is so in one round of ten, as measured on Apache.
constexpr int kMoveProbeRounds = 60;

/// A folder for the probe, gone at its end.
class ProbeFolder {
 public:
  explicit ProbeFolder(DavServer& server) : server_(server) { server_.make_collection(path_); }
  ProbeFolder(const ProbeFolder&) = delete;
  ProbeFolder& operator=(const ProbeFolder&) = delete;
  ~ProbeFolder() {
    try {
      server_.remove(path_);
    } catch (const std::exception&) {
      // The next opener removes it when it is old enough.
    }
  }
  const std::string& path() const { return path_; }

 private:
  DavServer& server_;
  std::string path_ = "tmp/probe-" + random_name();
};

/// What the probe's racers are told; an unknown outcome is looked into.
Created create(DavServer& server, DavPublish how, DavUpload& upload, const std::string& name,
               std::size_t size) {
  switch (publish(server, how, upload, name)) {
    case Published::Done:
      return Created::Created;
    case Published::Taken:
      return Created::Exists;
    case Published::Unknown:
      break;
  }
  const auto there = server.look(name);  // racers' sizes differ
  return there && there->size == size ? Created::Created : Created::Exists;
}

bool is_exclusive(DavServer& server, DavPublish how, int rounds) {
  const ProbeFolder folder(server);
  return probe_exclusive_create(
      folder.path() + "/", rounds,
      [&](const std::string& name, const std::string& content) -> std::function<Created()> {
        auto upload = std::make_shared<DavUpload>(server);
        upload->send(HttpBody(content));
        return [&server, how, name, upload, size = content.size()] {
          return create(server, how, *upload, name, size);
        };
      });
}

std::string server_program(DavServer& server) {
  const Answer answer = server.sender().send(server.request_at("OPTIONS", server.server_path("")));
  return std::string(answer.header("server"));
}

/// Apache is known to look first and then to rename, however the probe may end.
bool has_known_race(std::string_view program) { return program.starts_with("Apache"); }

std::string note_of(DavPublish how, const std::string& program) {
  return std::string(format_dav_manners(how)) + '\n' + program;
}

std::string read_note(DavServer& server) {
  const Answer answer = server.sender().send(server.get_request(kNote));
  return answer.status == 200 && answer.body.size() <= kMaxNoteBytes ? answer.body : "";
}

DavPublish probe(DavServer& server, const std::string& program) {
  if (is_exclusive(server, DavPublish::Claim, kClaimProbeRounds)) return DavPublish::Claim;
  const bool may_move = !has_known_race(program);
  if (may_move && is_exclusive(server, DavPublish::Move, kMoveProbeRounds)) return DavPublish::Move;
  return DavPublish::None;
}

}  // namespace

std::string_view format_dav_manners(DavPublish how) {
  return how == DavPublish::Claim ? "claim" : "move";
}

std::optional<DavPublish> parse_dav_manners(std::string_view text) {
  for (const DavPublish how : {DavPublish::Claim, DavPublish::Move}) {
    if (text == format_dav_manners(how)) return how;
  }
  return std::nullopt;
}

DavPublish find_dav_manners(DavServer& server) {
  const std::string program = server_program(server);
  const std::string note = read_note(server);
  for (const DavPublish how : {DavPublish::Claim, DavPublish::Move}) {
    if (note == note_of(how, program)) return how;
  }
  server.make_collection("tmp");
  const DavPublish how = probe(server, program);
  if (how != DavPublish::None) server.put(kNote, HttpBody(note_of(how, program)));
  return how;
}

void remove_old_dav_leftovers(DavServer& server) try {
  const Answer now = server.sender().send(server.request_at("OPTIONS", server.server_path("")));
  const auto time = parse_http_date(now.header("date"));
  const auto entries = server.list("tmp");
  if (!time || !entries) return;
  for (const auto& entry : *entries) {
    if (is_leftover(entry.modified, *time)) server.remove("tmp/" + entry.path);
  }
} catch (const Error&) {
  // It costs room on the server, nothing else; the next opener tries again.
}

}  // namespace qfcsync::remote
