#pragma once

#include "support/real_server.hpp"

namespace qfcsync::test {

// Started by the first test that needs one, ended with the program.

inline SeaweedServer& seaweed() {
  static SeaweedServer server;
  return server;
}

inline ApacheServer& apache() {
  static ApacheServer server;
  return server;
}

inline RcloneServer& rclone() {
  static RcloneServer server;
  return server;
}

}  // namespace qfcsync::test
