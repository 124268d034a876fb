#pragma once

#include <qfcsync/remote_store.hpp>

#include "support/child_process.hpp"
#include "support/temporary_folder.hpp"

#include <memory>
#include <string>

namespace qfcsync::test {

inline const Credentials kServerCredentials{"ada", "a:b /+%ecret", ""};

/// A server that was started for the tests and ends with the object. Starting throws when the
/// program is missing or does not answer: a test without its server has failed.
class RealServer {
 public:
  virtual ~RealServer() = default;
  int port() const { return port_; }
  std::string address() const { return "http://127.0.0.1:" + std::to_string(port_); }

 protected:
  void wait_until_listening(ChildProcess& process, int port) const;
  std::filesystem::path log() const { return folder_ / "log"; }

  TemporaryFolder folder_;
  int port_ = free_port();
};

/// Debian's apache2 with mod_dav_fs; on a second port with TLS and a certificate of its own making.
class ApacheServer : public RealServer {
 public:
  ApacheServer();
  std::string tls_address() const { return "https://localhost:" + std::to_string(tls_port_); }
  std::filesystem::path certificate() const { return folder_ / "certificate.pem"; }
  std::filesystem::path files() const { return folder_ / "files"; }

 private:
  void write_configuration() const;

  int tls_port_ = free_port();
  std::unique_ptr<ChildProcess> process_;
};

/// Debian's rclone, serving a folder by WebDAV.
class RcloneServer : public RealServer {
 public:
  RcloneServer();
  std::filesystem::path files() const { return folder_ / "files"; }

 private:
  std::unique_ptr<ChildProcess> process_;
};

/// SeaweedFS from PyPI: an S3 server that checks signatures and checksums and keeps to
/// If-None-Match, with parts, too.
class SeaweedServer : public RealServer {
 public:
  SeaweedServer();
  /// A store of its own in the one bucket of the server.
  S3Options options(const std::string& prefix) const;

 private:
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace qfcsync::test
