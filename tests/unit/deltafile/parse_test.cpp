#include <qfcsync/deltafile.hpp>
#include <qfcsync/error.hpp>

#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace qfcsync;
using Json = nlohmann::json;

namespace {

Json sample_delta() {
  return Json::parse(R"J({
    "uuid": "c2bd7b3f-5b0d-4d5b-8f6f-0e8a3c1d7a10", "method": "patch",
    "localLayerId": "trees_local", "sourceLayerId": "trees", "localPk": "12", "sourcePk": "812",
    "clientId": "e0a4a1f2-8f23-4a8c-bd5c-0a1b2c3d4e5f", "exportId": "x", "localLayerName": "Trees",
    "localLayerCrs": "EPSG:2056",
    "old": {"geometry": "Point (1 2)", "attributes": {"fid": 812, "height": 11.5, "tags": ["a", 1]},
            "is_snapshot": true},
    "new": {
  "attributes" : {"height" : 12, "photo" : null, "ok" : true, "name" : "x"},
                 "files_sha256" : {"a.jpg" : null},
                                  "is_snapshot" : false
}
})J");
}

Json sample_file() {
  return {{"version", "1.0"},
          {"id", "f"},
          {"project", "p"},
          {"files", Json::array()},
          {"deltas", Json::array({sample_delta()})}};
}

