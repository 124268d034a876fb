#include "http/fields.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace qfcsync::server;
using nlohmann::json;

namespace {

constexpr const char* kJson = "application/json";
constexpr const char* kForm = "application/x-www-form-urlencoded";

/// How a body is refused; nullopt if it is not.
std::optional<FieldErrorKind> refusal(std::string_view type, std::string_view body) {
  try {
    parse_fields(type, body);
    return std::nullopt;
  } catch (const FieldError& error) {
    return error.kind();
  }
}

}  // namespace

TEST_SUITE("server/fields") {
  TEST_CASE("the three encodings give the same object") {
    const json expected = {{"name", "trees"}, {"is_public", "1"}};
    CHECK(parse_fields(kJson, R"({"name":"trees","is_public":"1"})") == expected);
    CHECK(parse_fields("application/x-www-form-urlencoded; charset=utf-8",
                       "name=trees&is_public=1") == expected);
    CHECK(parse_fields("multipart/form-data; boundary=b",
                       "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\ntrees\r\n"
                       "--b\r\nContent-Disposition: form-data; name=\"is_public\"\r\n\r\n1\r\n"
                       "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n"
                       "\r\nignored\r\n--b--\r\n") == expected);
  }

  TEST_CASE("an empty body has no fields, whatever its type") {
    CHECK(parse_fields("", "") == json::object());
    CHECK(parse_fields(kJson, "") == json::object());
    CHECK(parse_fields("image/png", "") == json::object());
  }

  TEST_CASE("the last form value of a name wins") {
    CHECK(parse_fields(kForm, "a=1&a=2&b=x+y%C3%BC")["a"] == "2");
    CHECK(parse_fields(kForm, "b=x+y%C3%BC")["b"] == "x y\xC3\xBC");
  }

  TEST_CASE("other content types are told apart from damaged bodies") {
    CHECK(refusal("text/plain", "x") == FieldErrorKind::UnsupportedMediaType);
    CHECK(refusal("", "x") == FieldErrorKind::UnsupportedMediaType);
    CHECK(refusal("application/jsonx", "{}") == FieldErrorKind::UnsupportedMediaType);
    for (const char* body : {"{", "[]", "1", "null", "\"x\"", "{} {}", "{\"a\":1e999}", " ",
                             "{\"a\":\"\xFF\"}", "{'a':1}"}) {
      CAPTURE(body);
      CHECK(refusal(kJson, body) == FieldErrorKind::Malformed);
    }
    CHECK(refusal("multipart/form-data", "x") == FieldErrorKind::Malformed);
    CHECK(refusal("multipart/form-data; boundary=b", "x") == FieldErrorKind::Malformed);
    CHECK(refusal("multipart/form-data; boundary=b",
                  "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\xFF\r\n--b--") ==
          FieldErrorKind::Malformed);
  }

  TEST_CASE("nesting of JSON is bounded") {
    const auto nested = [](int depth) {
      const auto count = static_cast<std::size_t>(depth - 1);
      return "{\"a\":" + std::string(count, '[') + std::string(count, ']') + "}";
    };
    CHECK_FALSE(refusal(kJson, nested(kMaxJsonDepth)));
    CHECK(refusal(kJson, nested(kMaxJsonDepth + 1)) == FieldErrorKind::Malformed);
    CHECK(refusal(kJson, nested(1'000'000)) == FieldErrorKind::Malformed);
  }

  TEST_CASE("the number of form fields is bounded") {
    std::string form;
    for (std::size_t i = 0; i < kMaxFormFields; ++i) form += "a" + std::to_string(i) + "=&";
    CHECK_FALSE(refusal(kForm, form + "a0=again"));
    CHECK(refusal(kForm, form + "b=") == FieldErrorKind::Malformed);
  }

  TEST_CASE("texts come trimmed, numbers as text, null as absent") {
    const json fields = {{"a", "  x y\n"}, {"n", 42}, {"f", 1.5}, {"z", nullptr}};
    CHECK(field_string(fields, "a") == "x y");
    CHECK(field_string(fields, "n") == "42");
    CHECK(field_string(fields, "f") == "1.5");
    CHECK_FALSE(field_string(fields, "z"));
    CHECK_FALSE(field_string(fields, "missing"));
  }

  TEST_CASE("what is no text is refused") {
    const json fields = {
        {"o", json::object()}, {"l", json::array()}, {"b", true}, {"nul", std::string(1, '\0')}};
    for (const char* name : {"o", "l", "b", "nul"}) {
      CAPTURE(name);
      CHECK_THROWS_AS(field_string(fields, name), FieldError);
    }
  }

  TEST_CASE("truth has many spellings") {
    for (const char* word : {"1", "true", "True", "TRUE", "t", "T", "yes", "Y", "on", "On"}) {
      CAPTURE(word);
      CHECK(field_bool({{"b", word}}, "b") == true);
    }
    for (const char* word : {"0", "false", "False", "F", "no", "N", "off", "OFF"}) {
      CAPTURE(word);
      CHECK(field_bool({{"b", word}}, "b") == false);
    }
    CHECK(field_bool({{"b", true}}, "b") == true);
    CHECK(field_bool({{"b", 0}}, "b") == false);
    CHECK_FALSE(field_bool({{"b", nullptr}}, "b"));
    CHECK_FALSE(field_bool(json::object(), "b"));
  }

  TEST_CASE("anything else is neither true nor false") {
    for (const json& value :
         {json("maybe"), json(""), json(2), json(-1), json(1.0), json::array(), json::object()}) {
      CAPTURE(value.dump());
      CHECK_THROWS_AS(field_bool({{"b", value}}, "b"), FieldError);
    }
  }
}
