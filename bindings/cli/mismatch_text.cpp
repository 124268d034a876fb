#include "mismatch_text.hpp"

#include <qfcsync/geometry_text.hpp>

#include "change_printer.hpp"
#include "terminal.hpp"
#include "value_text.hpp"

#include <cmath>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace {

using Json = nlohmann::ordered_json;
using qfcsync::Mismatch;
using qfcsync::Value;
using qfcsync::ValueType;
using qfcsync::ValueView;

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::string_view part = bytes.substr(i, 3);
    unsigned bits = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      bits = bits << 8 | (k < part.size() ? static_cast<unsigned char>(part[k]) : 0u);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= part.size() ? kDigits[bits >> (18 - 6 * k) & 63u] : '=';
    }
  }
  return text;
}

Json value_json(ValueView value) {
  switch (value.type()) {
    case ValueType::Integer:
      return value.as_integer();
    case ValueType::Real:
      return value.as_real();
    case ValueType::Text:
      return std::string(value.bytes());
    case ValueType::Blob: {
      Json blob = Json::object();
      if (const auto wkt = qfcsync::geometry_wkt(value.bytes())) blob["wkt"] = *wkt;
      blob["base64"] = base64(value.bytes());
      return blob;
    }
    default:
      return nullptr;
  }
}

}  // namespace

std::string mismatch_text(const Mismatch& mismatch) {
  const ValueView expected = mismatch.expected.view();
  const ValueView found = mismatch.found.view();
  if (mismatch.column.empty() || !expected.is_defined() || !found.is_defined()) {
    return printable(mismatch.text);
  }
  std::vector<ValueView> key;
  for (const Value& value : mismatch.key) key.push_back(value.view());
  const auto [expected_text, found_text] = value_texts(expected, found);
  return fmt::format("{} of {} {}: {} is {}, expected {}", to_string(mismatch.operation),
                     printable(mismatch.table), key_text(mismatch.key_columns, key),
                     printable(mismatch.column), found_text, expected_text);
}

std::string mismatch_json(const Mismatch& mismatch) {
  Json json = {{"kind", to_string(mismatch.kind)},
               {"operation", to_string(mismatch.operation)},
               {"table", mismatch.table}};
  Json& key = json["key"] = Json::object();
  for (std::size_t i = 0; i < mismatch.key.size(); ++i) {
    const std::string name =
        i < mismatch.key_columns.size() ? mismatch.key_columns[i] : fmt::format("key{}", i + 1);
    key[name] = value_json(mismatch.key[i].view());
  }
  if (!mismatch.column.empty()) json["column"] = mismatch.column;
  if (mismatch.expected.view().is_defined()) {
    json["expected"] = value_json(mismatch.expected.view());
  }
  if (mismatch.found.view().is_defined()) json["found"] = value_json(mismatch.found.view());
  json["text"] = mismatch.text;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}
