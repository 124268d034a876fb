#include "remote/credentials.hpp"

#include <qfcsync/error.hpp>

#include "support/temporary_folder.hpp"

#include <fstream>

#include <doctest/doctest.h>
#include <stdlib.h>

using namespace qfcsync;
using namespace qfcsync::remote;

namespace {

/// A variable for the time of a test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    const char* old = ::getenv(name);
    if (old != nullptr) old_ = old;
    value == nullptr ? ::unsetenv(name) : ::setenv(name, value, 1);
  }
  ~Variable() { old_ ? ::setenv(name_, old_->c_str(), 1) : ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

std::filesystem::path write(const test::TemporaryFolder& folder, std::string_view text) {
  const auto path = folder / "credentials";
  std::ofstream(path) << text;
  return path;
}

}  // namespace

TEST_SUITE("remote/credentials") {
  TEST_CASE("a section of a file is read as the AWS tools read it") {
    const auto values = parse_ini_section(
        "# comment\r\n[default]\naws_access_key_id = one\n; more\n\n[field]\n"
        "AWS_Access_Key_Id=two\r\naws_secret_access_key =  a=b/+c \n[last]\nx = y",
        "field");
    CHECK(values.size() == 2);
    CHECK(values.at("aws_access_key_id") == "two");
    CHECK(values.at("aws_secret_access_key") == "a=b/+c");
    CHECK(parse_ini_section("", "default").empty());
  }

  TEST_CASE("a line that is nothing is named by its number, not by its text") {
    try {
      parse_ini_section("[default]\nthe secret itself\n", "default");
      FAIL("accepted");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::InvalidArgument);
      CHECK(std::string(error.what()).find("line 2") != std::string::npos);
      CHECK(std::string(error.what()).find("secret") == std::string::npos);
    }
  }

  TEST_CASE("given credentials win over the file, the file over the environment") {
    const test::TemporaryFolder folder;
    const Variable user("AWS_ACCESS_KEY_ID", "from-environment");
    const Variable secret("AWS_SECRET_ACCESS_KEY", "s");
    const Variable token("AWS_SESSION_TOKEN", "t");
    S3Options options;
    CHECK(s3_credentials(options).user == "from-environment");
    CHECK(s3_credentials(options).token == "t");
    options.credentials_file =
        write(folder, "[default]\naws_access_key_id=from-file\naws_secret_access_key=x\n");
    CHECK(s3_credentials(options).user == "from-file");
    CHECK(s3_credentials(options).token.empty());
    options.credentials = Credentials{"given", "x", ""};
    CHECK(s3_credentials(options).user == "given");
  }

  TEST_CASE("without credentials a bucket is refused and a collection asked without") {
    const Variable user("AWS_ACCESS_KEY_ID", nullptr);
    const Variable dav("QFCSYNC_WEBDAV_USER", nullptr);
    S3Options options;
    options.bucket = "buck";
    CHECK_THROWS_AS(s3_credentials(options), Error);
    CHECK_FALSE(webdav_credentials(WebdavOptions()));
  }

  TEST_CASE("a file without the section or the keys is an error, not a fall back") {
    const test::TemporaryFolder folder;
    const Variable user("QFCSYNC_WEBDAV_USER", "ada");
    const Variable password("QFCSYNC_WEBDAV_PASSWORD", "x");
    WebdavOptions options;
    options.credentials_file = write(folder, "[other]\nuser = bob\npassword = secret\n");
    CHECK_THROWS_AS(webdav_credentials(options), Error);
    options.profile = "other";
    CHECK(webdav_credentials(options)->user == "bob");
    options.credentials_file = folder / "none";
    CHECK_THROWS_AS(webdav_credentials(options), Error);
  }

  TEST_CASE("a file that is no file of credentials is not read whole") {
    const test::TemporaryFolder folder;
    WebdavOptions options;
    options.credentials_file = write(folder, std::string(1u << 20, '#'));
    CHECK_THROWS_AS(webdav_credentials(options), Error);
  }
}