std::string refusal(const std::string& text) {
  try {
    parse_deltafile(text);
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "accepted";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string first_name(const std::string& escaped) {
  Json file = sample_file();
  std::string text = file.dump();
  const std::string wanted = "\"name\":\"x\"";
  text.replace(text.find(wanted), wanted.size(), "\"name\":\"" + escaped + "\"");
  const Deltafile parsed = parse_deltafile(text);
  for (const auto& [name, value] : parsed.deltas[0].new_state->attributes) {
    if (name == "name") return std::get<std::string>(value);
  }
  return "missing";
}

}  // namespace

TEST_SUITE("deltafile/parse") {
  TEST_CASE("a file as QField writes it is read whole") {
    Json json = sample_file();
    json["clientPks"] = {{"c__l__3", "4"}};
    json["something"] = {1, 2, 3};
    const Deltafile file = parse_deltafile(json.dump(2));
    CHECK(file.id == "f");
    CHECK(file.project == "p");
    CHECK(file.client_pks.at("c__l__3") == "4");
    REQUIRE(file.deltas.size() == 1);
    const Delta& delta = file.deltas[0];
    CHECK(delta.method == DeltaMethod::Patch);
    CHECK(delta.layer_id() == "trees");
    CHECK(client_key(delta) == "e0a4a1f2-8f23-4a8c-bd5c-0a1b2c3d4e5f__trees_local__12");
    CHECK(delta.old_state->geometry_wkt == "Point (1 2)");
    CHECK(delta.old_state->attributes.size() == 3);
    CHECK_FALSE(delta.new_state->has_geometry);
    CHECK(delta.new_state->attributes.size() == 4);
  }

  TEST_CASE("attribute values keep their JSON type") {
    const Delta delta = parse_delta(R"J({"uuid":"u","method":"create","localLayerId":"l",
      "sourceLayerId":"","localPk":"1","sourcePk":"","new":{"geometry":null,"attributes":{
      "null":null,"true":true,"int":9007199254740993,"min":-9223372036854775808,"huge":1e3,
      "big":9223372036854775808,"real":5.0,"text":"5","list":[ 1, "a b" ],"map":{ "k" : [ ] }}}})J");
    const auto& values = delta.new_state->attributes;
    REQUIRE(values.size() == 10);
    CHECK(values[0].second == AttributeValue());
    CHECK(values[1].second == AttributeValue(true));
    CHECK(values[2].second == AttributeValue(std::int64_t{9007199254740993}));
    CHECK(values[3].second == AttributeValue(std::numeric_limits<std::int64_t>::min()));
    CHECK(values[4].second == AttributeValue(1000.0));
    CHECK(values[5].second == AttributeValue(9223372036854775808.0));
    CHECK(values[6].second == AttributeValue(5.0));
    CHECK(values[7].second == AttributeValue(std::string("5")));
    CHECK(values[8].second == AttributeValue(JsonText{R"J([1,"a b"])J"}));
    CHECK(values[9].second == AttributeValue(JsonText{R"J({"k":[]})J"}));
    CHECK(delta.new_state->has_geometry);
    CHECK(delta.new_state->geometry_is_text);
    CHECK_FALSE(delta.new_state->geometry_wkt.has_value());
    CHECK(delta.layer_id() == "l");
  }

  TEST_CASE("a geometry that is no text is the delta's fault, not the file's") {
    Json json = sample_file();
    json["deltas"][0]["new"]["geometry"] = 5;
    const Deltafile file = parse_deltafile(json.dump());
    CHECK(file.deltas[0].new_state->has_geometry);
    CHECK_FALSE(file.deltas[0].new_state->geometry_is_text);
  }

  TEST_CASE(
      "U+0000 escapes vanish, also inside surrogate pairs and keys; escaped backslashes stay") {
    CHECK(first_name("x\\u0000y") == "xy");
    CHECK(first_name("\\u0000\\u0000") == "");
    CHECK(first_name("a\\\\u0000b") == "a\\u0000b");
    CHECK(first_name("a\\\\\\u0000b") == "a\\b");
    CHECK(first_name("\\ud83d\\u0000\\ude00") == "\xf0\x9f\x98\x80");
    CHECK(first_name("\\u00e9\\n\\\"") == "\xc3\xa9\n\"");
  }

  TEST_CASE("the content of a delta is what came, without blanks and U+0000") {
    Json json = sample_delta();
    json["extra"] = "a  b";
    const std::string text = json.dump(4);
    const Delta delta = parse_delta(text);
    CHECK(delta.content == json.dump());
    CHECK(parse_delta(delta.content).content == delta.content);
    const Deltafile file = parse_deltafile(sample_file().dump(3));
    CHECK(file.deltas[0].content == sample_delta().dump());
  }

  TEST_CASE("optional and unknown keys are taken leniently") {
    Json json = sample_file();
    Json& delta = json["deltas"][0];
    for (const char* key :
         {"exportId", "localLayerName", "localLayerCrs", "clientId", "old", "new"}) {
      delta.erase(key);
    }
    delta["old"] = {{"unknown", {1, 2}}};
    const Deltafile file = parse_deltafile("\xef\xbb\xbf" + json.dump());
    CHECK(file.deltas[0].client_id.empty());
    CHECK(file.deltas[0].old_state->attributes.empty());
    CHECK_FALSE(file.deltas[0].new_state.has_value());
  }

  TEST_CASE("of a name that stands twice the last value counts") {
    std::string members = R"J("n":1,"m":2,"n":3)J";
    for (int i = 0; i < 100; ++i)
      members += ",\"a" + std::to_string(i % 50) + "\":" + std::to_string(i);
    const Delta delta = parse_delta(R"J({"uuid":"u","uuid":"v","method":"create","localLayerId":"l",
      "sourceLayerId":"","localPk":"1","sourcePk":"","new":{"attributes":{)J" +
                                    members + "}}}");
    CHECK(delta.uuid == "v");
    CHECK(delta.new_state->attributes.size() == 52);
    CHECK(delta.new_state->attributes[1].first == "n");
    CHECK(delta.new_state->attributes[1].second == AttributeValue(std::int64_t{3}));
  }

  TEST_CASE("what the schema forbids is refused with its place") {
    const auto broken = [](auto&& change) {
      Json json = sample_file();
      change(json);
      return refusal(json.dump());
    };
    for (const char* key : {"version", "id", "project", "deltas", "files"}) {
      CHECK(contains(
          broken([&](Json& j) { j.erase(key); }),
          std::string("Corrupt: the deltafile is not as expected: ") + key + " is missing"));
      CHECK(contains(broken([&](Json& j) { j[key] = 5; }), std::string(key) + " has to be"));
    }
    for (const char* key :
         {"uuid", "method", "localLayerId", "sourceLayerId", "localPk", "sourcePk"}) {
      const std::string place = std::string("deltas[1].") + key;
      CHECK(contains(broken([&](Json& j) {
                       j["deltas"].push_back(sample_delta());
                       j["deltas"][1].erase(key);
                     }),
                     place + " is missing"));
      CHECK(contains(broken([&](Json& j) {
                       j["deltas"].push_back(sample_delta());
                       j["deltas"][1][key] = nullptr;
                     }),
                     place + " has to be a string, not null"));
    }
    CHECK(contains(broken([](Json& j) { j["version"] = "2.0"; }), "version has to be \"1.0\""));
    CHECK(contains(broken([](Json& j) { j["deltas"][0]["method"] = "Create"; }),
                   "deltas[0].method has to be"));
    CHECK(contains(broken([](Json& j) { j["deltas"][0] = 1; }),
                   "deltas[0] has to be an object, not a number"));
    CHECK(contains(broken([](Json& j) { j["deltas"][0]["clientId"] = 1; }), "deltas[0].clientId"));
    CHECK(contains(broken([](Json& j) { j["deltas"][0]["new"] = nullptr; }),
                   "deltas[0].new has to be an object"));
    CHECK(contains(broken([](Json& j) { j["deltas"][0]["new"]["attributes"] = Json::array(); }),
                   "deltas[0].new.attributes has to be an object, not an array"));
    CHECK(contains(broken([](Json& j) { j["deltas"][0]["old"]["is_snapshot"] = 1; }),
                   "deltas[0].old.is_snapshot has to be a boolean"));
    CHECK(contains(broken([](Json& j) {
                     j["files"] = {"a", "a"};
                   }),
                   "files[1] stands there twice"));
    CHECK(contains(broken([](Json& j) {
                     j["clientPks"] = {{"k", 5}};
                   }),
                   "clientPks[\"k\"] has to be a string"));
    CHECK(contains(refusal("[]"), "the document has to be an object, not an array"));
  }

  TEST_CASE("texts that are no JSON are refused as nlohmann refuses them") {
    const std::string good = sample_file().dump();
    REQUIRE(refusal(good) == "accepted");
    for (const char* tail : {" x", "{}", ",", "]", "\"", "1"})
      CHECK(refusal(good + tail) != "accepted");
    for (std::size_t length = 0; length < good.size(); ++length) {
      CHECK(refusal(good.substr(0, length)) != "accepted");
    }
    for (const char* value : {"01",
                              "1.",
                              ".5",
                              "+1",
                              "1e",
                              "- 1",
                              "1 2",
                              "tru e",
                              "True",
                              "nan",
                              "1e999",
                              "'a'",
                              "\"\\x\"",
                              "\"\\ud800\"",
                              "\"\\udc00\"",
                              "\"\\u12g4\"",
                              "\"a\nb\"",
                              "\"\xff\"",
                              "\"\xc0\x80\"",
                              "[1,]",
                              "[,1]",
                              "{\"a\":1,}",
                              "{\"a\" 1}",
                              "{1:1}",
                              "[1}",
                              "",
                              "\"\xed\xa0\x80\"",
                              "nul",
                              "falsey"}) {
      CAPTURE(value);
      const std::string text = good.substr(0, good.size() - 1) + ",\"zz\":" + value + "}";
      REQUIRE_FALSE(Json::accept(text));
      CHECK(contains(refusal(text), "Corrupt"));
    }
    for (const char* value : {"-0", "0.5e-3", "1E+2", "\"\\/\\b\\f\"", "[]", "{}", "1e-400",
                              "[[],{}]", "\"\xf4\x8f\xbf\xbf\""}) {
      CAPTURE(value);
      const std::string text = good.substr(0, good.size() - 1) + ",\"zz\":" + value + "}";
      REQUIRE(Json::accept(text));
      CHECK(refusal(text) == "accepted");
    }
  }

  TEST_CASE("limits hold before anything is built") {
    const std::string deep(100'000, '[');
    CHECK(contains(refusal(deep), "LimitExceeded"));
    CHECK(contains(refusal("{\"deltas\":" + deep), "LimitExceeded"));
    std::string many = R"J({"uuid":"u","method":"create","localLayerId":"l","sourceLayerId":"",
      "localPk":"1","sourcePk":"","new":{"attributes":{"a":1)J";
    for (int i = 0; i < 70'000; ++i) many += ",\"" + std::to_string(i) + "\":1";
    CHECK_THROWS_AS(parse_delta(many + "}}}"), Error);
  }
}
