#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace qfcsync::test {

/// A request as it came; names of headers in lower case.
struct SeenRequest {
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers;
  std::string body;
};

struct ScriptedReply {
  int status = 200;
  std::vector<std::string> headers;  ///< whole lines
  std::string body;
  /// The connection ends after so many bytes of the body; all of it is announced.
  std::size_t cut_after = std::string::npos;
  bool hangs_up = false;  ///< instead of any answer
  bool stalls = false;    ///< says nothing until the server ends
};

/// An HTTP/1.1 server in this process, for faults that no real server makes on demand. The script
/// is asked about one request at a time.
class ScriptedServer {
 public:
  using Script = std::function<ScriptedReply(const SeenRequest& request, std::size_t number)>;

  explicit ScriptedServer(Script script);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::string address() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::vector<SeenRequest> seen();

 private:
  void serve();
  void serve_connection(int connection);
  bool answer(int connection, const SeenRequest& request);

  Script script_;
  int listener_ = -1;
  int end_[2] = {-1, -1};  ///< a pipe: closed when the server shall end
  int port_ = 0;
  std::mutex mutex_;
  std::vector<SeenRequest> seen_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace qfcsync::test
