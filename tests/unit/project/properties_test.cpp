#include "project/properties.hpp"

#include <sstream>

namespace {

using namespace qfcsync::project;

constexpr const char* kQgis3 = R"(<qgis><properties>
  <qfieldsync><offlineCopyOnlyAoi type="int">1</offlineCopyOnlyAoi>
  <empty type="QString"></empty></qfieldsync>
  <QFieldSync><attachmentDirs type="QStringList"><value>DCIM</value><value>files</value>
  </attachmentDirs><dataDirs type="QStringList"/></QFieldSync></properties></qgis>)";

constexpr const char* kQgis4 = R"(<qgis><properties name="properties">
  <properties name="qfieldsync"><properties name="offlineCopyOnlyAoi" type="bool">true</properties>
  <properties name="empty" type="QString"></properties></properties>
  <properties name="QFieldSync"><properties name="attachmentDirs" type="QStringList">
  <value>DCIM</value><value>files</value></properties><properties name="dataDirs"
  type="QStringList"/></properties></properties></qgis>)";

std::string text_of(const pugi::xml_document& xml) {
  std::ostringstream out;
  xml.save(out, "", pugi::format_raw | pugi::format_no_declaration);
  return out.str();
}

pugi::xml_node layer_of(pugi::xml_document& xml, const char* properties) {
  REQUIRE(xml.load_string(fmt::format("<maplayer>{}</maplayer>", properties).c_str()));
  return xml.document_element();
}

}  // namespace

TEST_SUITE("project/properties") {
  TEST_CASE("project entries read alike in the syntaxes of QGIS 3 and QGIS 4") {
    for (const char* text : {kQgis3, kQgis4}) {
      CAPTURE(text);
      pugi::xml_document xml;
      REQUIRE(xml.load_string(text));
      const ProjectProperties properties(xml.document_element());
      CHECK(properties.flag("qfieldsync", "offlineCopyOnlyAoi"));
      CHECK_FALSE(properties.flag("QFieldSync", "offlineCopyOnlyAoi"));
      CHECK(properties.list("QFieldSync", "attachmentDirs") ==
            std::vector<std::string>{"DCIM", "files"});
      CHECK(properties.list("QFieldSync", "dataDirs") == std::vector<std::string>{});
      CHECK_FALSE(properties.list("qfieldsync", "attachmentDirs"));
      CHECK(properties.text("qfieldsync", "empty") == "");
    }
  }

  TEST_CASE("a written entry uses the syntax that is there") {
    pugi::xml_document xml;
    REQUIRE(xml.load_string(kQgis4));
    ProjectProperties(xml.document_element())
        .set_text("OfflineEditingPlugin", "OfflineDbPath", "x");
    CHECK(text_of(xml).find("<properties name=\"OfflineEditingPlugin\"><properties "
                            "name=\"OfflineDbPath\" type=\"QString\">x</properties>") !=
          std::string::npos);
    REQUIRE(xml.load_string("<qgis/>"));
    ProjectProperties(xml.document_element()).set_text("A", "b", "x");
    CHECK(text_of(xml) == "<qgis><properties><A><b type=\"QString\">x</b></A></properties></qgis>");
  }

  TEST_CASE("layer properties keep their type in the new syntax") {
    pugi::xml_document xml;
    const auto layer = layer_of(
        xml,
        "<customproperties><Option type='Map'><Option name='t' type='QString' value='a'/>"
        "<Option name='b' type='bool' value='true'/><Option name='i' type='int' value='30'/>"
        "<Option name='n' type='invalid'/><Option name='l' type='List'><Option type='QString' "
        "value='x'/></Option></Option></customproperties>");
    CHECK(layer_property(layer, "t") == "a");
    CHECK(layer_property(layer, "b") == true);
    CHECK(layer_property(layer, "i") == 30);
    CHECK(layer_property(layer, "n").is_null());
    CHECK(layer_property(layer, "missing").is_null());
    CHECK(layer_property(layer, "l") == nlohmann::json::array({"x"}));
  }

  TEST_CASE("layer properties of old documents are read and written in their syntax") {
    pugi::xml_document xml;
    auto layer = layer_of(xml,
                          "<customproperties><property key='t' value='a'/><property key='l'>"
                          "<value>x</value></property></customproperties>");
    CHECK(layer_property(layer, "t") == "a");
    CHECK(layer_property(layer, "l") == nlohmann::json::array({"x"}));
    set_layer_property(layer, "t", "b");
    set_layer_property(layer, "new", "c");
    CHECK(text_of(xml).find("<property key=\"t\" value=\"b\"/>") != std::string::npos);
    CHECK(text_of(xml).find("<property key=\"new\" value=\"c\"/>") != std::string::npos);
  }

  TEST_CASE("properties are written where none were") {
    pugi::xml_document xml;
    for (const char* empty :
         {"", "<customproperties/>", "<customproperties><Option/></customproperties>"}) {
      CAPTURE(empty);
      auto layer = layer_of(xml, empty);
      set_layer_property(layer, "a", "true", "bool");
      CHECK(layer_property(layer, "a") == true);
      CHECK(text_of(xml).find("<Option type=\"Map\"><Option name=\"a\" type=\"bool\" "
                              "value=\"true\"/></Option>") != std::string::npos);
    }
  }
}
