#include <qfcsync/error.hpp>
#include <qfcsync/project.hpp>

#include "support/project_builder.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace qfcsync;
using test::TemporaryFolder;

ErrorCode probe_error(const std::filesystem::path& file) {
  try {
    probe_project_file(file, file.filename().string());
  } catch (const Error& error) {
    return error.code();
  }
  FAIL("accepted");
  return ErrorCode::Internal;
}

ErrorCode open_error(const std::filesystem::path& file) {
  try {
    Project::open(file);
  } catch (const Error& error) {
    return error.code();
  }
  FAIL("accepted");
  return ErrorCode::Internal;
}

std::string nested(int depth) {
  std::string xml = "<qgis version=\"3.44.7\">";
  for (int i = 0; i < depth; ++i) xml += "<layer-tree-group>";
  for (int i = 0; i < depth; ++i) xml += "</layer-tree-group>";
  return xml + "</qgis>";
}

}  // namespace

TEST_SUITE("project/document") {
  TEST_CASE("the version of QGIS is read from the head of a .qgs") {
    const TemporaryFolder folder;
    test::write_file(folder / "a.qgs",
                     "<?xml version=\"1.0\"?>\n<!-- hello -->\n<!DOCTYPE qgis PUBLIC 'x' 'y'>\n"
                     "<qgis projectname=\"a\" version=\"3.44.7-Solothurn\">\n<title>cut he");
    CHECK(probe_project_file(folder / "a.qgs", "a.qgs") == "3.44.7");
    CHECK(probe_project_file(folder / "a.qgs", "other/NAME.QGS") == "3.44.7");
  }

  TEST_CASE("what is no project is refused with Corrupt") {
    const TemporaryFolder folder;
    const char* bad[] = {"",
                         "hello",
                         "<?xml version=\"1.0\"?>",
                         "<html version=\"3.44.7\"/>",
                         "<qgis/>",
                         "<qgis version=\"3.44\"/>",
                         "<qgis version=\"three\"/>",
                         "<qgis version=\"3.44.x\"/>",
                         "<qgis version=\"3.44.7\"",
                         "<qgis version=\"3.44.7"};
    for (const char* text : bad) {
      CAPTURE(text);
      test::write_file(folder / "a.qgs", text);
      CHECK(probe_error(folder / "a.qgs") == ErrorCode::Corrupt);
      CHECK(open_error(folder / "a.qgs") == ErrorCode::Corrupt);
    }
    test::write_file(folder / "a.txt", "<qgis version=\"3.44.7\"/>");
    CHECK(probe_error(folder / "a.txt") == ErrorCode::Corrupt);
  }

  TEST_CASE("a project has to be well-formed to be opened") {
    const TemporaryFolder folder;
    test::write_file(folder / "a.qgs", "<qgis version=\"3.44.7\"><title></qgis>");
    CHECK(probe_project_file(folder / "a.qgs", "a.qgs") == "3.44.7");
    CHECK(open_error(folder / "a.qgs") == ErrorCode::Corrupt);
    CHECK(open_error(folder / "missing.qgs") == ErrorCode::NotFound);
  }

  TEST_CASE("a .qgz prefers the .qgs of its own name, else takes the first by name") {
    const TemporaryFolder folder;
    const auto project = [](const char* version) {
      return fmt::format("<qgis version=\"{}\"/>", version);
    };
    test::write_zip(
        folder / "a.qgz",
        {{"z.qgs", project("3.1.1")}, {"b.qgs", project("3.2.2")}, {"a.qgs", project("3.3.3")}});
    CHECK(probe_project_file(folder / "a.qgz", "a.qgz") == "3.3.3");
    CHECK(probe_project_file(folder / "a.qgz", "other.qgz") == "3.3.3");
    CHECK(probe_project_file(folder / "a.qgz", "z.qgz") == "3.1.1");
    CHECK(Project::open(folder / "a.qgz").qgis_version() == "3.3.3");
  }

  TEST_CASE("archives that are hostile or broken are refused") {
    const TemporaryFolder folder;
    const std::string project = "<qgis version=\"3.44.7\"/>";
    SUBCASE("no .qgs inside") { test::write_zip(folder / "a.qgz", {{"a.txt", project}}); }
    SUBCASE("name leads out") { test::write_zip(folder / "a.qgz", {{"../a.qgs", project}}); }
    SUBCASE("absolute name") { test::write_zip(folder / "a.qgz", {{"/a.qgs", project}}); }
    SUBCASE("no archive") { test::write_file(folder / "a.qgz", project); }
    SUBCASE("cut in the middle") {
      test::write_zip(folder / "b.qgz", {{"a.qgs", project}, {"b.txt", std::string(5000, 'x')}});
      const std::string bytes = test::read_file(folder / "b.qgz");
      test::write_file(folder / "a.qgz", bytes.substr(0, bytes.size() / 2));
    }
    CHECK(probe_error(folder / "a.qgz") == ErrorCode::Corrupt);
    CHECK(open_error(folder / "a.qgz") == ErrorCode::Corrupt);
  }

  TEST_CASE("a zip bomb is refused before it is unpacked") {
    const TemporaryFolder folder;
    const std::string head = "<qgis version=\"3.44.7\">";
    test::write_zip(folder / "a.qgz", {{"a.qgs", head + std::string(64u << 20, ' ') + "</qgis>"}});
    CHECK(probe_error(folder / "a.qgz") == ErrorCode::LimitExceeded);
    CHECK(open_error(folder / "a.qgz") == ErrorCode::LimitExceeded);
  }

  TEST_CASE("an archive with too many entries is refused") {
    const TemporaryFolder folder;
    std::vector<std::pair<std::string, std::string>> entries = {
        {"a.qgs", "<qgis version=\"3.44.7\"/>"}};
    for (std::size_t i = 0; i <= kMaxProjectArchiveEntries; ++i) {
      entries.emplace_back(fmt::format("f{}", i), "");
    }
    test::write_zip(folder / "a.qgz", entries);
    CHECK(open_error(folder / "a.qgz") == ErrorCode::LimitExceeded);
  }

  TEST_CASE("nesting is bounded") {
    const TemporaryFolder folder;
    test::write_file(folder / "a.qgs", nested(200));
    CHECK(Project::open(folder / "a.qgs").qgis_version() == "3.44.7");
    test::write_file(folder / "a.qgs", nested(100'000));
    CHECK(open_error(folder / "a.qgs") == ErrorCode::LimitExceeded);
  }

  TEST_CASE("entities are neither expanded nor read from files") {
    const TemporaryFolder folder;
    test::write_file(folder / "secret", "TOP SECRET");
    test::write_file(
        folder / "a.qgs",
        fmt::format("<!DOCTYPE qgis [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY "
                    "s SYSTEM \"file://{}\">]>\n<qgis version=\"3.44.7\"><title>&b;&s;</title>"
                    "</qgis>",
                    (folder / "secret").string()));
    const std::string details = Project::open(folder / "a.qgs").details_json();
    CHECK(details.find("SECRET") == std::string::npos);
    CHECK(details.find("aaaaaaaa") == std::string::npos);
  }

  TEST_CASE("the project of a folder is found at any depth, hidden folders left out") {
    const TemporaryFolder folder;
    const std::string project = "<qgis version=\"3.44.7\"/>";
    CHECK_THROWS_AS(Project::find_in(folder.path()), Error);
    test::write_file(folder / "a/b/survey.QGS", project);
    test::write_file(folder / ".qfcsync/old.qgs", project);
    CHECK(Project::find_in(folder.path()) == folder / "a/b/survey.QGS");
    test::write_file(folder / "second.qgz", "");
    try {
      Project::find_in(folder.path());
      FAIL("two projects accepted");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::InvalidArgument);
      CHECK(std::string(error.what()).find("second.qgz") != std::string::npos);
    }
  }
}
