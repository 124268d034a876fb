#include "domain/names.hpp"

#include <doctest/doctest.h>

using namespace qfcsync::server;

TEST_SUITE("server/names") {
  TEST_CASE("usernames begin with a letter and stay in a small alphabet") {
    for (const std::string& name : {std::string("ada"), std::string("Ada-B_1"), std::string("u-1"),
                                    "a" + std::string(149, 'b'), std::string("userx")}) {
      CAPTURE(name);
      CHECK_FALSE(invalid_username(name));
    }
    for (const std::string& name :
         {std::string(), std::string("ab"), "a" + std::string(150, 'b'), std::string("1ada"),
          std::string("-ada"), std::string("_ada"), std::string("a da"), std::string("ada!"),
          std::string("ada."),
          std::string("\xC3\xA4"
                      "da"),
          std::string("@acme/team"), std::string("user"), std::string("PROJECTS"),
          std::string("QFieldCloud"), std::string("qfield-files"), std::string("esri"),
          std::string("ad\0a", 4)}) {
      CAPTURE(name);
      CHECK(invalid_username(name));
    }
  }

  TEST_CASE("project names are letters, digits, hyphens, underscores and dots") {
    CHECK_FALSE(invalid_project_name("trees"));
    CHECK_FALSE(invalid_project_name("Trees-2026_v1.0"));
    CHECK_FALSE(invalid_project_name("1"));
    CHECK_FALSE(invalid_project_name(std::string(255, 'a')));
    for (const std::string& name :
         {std::string(), std::string("a$"), std::string("a b"), std::string("a/b"),
          std::string("b\xC3\xA4ume"), std::string(256, 'a')}) {
      CAPTURE(name);
      CHECK(invalid_project_name(name));
    }
  }

  TEST_CASE("an e-mail address has two sides") {
    CHECK_FALSE(invalid_email("ada@example.org"));
    CHECK_FALSE(invalid_email("ada+field@localhost"));
    for (const char* email : {"", "ada", "@example.org", "ada@", "a da@x", "ada@x\n", "\xFF@x"}) {
      CAPTURE(email);
      CHECK(invalid_email(email));
    }
    CHECK(invalid_email(std::string(250, 'a') + "@x.org"));
  }

  TEST_CASE("file names that every system can hold are accepted") {
    for (const std::string& name :
         {std::string("data.gpkg"), std::string("DCIM/a b c.jpg"), std::string("no extension"),
          std::string(".hidden"), std::string("..a"), std::string("a/.b/c"),
          std::string("H\xC3\xBCtte/\xE6\xA8\xB9.jpg"), std::string("NUL.txt"),
          std::string("console"), std::string("COM"), std::string("COM10"), std::string("lptx"),
          std::string("a+b(c)&'d'.txt"), std::string("a/ b"), std::string(255, 'a')}) {
      CAPTURE(name);
      CHECK_FALSE(invalid_file_name(name));
    }
    std::string wide;
    for (int i = 0; i < 255; ++i) wide += "\xC3\xBC";  // characters count, not bytes
    CHECK_FALSE(invalid_file_name(wide));
  }

  TEST_CASE("file names that some system cannot hold are refused") {
    for (const std::string& name : {std::string(),
                                    std::string(" a"),
                                    std::string("a "),
                                    std::string("a/b "),
                                    std::string("a /b"),
                                    std::string("\xC2\xA0"
                                                "a"),
                                    std::string("a\xE3\x80\x80"),
                                    std::string("a<"),
                                    std::string("a>"),
                                    std::string("a:b"),
                                    std::string("a\"b"),
                                    std::string("a\\b"),
                                    std::string("a|b"),
                                    std::string("a?"),
                                    std::string("a*"),
                                    std::string("a\nb"),
                                    std::string("a\tb"),
                                    std::string("a\x7F"),
                                    std::string("a\0b", 3),
                                    std::string("NUL"),
                                    std::string("NUL/file.name"),
                                    std::string("a/con"),
                                    std::string("Aux"),
                                    std::string("com0"),
                                    std::string("LPT9"),
                                    std::string("prn"),
                                    std::string("a."),
                                    std::string("a./b"),
                                    std::string("\xFF"),
                                    std::string(256, 'a')}) {
      CAPTURE(name);
      CHECK(invalid_file_name(name));
    }
  }

  TEST_CASE("no file name leads out of its project") {
    for (const char* name : {".", "..", "../a", "a/../b", "a/..", "./a", "a/./b", "/a", "a/",
                             "a//b", "/", "//", "..\\a", "/etc/passwd"}) {
      CAPTURE(name);
      CHECK(invalid_file_name(name));
    }
  }

  TEST_CASE("project files are told by their extension, in any folder and case") {
    for (const char* name : {"a.qgs", "a.qgz", "A.QGS", "x/y z/a.Qgz", "aaa bbb/qgis 1.2.qgs"}) {
      CAPTURE(name);
      CHECK(is_qgis_file(name));
    }
    for (const char* name :
         {"", "qgs", "qgz", ".qgs", "x/.qgz", "a.qgs~", "a.qgs/b", "aqgs", "a.qg"}) {
      CAPTURE(name);
      CHECK_FALSE(is_qgis_file(name));
    }
  }

  TEST_CASE("restricted are project files and what belongs to the current one") {
    for (const char* name : {"trees.qgs", "other.qgz", "trees_attachments.zip", "trees.qgd",
                             "trees.qml", "sub/trees.qml"}) {
      CAPTURE(name);
      CHECK(is_restricted_file(name, "maps/trees.qgz"));
    }
    for (const char* name : {"trees.gpkg", "other.qml", "trees2.qml", "xtrees.qml",
                             "trees.qml/x.txt", "trees_attachments.zip.bak", ".qml"}) {
      CAPTURE(name);
      CHECK_FALSE(is_restricted_file(name, "maps/trees.qgz"));
    }
    CHECK(is_restricted_file("trees.qgs", ""));
    CHECK_FALSE(is_restricted_file("trees.qml", ""));
    CHECK_FALSE(is_restricted_file(".qml", ""));
  }

  TEST_CASE("an attachment begins with an attachment folder") {
    CHECK(is_attachment("DCIM/a.jpg", {"DCIM"}));
    CHECK(is_attachment("audio/b.mp3", {"DCIM", "audio"}));
    CHECK_FALSE(is_attachment("dcim/a.jpg", {"DCIM"}));
    CHECK_FALSE(is_attachment("x/DCIM/a.jpg", {"DCIM"}));
    CHECK_FALSE(is_attachment("data.gpkg", {}));
    CHECK_FALSE(is_attachment("data.gpkg", {""}));
  }
}
