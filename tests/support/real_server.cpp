#include "support/real_server.hpp"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace qfcsync::test {
namespace {

constexpr auto kStartTime = std::chrono::seconds(60);

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

void write(const fs::path& path, std::string_view text) {
  std::ofstream file(path);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

void run(const std::string& command) {
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
}

constexpr std::string_view kApacheModules[] = {
    "mpm_event",  "authz_core", "authz_user", "authn_core", "authn_file",
    "auth_basic", "dav",        "dav_fs",     "ssl",        "socache_shmcb"};

}  // namespace

void RealServer::wait_until_listening(ChildProcess& process, int port) const {
  const auto end = std::chrono::steady_clock::now() + kStartTime;
  while (!is_listening(port)) {
    if (!process.is_running() || std::chrono::steady_clock::now() > end) {
      throw std::runtime_error("the server did not start; tests/run.sh installs it\n" +
                               text_of(log()));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

ApacheServer::ApacheServer() {
  fs::create_directories(files());
  fs::create_directories(folder_ / "locks");
  const std::string& password = kServerCredentials.password;
  run(fmt::format("htpasswd -bc -B -C 4 '{}' '{}' '{}' 2>/dev/null", (folder_ / "users").string(),
                  kServerCredentials.user, password));
  run(
      fmt::format("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost "
                  "-addext subjectAltName=DNS:localhost -keyout '{}' -out '{}' 2>/dev/null",
                  (folder_ / "key.pem").string(), certificate().string()));
  write_configuration();
  // Apache gives up being root for its workers.
  if (::geteuid() == 0) run(fmt::format("chown -R www-data '{}'", folder_.path().string()));
  process_ = std::make_unique<ChildProcess>(
      std::vector<std::string>{"/usr/sbin/apache2", "-f", (folder_ / "apache.conf").string(),
                               "-DFOREGROUND"},
      log());
  wait_until_listening(*process_, port_);
  wait_until_listening(*process_, tls_port_);
}

void ApacheServer::write_configuration() const {
  std::string text;
  for (const auto module : kApacheModules) {
    text +=
        fmt::format("LoadModule {}_module /usr/lib/apache2/modules/mod_{}.so\n", module, module);
  }
  text += fmt::format(
      "ServerRoot {0}\nPidFile {0}/pid\nServerName localhost\nListen 127.0.0.1:{1}\n"
      "Listen 127.0.0.1:{2}\nDavLockDB {0}/locks/db\nErrorLog {0}/log\nDocumentRoot {0}/files\n"
      "User www-data\nGroup www-data\nMutex file:{0}/locks\n"
      "<VirtualHost *:{2}>\nSSLEngine on\nSSLCertificateFile {0}/certificate.pem\n"
      "SSLCertificateKeyFile {0}/key.pem\n</VirtualHost>\n"
      "<Directory {0}/files>\nDav On\nAuthType Basic\nAuthName test\nAuthUserFile {0}/users\n"
      "Require valid-user\n</Directory>\n",
      folder_.path().string(), port_, tls_port_);
  write(folder_ / "apache.conf", text);
}

RcloneServer::RcloneServer() {
  fs::create_directories(files());
  process_ = std::make_unique<ChildProcess>(
      std::vector<std::string>{"rclone", "serve", "webdav", files().string(), "--config",
                               (folder_ / "none").string(), "--addr",
                               fmt::format("127.0.0.1:{}", port_), "--user",
                               kServerCredentials.user, "--pass", kServerCredentials.password},
      log());
  wait_until_listening(*process_, port_);
}

SeaweedServer::SeaweedServer() {
  const fs::path program = fs::path(QFCSYNC_SERVERS) / "bin" / "weed";
  if (!fs::exists(program)) {
    throw std::runtime_error(program.string() + " is missing; tests/run.sh installs it");
  }
  write(folder_ / "s3.json",
        fmt::format(R"({{"identities": [{{"name": "test", "credentials": [{{"accessKey": "{}",)"
                    R"( "secretKey": "{}"}}], "actions": ["Admin"]}}]}})",
                    kServerCredentials.user, kServerCredentials.password));
  const auto port = [](std::string_view name, int number) {
    return fmt::format("-{}={}", name, number);
  };
  process_ = std::make_unique<ChildProcess>(
      std::vector<std::string>{program.string(),
                               "server",
                               "-dir=" + folder_.path().string(),
                               "-ip=127.0.0.1",
                               "-ip.bind=127.0.0.1",
                               "-master.telemetry=false",
                               "-volume.preStopSeconds=0",
                               "-master.volumePreallocate=false",
                               "-master.volumeSizeLimitMB=256",
                               "-volume.max=20",
                               "-filer",
                               "-s3",
                               "-s3.config=" + (folder_ / "s3.json").string(),
                               "-s3.port.iceberg=0",
                               "-s3.port.lance=0",
                               "-filer.localSocket=" + (folder_ / "filer.sock").string(),
                               "-s3.localSocket=" + (folder_ / "s3.sock").string(),
                               port("s3.port", port_),
                               port("s3.port.grpc", free_port()),
                               port("master.port", free_port()),
                               port("master.port.grpc", free_port()),
                               port("volume.port", free_port()),
                               port("volume.port.grpc", free_port()),
                               port("filer.port", free_port()),
                               port("filer.port.grpc", free_port())},
      log());
  wait_until_listening(*process_, port_);
}

S3Options SeaweedServer::options(const std::string& prefix) const {
  S3Options options;
  options.bucket = "qfcsync-test";
  options.prefix = prefix;
  options.endpoint = address();
  options.credentials = kServerCredentials;
  return options;
}

}  // namespace qfcsync::test
