#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace qfcsync::test {

/// A program that runs as long as the object lives.
class ChildProcess {
 public:
  /// @param log  takes what the program writes
  ChildProcess(const std::vector<std::string>& command, const std::filesystem::path& log);
  /// Asks it to end, and ends it after some seconds.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  bool is_running();
  void kill_now();

 private:
  pid_t pid_ = -1;
};

/// A port of 127.0.0.1 that was free a moment ago.
int free_port();
/// Whether somebody listens there.
bool is_listening(int port);

}  // namespace qfcsync::test
