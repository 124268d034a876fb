#include <qfcsync/error.hpp>

#include "packaged_project.hpp"

#include <algorithm>

#include <SQLiteCpp/Database.h>
#include <nlohmann/json.hpp>
#include <zip.h>

namespace {

using namespace qfcsync;
using nlohmann::json;
using test::PackagedProject;
using test::TemporaryFolder;

using Names = std::vector<std::string>;

Names entries_of(const std::filesystem::path& archive) {
  zip_t* zip = zip_open(archive.c_str(), ZIP_RDONLY, nullptr);
  REQUIRE(zip != nullptr);
  Names names;
  for (zip_int64_t i = 0; i < zip_get_num_entries(zip, 0); ++i) {
    names.emplace_back(zip_get_name(zip, static_cast<zip_uint64_t>(i), 0));
  }
  zip_discard(zip);
  return names;
}

// As one text, which doctest can show.
std::string joined(const Names& names) {
  std::string text;
  for (const std::string& name : names) text += name + "\n";
  return text;
}

bool has_only_sources(const std::filesystem::path& folder, const Names& names) {
  Names found;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    found.push_back(entry.path().filename().string());
  }
  std::sort(found.begin(), found.end());
  return found == names;
}

}  // namespace

TEST_SUITE("project/package") {
  TEST_CASE("an offline layer gets the marks that QField reads") {
    const TemporaryFolder folder;
    test::write_trees(folder / "t.gpkg", 2);
    SQLite::Database((folder / "t.gpkg").string(), SQLite::OPEN_READWRITE)
        .exec("ALTER TABLE trees ADD COLUMN stamp TEXT DEFAULT 'now'");
    const PackagedProject packaged(
        folder.path(),
        {.layers = {{.id = "a",
                     .source = "./t.gpkg|layername=trees",
                     .children =
                         "<fieldConfiguration><field name=\"fid\"/></fieldConfiguration>"
                         "<constraints><constraint field=\"fid\" constraints=\"3\" "
                         "notnull_strength=\"1\" unique_strength=\"1\"/><constraint "
                         "field=\"stamp\" constraints=\"1\" notnull_strength=\"1\"/><constraint "
                         "field=\"species\" constraints=\"1\" notnull_strength=\"1\"/>"
                         "</constraints>"}}});
    CHECK(packaged.property("a", "QFieldSync/cloud_action") == "offline");
    CHECK(packaged.property("a", "QFieldSync/sourceDataPrimaryKeys") == "fid");
    CHECK(packaged.property("a", "QFieldSync/remoteLayerId") == "a");
    CHECK(packaged.property("a", "QFieldSync/unsupported_source_pk") == "(none)");
    CHECK(packaged.property("a", "isOfflineEditable") == "true");
    CHECK(packaged.property("a", "remoteSource") == "./t.gpkg|layername=trees");
    CHECK(packaged.property("a", "remoteProvider") == "ogr");
    CHECK(packaged.property("a", "remoteLayerId") == "a");
    CHECK(packaged.property("a", "layerNameSuffix").empty());
    const auto layer = packaged.layer("a");
    CHECK(std::string(layer.attribute("readOnly").value()) == "0");
    CHECK(std::string(layer.child("fieldConfiguration")
                          .find_child_by_attribute("field", "name", "fid_1")
                          .child("editWidget")
                          .attribute("type")
                          .value()) == "Hidden");
    const auto constraint = [&](const char* field) {
      return layer.child("constraints").find_child_by_attribute("field", field);
    };
    CHECK(constraint("fid").attribute("constraints").as_int() == 2);
    CHECK(constraint("fid").attribute("unique_strength").as_int() == 1);
    CHECK(constraint("fid").attribute("notnull_strength").as_int() == 0);
    CHECK(constraint("stamp").attribute("constraints").as_int() == 0);
    CHECK(constraint("species").attribute("constraints").as_int() == 1);
  }

  TEST_CASE("the project's own settings are those of an offline project") {
    const TemporaryFolder folder;
    test::write_trees(folder / "t.gpkg", 2);
    const PackagedProject packaged(folder.path(), {.layers = {{.id = "a", .source = "./t.gpkg"}}});
    CHECK(std::string(packaged.root().child("transaction").attribute("mode").value()) ==
          "Disabled");
    CHECK(std::string(packaged.root().child("projectFlags").attribute("set").value()) ==
          "TrustStoredLayerStatistics");
    CHECK(std::string(packaged.root().child("title").text().get()) == "survey");
    CHECK(packaged.setting("OfflineEditingPlugin", "OfflineDbPath") == "./data.gpkg");
    CHECK(packaged.setting("qfieldsync", "originalProjectPath") == "survey.qgs");
    CHECK(joined(packaged.package.files) == joined({"data.gpkg", "survey_qfield.qgz"}));
    CHECK(packaged.document_text.rfind("<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>",
                                       0) == 0);
  }

  TEST_CASE("an old document gets the old elements") {
    const TemporaryFolder folder;
    test::write_file(folder / "p.qgs",
                     "<qgis version=\"3.4.13\"><title>t</title><autotransaction active=\"1\"/>"
                     "<evaluateDefaultValues active=\"1\"/></qgis>");
    const PackagedProject packaged(folder.path(), {}, "p.qgs");
    CHECK(packaged.root().child("autotransaction").attribute("active").as_int(9) == 0);
    CHECK(packaged.root().child("evaluateDefaultValues").attribute("active").as_int(9) == 0);
    CHECK_FALSE(packaged.root().child("transaction"));
    CHECK(std::string(packaged.root().child("title").text().get()) == "t");
    CHECK(joined(packaged.package.files) == joined({"p_qfield.qgz"}));
  }

  TEST_CASE("a layer whose edits could not come back is read-only") {
    const TemporaryFolder folder;
    test::write_trees(folder / "t.gpkg", 2);
    SQLite::Database((folder / "t.gpkg").string(), SQLite::OPEN_READWRITE)
        .exec("CREATE TABLE nokey (name TEXT); CREATE VIEW shown AS SELECT * FROM trees");
    test::write_vector(folder / "s.shp", "ESRI Shapefile", {"a"});
    test::write_vector(folder / "keyed.csv", "CSV", {"fid"});
    const PackagedProject packaged(
        folder.path(),
        {.layers = {{.id = "nokey", .source = "./t.gpkg|layername=nokey", .action = "offline"},
                    {.id = "view", .source = "./t.gpkg|layername=shown", .action = "offline"},
                    {.id = "shape", .source = "./s.shp"},
                    {.id = "csv", .source = "./keyed.csv", .action = "offline"},
                    {.id = "memory", .source = "Point?crs=EPSG:4326", .provider = "memory"},
                    {.id = "pg", .source = "dbname='x' key='id'", .provider = "postgres"}}});
    for (const char* id : {"nokey", "view", "shape", "csv", "memory", "pg"}) {
      CAPTURE(id);
      REQUIRE(packaged.layer(id));
      CHECK(std::string(packaged.layer(id).attribute("readOnly").value()) == "1");
      CHECK(packaged.property(id, "QFieldSync/unsupported_source_pk") == "1");
      CHECK(packaged.property(id, "QFieldSync/sourceDataPrimaryKeys") == "(none)");
      CHECK(packaged.property(id, "QFieldSync/cloud_action") == "no_action");
    }
    CHECK(packaged.source("nokey") == "./t.gpkg|layername=nokey");
    CHECK(packaged.source("pg") == "dbname='x' key='id'");
    CHECK(joined(packaged.package.files) ==
          joined({"keyed.csv", "s.dbf", "s.prj", "s.shp", "s.shx", "survey_qfield.qgz", "t.gpkg"}));
  }

  TEST_CASE("direct access to a database stays editable") {
    const TemporaryFolder folder;
    const PackagedProject packaged(folder.path(),
                                   {.layers = {{.id = "pg",
                                                .source = "dbname='x' key='id' password='p'",
                                                .provider = "postgres",
                                                .action = "no_action"},
                                               {.id = "wfs",
                                                .source = "url='https://x'",
                                                .provider = "WFS",
                                                .action = "no_action"}}});
    CHECK(packaged.source("pg") == "dbname='x' key='id' password='p'");
    CHECK(std::string(packaged.layer("pg").attribute("readOnly").value()) == "0");
    CHECK(packaged.property("pg", "QFieldSync/sourceDataPrimaryKeys") == "id");
    CHECK(std::string(packaged.layer("wfs").attribute("readOnly").value()) == "0");
  }

  TEST_CASE("copied files lie flat, keep their sidecars and never overwrite each other") {
    const TemporaryFolder folder;
    test::write_vector(folder / "one/a.shp", "ESRI Shapefile", {"x"});
    test::write_vector(folder / "two/a.shp", "ESRI Shapefile", {"y"});
    test::write_file(folder / "dem/A.tif", "raster");
    test::write_file(folder / "dem/A.tif.aux.xml", "<x/>");
    test::write_file(folder / "dem/A.tfw", "world");
    test::write_file(folder / "dem/A.txt", "not ours");
    test::write_trees(folder / "data.gpkg", 1);
    const PackagedProject packaged(
        folder.path(),
        {.layers = {
             {.id = "one", .source = "./one/a.shp|layername=a", .action = "copy"},
             {.id = "two", .source = "./two/a.shp|layername=a", .action = "keep_existent"},
             {.id = "again", .source = "./two/a.shp|layername=a|subset=y=1", .action = "no_action"},
             {.id = "dem", .source = "./dem/A.tif", .provider = "gdal", .type = "raster"},
             {.id = "copy", .source = "./data.gpkg|layername=trees", .action = "copy"}}});
    CHECK(packaged.source("one") == "./a.shp|layername=a");
    CHECK(packaged.source("two") == "./a_1.shp|layername=a");
    CHECK(packaged.source("again") == "./a_1.shp|layername=a|subset=y=1");
    CHECK(packaged.source("dem") == "./A.tif");
    CHECK(packaged.source("copy") == "./data_1.gpkg|layername=trees");
    CHECK(joined(packaged.package.files) ==
          joined({"A.tfw", "A.tif", "A.tif.aux.xml", "a.dbf", "a.prj", "a.shp", "a.shx", "a_1.dbf",
                  "a_1.prj", "a_1.shp", "a_1.shx", "data_1.gpkg", "survey_qfield.qgz"}));
    CHECK(test::read_file(packaged.output / "a_1.dbf") == test::read_file(folder / "two/a.dbf"));
    const json layers = json::parse(packaged.package.packaged_layers_json);
    for (const auto& [id, layer] : layers.items()) {
      CAPTURE(id);
      CHECK(layer["is_valid"] == true);
    }
  }

  TEST_CASE("removed and invalid layers leave no trace, kept ones stay untouched") {
    const TemporaryFolder folder;
    test::write_trees(folder / "t.gpkg", 1);
    const PackagedProject packaged(
        folder.path(),
        {.layers = {{.id = "keep", .source = "./t.gpkg"},
                    {.id = "gone", .source = "./t.gpkg", .action = "remove"},
                    {.id = "missing", .source = "./missing.gpkg"},
                    {.id = "dem", .source = "./missing.tif", .provider = "gdal", .type = "raster"},
                    {.id = "ecw", .source = "./a.ecw", .provider = "gdal", .type = "raster"},
                    {.id = "shared", .source = "localized:f.gpkg|layername=t"}},
         .tree =
             "<layer-tree-group name=\"full\"><layer-tree-layer id=\"keep\"/></layer-tree-group>"
             "<layer-tree-group name=\"emptied\"><layer-tree-group><layer-tree-layer "
             "id=\"gone\"/></layer-tree-group></layer-tree-group><layer-tree-group/>"
             "<layer-tree-layer id=\"shared\"/><custom-order><item>keep</item><item>gone</item>"
             "</custom-order>",
         .extra = "<relations><relation id=\"r1\" referencingLayer=\"keep\" "
                  "referencedLayer=\"gone\"/><relation id=\"r2\" referencingLayer=\"keep\" "
                  "referencedLayer=\"shared\"/></relations><layerorder><layer id=\"gone\"/>"
                  "<layer id=\"keep\"/></layerorder><visibility-presets><visibility-preset "
                  "name=\"t\"><layer id=\"gone\"/><layer id=\"keep\"/></visibility-preset>"
                  "</visibility-presets>"});
    for (const char* id : {"gone", "missing", "dem", "ecw"}) {
      CAPTURE(id);
      CHECK_FALSE(packaged.layer(id));
      CHECK(packaged.document_text.find(fmt::format("\"{}\"", id)) == std::string::npos);
      CHECK(packaged.document_text.find(fmt::format(">{}<", id)) == std::string::npos);
    }
    CHECK(packaged.source("shared") == "localized:f.gpkg|layername=t");
    CHECK(packaged.property("shared", "QFieldSync/remoteLayerId") == "(none)");
    const auto tree = packaged.root().child("layer-tree-group");
    CHECK(std::distance(tree.children("layer-tree-group").begin(),
                        tree.children("layer-tree-group").end()) == 1);
    CHECK(std::string(packaged.root().child("relations").first_child().attribute("id").value()) ==
          "r2");
    const json layers = json::parse(packaged.package.layers_json);
    CHECK(layers.size() == 6);
    CHECK(layers["missing"]["is_valid"] == false);
  }

  TEST_CASE("places that repeat a source follow it") {
    const TemporaryFolder folder;
    test::write_trees(folder / "t.gpkg", 1);
    const PackagedProject packaged(
        folder.path(),
        {.layers =
             {{.id = "a", .source = "./t.gpkg"},
              {.id = "b",
               .source = "./t.gpkg",
               .children =
                   "<fieldConfiguration><field name=\"x\"><editWidget type=\"ValueRelation\">"
                   "<config><Option type=\"Map\"><Option name=\"Layer\" value=\"a\"/><Option "
                   "name=\"LayerSource\" value=\"OLD\"/><Option name=\"LayerProviderName\" "
                   "value=\"OLD\"/></Option></config></editWidget></field><field name=\"y\">"
                   "<editWidget type=\"RelationReference\"><config><Option type=\"Map\">"
                   "<Option name=\"ReferencedLayerId\" value=\"a\"/><Option "
                   "name=\"ReferencedLayerDataSource\" value=\"OLD\"/></Option></config>"
                   "</editWidget></field></fieldConfiguration><referencedLayers><relation "
                   "layerId=\"a\" dataSource=\"OLD\" providerKey=\"OLD\"/></referencedLayers>"}},
         .extra =
             "<Layouts><Layout><Atlas coverageLayer=\"a\" coverageLayerSource=\"OLD\"/>"
             "<LayoutItem><LayerSet><Layer source=\"OLD\" provider=\"OLD\">a</Layer></LayerSet>"
             "</LayoutItem><table vectorLayer=\"a\" vectorLayerSource=\"OLD\"/></Layout>"
             "</Layouts><ProjectGpsSettings destinationLayer=\"a\" "
             "destinationLayerSource=\"OLD\"/><terrain layer=\"a\" layerSource=\"OLD\"/>"
             "<terrain layer=\"elsewhere\" layerSource=\"KEPT\"/>"});
    CHECK(packaged.document_text.find("OLD") == std::string::npos);
    CHECK(packaged.document_text.find("KEPT") != std::string::npos);
    const auto node = packaged.root().child("layer-tree-group").child("layer-tree-layer");
    CHECK(node.attribute("source").value() == packaged.source("a"));
  }

  TEST_CASE("companions, data folders and the decoration image go along") {
    const TemporaryFolder folder;
    for (const char* name :
         {"survey.qml", "survey_de.qm", "survey_deu.qm", "other.qml", "img/logo.png",
          "lookup/a/list.txt", "lookup/DCIM.txt", "DCIM/photo.jpg", "data2/old.qgs", "notes.txt"}) {
      test::write_file(folder / name, name);
    }
    std::filesystem::create_symlink("/etc/passwd", folder / "lookup/link");
    const PackagedProject packaged(
        folder.path(),
        {.properties = "<QFieldSync><dataDirs type=\"QStringList\"><value>lookup</value>"
                       "<value>DCIM</value><value>data2</value><value>../..</value><value>.</value>"
                       "<value>/etc</value><value>missing</value></dataDirs></QFieldSync><Image>"
                       "<ImagePath type=\"QString\">./img/logo.png</ImagePath></Image>"});
    CHECK(joined(packaged.package.files) ==
          joined({"img/logo.png", "lookup/DCIM.txt", "lookup/a/list.txt", "survey_qfield.qgz",
                  "survey_qfield.qml", "survey_qfield_de.qm"}));
  }

  TEST_CASE("markers of point layers are embedded, or named where the package has them") {
    const TemporaryFolder folder;
    test::write_trees(folder / "t.gpkg", 1);
    test::write_file(folder / "icons/a.svg", "<svg/>");
    test::write_file(folder / "lookup/b.png", "png");
    const auto marker = [](const char* type, const char* key, const char* path) {
      return fmt::format(
          "<symbol><layer class=\"{}\"><Option type=\"Map\"><Option name=\"{}\" value=\"{}\"/>"
          "</Option><prop k=\"{}\" v=\"{}\"/></layer></symbol>",
          type, key, path, key, path);
    };
    const std::string symbols =
        "<renderer-v2><symbols>" + marker("SvgMarker", "name", "./icons/a.svg") +
        marker("RasterMarker", "imageFile", "./lookup/b.png") +
        marker("SvgMarker", "name", "gpsicons/plane.svg") +
        marker("SvgMarker", "name", "/etc/passwd") + marker("SimpleMarker", "name", "circle") +
        "</symbols></renderer-v2>";
    const PackagedProject packaged(
        folder.path(),
        {.layers = {{.id = "a", .source = "./t.gpkg", .children = symbols}},
         .properties = "<QFieldSync><dataDirs type=\"QStringList\"><value>lookup</value></dataDirs>"
                       "</QFieldSync>"});
    Names options;
    Names props;
    for (const auto symbol : packaged.layer("a").child("renderer-v2").child("symbols").children()) {
      options.emplace_back(
          symbol.child("layer").child("Option").child("Option").attribute("value").value());
      props.emplace_back(symbol.child("layer").child("prop").attribute("v").value());
    }
    CHECK(options == Names{"base64:PHN2Zy8+", "./lookup/b.png", "gpsicons/plane.svg", "/etc/passwd",
                           "circle"});
    CHECK(options == props);
  }

  TEST_CASE("what an archive held besides the project stays in the packaged one") {
    const TemporaryFolder folder;
    const std::string project = "<qgis version=\"3.44.7\"><title>t</title></qgis>";
    SUBCASE("from a .qgz") {
      test::write_zip(folder / "survey.qgz", {{"survey.qgs", project},
                                              {"survey.qgd", "storage"},
                                              {"x_styles.db", "styles"},
                                              {"old.qgs", project}});
      const PackagedProject packaged(folder.path(), {}, "survey.qgz");
      CHECK(entries_of(packaged.output / "survey_qfield.qgz") ==
            Names{"survey_qfield.qgs", "survey_qfield.qgd", "x_styles.db"});
      CHECK(test::read_zip(packaged.output / "survey_qfield.qgz", "survey_qfield.qgd") ==
            "storage");
    }
    SUBCASE("from files beside a .qgs") {
      test::write_file(folder / "survey.qgs", project);
      test::write_file(folder / "survey.qgd", "storage");
      test::write_zip(folder / "survey_attachments.zip", {{"image.svg", "<svg/>"}});
      const PackagedProject packaged(folder.path(), {});
      CHECK(entries_of(packaged.output / "survey_qfield.qgz") ==
            Names{"survey_qfield.qgs", "image.svg", "survey_qfield.qgd"});
    }
  }

  TEST_CASE("unknown content of a document survives") {
    const TemporaryFolder folder;
    test::write_file(
        folder / "survey.qgs",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<qgis version=\"3.44.7\">\n  <!-- "
        "kept -->\n  <title>t</title>\n  <future a=\"1&#10;2\" b='\"'><![CDATA[<&>]]> x "
        "&amp; ü</future>\n</qgis>");
    const PackagedProject packaged(folder.path(), {});
    for (const char* piece :
         {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "\n  <!-- kept -->\n", "a=\"1&#10;2\"",
          "b=\"&quot;\"", "<![CDATA[<&>]]> x &amp; ü</future>"}) {
      CAPTURE(std::string(piece));
      CHECK(packaged.document_text.find(piece) != std::string::npos);
    }
  }

  TEST_CASE("the output is complete or not there") {
    const TemporaryFolder folder;
    test::write_trees(folder / "p/t.gpkg", 1000);
    test::write_file(folder / "p/p.qgs",
                     test::ProjectText{.layers = {{.id = "a", .source = "./t.gpkg"}}}.xml());
    const Project project = Project::open(folder / "p/p.qgs");
    SUBCASE("a stop by the caller leaves nothing") {
      int calls = 0;
      const auto stop = [&](double) { return ++calls < 2; };
      CHECK_THROWS_AS(package_project(project, folder / "out", stop), Error);
      CHECK(calls == 2);
      CHECK(has_only_sources(folder.path(), {"p"}));
    }
    SUBCASE("an empty folder is taken") {
      std::filesystem::create_directory(folder / "out");
      CHECK(package_project(project, folder / "out").files.size() == 2);
      CHECK(has_only_sources(folder.path(), {"out", "p"}));
    }
    SUBCASE("a folder with content is left alone") {
      test::write_file(folder / "out/mine.txt", "x");
      CHECK_THROWS_AS(package_project(project, folder / "out"), Error);
      CHECK(has_only_sources(folder / "out", {"mine.txt"}));
    }
    SUBCASE("a damaged source fails the package") {
      std::string bytes = test::read_file(folder / "p/t.gpkg");
      const auto middle = bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() / 2);
      std::fill(middle, middle + 30'000, '\xee');
      test::write_file(folder / "p/t.gpkg", bytes);
      try {
        FAIL(package_project(project, folder / "out").layers_json);
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::Corrupt);
      }
      CHECK(has_only_sources(folder.path(), {"p"}));
    }
  }

  TEST_CASE("a package does not become a second project in the project's folder") {
    const TemporaryFolder folder;
    test::write_file(folder / "p/sub/p.qgs", test::ProjectText{}.xml());
    std::filesystem::create_directory_symlink(folder / "p/sub", folder / "link");
    const Project project = Project::open(folder / "p/sub/p.qgs", folder / "p");
    for (const char* output : {"p", "p/out", "p/sub", "p/sub/a/b", "p/../p/./out", "link/out"}) {
      CAPTURE(output);
      try {
        FAIL(package_project(project, folder / output).layers_json);
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::InvalidArgument);
        CHECK(std::string(error.what()).find("own folder") != std::string::npos);
      }
    }
    CHECK_THROWS_AS(package_project(project, ""), Error);
    CHECK(has_only_sources(folder / "p", {"sub"}));
    CHECK(has_only_sources(folder / "p/sub", {"p.qgs"}));
    CHECK(package_project(project, folder / "p2").files.size() == 1);
    CHECK(package_project(project, folder / "p/../out").files.size() == 1);
  }

  TEST_CASE("progress grows to one") {
    const TemporaryFolder folder;
    test::write_trees(folder / "p/t.gpkg", 100);
    test::write_file(folder / "p/p.qgs",
                     test::ProjectText{.layers = {{.id = "a", .source = "./t.gpkg"}}}.xml());
    double last = 0;
    package_project(Project::open(folder / "p/p.qgs"), folder / "out", [&](double share) {
      CHECK(share >= last);
      last = share;
      return true;
    });
    CHECK(last == 1.0);
  }
}
