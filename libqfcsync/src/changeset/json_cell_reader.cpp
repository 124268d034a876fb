#include "changeset/json_cell_reader.hpp"

#include <qfcsync/error.hpp>

#include "changeset/json_text.hpp"
#include "model/gpkg_blob.hpp"
#include "model/wkt.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace qfcsync::changeset {
namespace {

/// Members of a value that is an object.
struct Parts {
  std::optional<std::string> text;
  std::optional<std::string> blob;
  std::optional<std::string> wkt;
  std::optional<std::string> real;
  std::optional<std::int32_t> srs_id;
};

template <class T>
void set_once(std::optional<T>& part, T value, const JsonStream& json) {
  if (part) json.fail("a member stands twice");
  part = std::move(value);
}

std::string take_base64(JsonStream& json) {
  auto bytes = decode_base64(json.take_string());
  if (!bytes) json.fail("this is not base64");
  return std::move(*bytes);
}

std::int32_t take_srs_id(JsonStream& json) {
  const std::int64_t value = json.take_integer();
  if (value < std::numeric_limits<std::int32_t>::min() ||
      value > std::numeric_limits<std::int32_t>::max()) {
    json.fail("srs_id is out of range");
  }
  return static_cast<std::int32_t>(value);
}

Parts read_parts(JsonStream& json) {
  Parts parts;
  std::string name;
  json.enter_object();
  while (json.next_member(name)) {
    if (name == "base64") {
      set_once(parts.blob, take_base64(json), json);
    } else if (name == "text_base64") {
      set_once(parts.text, take_base64(json), json);
    } else if (name == "wkt") {
      set_once(parts.wkt, json.take_string(), json);
    } else if (name == "real") {
      set_once(parts.real, json.take_string(), json);
    } else if (name == "srs_id") {
      set_once(parts.srs_id, take_srs_id(json), json);
    } else {
      json.fail("a value has an unknown member");
    }
  }
  return parts;
}

double special_real(std::string_view text, const JsonStream& json) {
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  std::uint64_t bits = 0;
  constexpr std::size_t kTextBytes = 18;  // 0x and 16 digits
  if (text.size() == kTextBytes && text.starts_with("0x")) {
    const auto result = std::from_chars(text.data() + 2, text.data() + kTextBytes, bits, 16);
    const auto value = std::bit_cast<double>(bits);
    const bool is_whole = result.ec == std::errc() && result.ptr == text.data() + kTextBytes;
    if (is_whole && std::isnan(value)) return value;
  }
  json.fail("\"real\" is \"Infinity\", \"-Infinity\" or the bits of no number as 0x7ff8...");
}

[[noreturn]] void refuse(const JsonStream& json, std::string_view what) {
  throw Error(ErrorCode::InvalidArgument, fmt::format("{} ({})", what, json.place()));
}

/// Whoever edits the WKT and leaves the bytes would see the edit vanish.
void require_same_geometry(const std::string& wkt, std::optional<std::int32_t> srs_id,
                           const std::string& blob, const JsonStream& json) {
  const auto header = model::read_gpkg_header(blob);
  const auto geometry = header ? model::read_gpkg_blob(blob) : std::nullopt;
  const bool is_same =
      geometry && model::write_wkt(*geometry) == wkt && (!srs_id || *srs_id == header->srs_id);
  if (is_same) return;
  refuse(json,
         "the geometry's \"wkt\" or \"srs_id\" is another than its \"base64\" holds; to change the "
         "geometry, remove \"base64\"");
}

Value geometry_value(const Parts& parts, std::optional<std::int32_t> srs_id,
                     const JsonStream& json) {
  if (parts.blob) {
    require_same_geometry(*parts.wkt, parts.srs_id, *parts.blob, json);
    return Value(ValueView::blob(*parts.blob));
  }
  const auto geometry = model::read_wkt(*parts.wkt);
  if (!geometry) json.fail("\"wkt\" is no geometry");
  if (parts.srs_id) srs_id = parts.srs_id;
  if (!srs_id) refuse(json, "the reference system of the geometry is not known; add \"srs_id\"");
  return Value(
      ValueView::blob(model::write_gpkg_blob(*geometry, *srs_id, model::envelope_of(*geometry))));
}

Value object_value(JsonStream& json, std::optional<std::int32_t> srs_id) {
  const Parts parts = read_parts(json);
  const int kinds = int{parts.text.has_value()} + int{parts.real.has_value()} +
                    int{parts.wkt.has_value() || parts.blob.has_value()};
  if (kinds != 1) json.fail("a value is of one kind");
  if (parts.srs_id && !parts.wkt) json.fail("\"srs_id\" needs \"wkt\"");
  if (parts.text) return Value(ValueView::text(*parts.text));
  if (parts.real) return Value(ValueView::real(special_real(*parts.real, json)));
  if (parts.wkt) return geometry_value(parts, srs_id, json);
  return Value(ValueView::blob(*parts.blob));
}

Value number_value(JsonStream& json) {
  const auto number = json.take_number();
  if (const auto* integer = std::get_if<std::int64_t>(&number)) {
    return Value(ValueView::integer(*integer));
  }
  return Value(ValueView::real(std::get<double>(number)));
}

}  // namespace

Value read_json_value(JsonStream& json, std::optional<std::int32_t> srs_id) {
  switch (json.kind()) {
    case JsonKind::Null:
      json.take_null();
      return Value(ValueView::null());
    case JsonKind::Number:
      return number_value(json);
    case JsonKind::String:
      return Value(ValueView::text(json.take_string()));
    case JsonKind::Object:
      return object_value(json, srs_id);
    default:
      json.fail("true, false and lists are no values");
  }
}

std::string read_json_text(JsonStream& json) {
  if (json.kind() == JsonKind::String) return json.take_string();
  const Parts parts = read_parts(json);
  if (!parts.text || parts.blob || parts.wkt || parts.real || parts.srs_id) {
    json.fail("a text is expected");
  }
  return *parts.text;
}

}  // namespace qfcsync::changeset
