#include "model/wkt.hpp"

#include <array>
#include <charconv>

namespace qfcsync::model {
namespace {

struct Dimensions {
  bool z = false;
  bool m = false;
  bool known = false;  // said by a suffix; otherwise the first vertex decides
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Recursive descent over one text. Every method returns false on the first thing that is wrong.
class Reader {
 public:
  explicit Reader(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool read(Geometry& geometry) {
    if (!tagged(Dimensions{}, GeometryType::GeometryCollection, 0, geometry)) return false;
    skip_blanks();
    return at_ == end_;
  }

 private:
  using Word = std::array<char, 24>;  // longer than every name with suffix

  void skip_blanks() {
    while (at_ != end_ && is_blank(*at_)) ++at_;
  }

  bool take(char wanted) {
    skip_blanks();
    if (at_ == end_ || *at_ != wanted) return false;
    ++at_;
    return true;
  }

  char peek() {
    skip_blanks();
    return at_ == end_ ? '\0' : *at_;
  }

  std::string_view word(Word& buffer) {
    skip_blanks();
    std::size_t length = 0;
    while (at_ != end_ && is_letter(*at_) && length < buffer.size()) {
      buffer[length++] = static_cast<char>(*at_++ & ~0x20);
    }
    return {buffer.data(), length};
  }

  static bool suffix(std::string_view word, Dimensions& dimensions) {
    if (word != "Z" && word != "M" && word != "ZM") return false;
    dimensions = {word[0] == 'Z', word.back() == 'M', true};
    return true;
  }

  /// Splits "POINTZM"; types without suffix leave the dimensions alone.
  static bool split_name(std::string_view name, GeometryType& type, Dimensions& dimensions) {
    if (type_from_name(name, type)) return true;
    const std::size_t suffix_length = name.ends_with("ZM") ? 2 : 1;
    if (name.size() <= suffix_length) return false;
    const std::size_t stem = name.size() - suffix_length;
    return type_from_name(name.substr(0, stem), type) && suffix(name.substr(stem), dimensions);
  }

  static bool is_concrete(GeometryType type) {
    return type != GeometryType::Any && type != GeometryType::Curve &&
           type != GeometryType::Surface;
  }

  bool tagged(Dimensions dimensions, GeometryType whole, int depth, Geometry& geometry) {
    Word buffer;
    if (!split_name(word(buffer), geometry.type, dimensions)) return false;
    if (!is_concrete(geometry.type) || !allows_part(whole, geometry.type)) return false;
    std::string_view next = word(buffer);
    if (suffix(next, dimensions)) next = word(buffer);
    if (next == "EMPTY") return empty(dimensions, geometry);
    return next.empty() && body(dimensions, depth, geometry);
  }

  static bool empty(const Dimensions& dimensions, Geometry& geometry) {
    geometry.has_z = dimensions.z;
    geometry.has_m = dimensions.m;
    return true;
  }

  bool body(Dimensions dimensions, int depth, Geometry& geometry) {
    if (depth >= kMaxGeometryDepth || !take('(')) return false;
    empty(dimensions, geometry);
    if (geometry.type == GeometryType::Point) {
      return vertex(dimensions, geometry) && take(')');
    }
    do {
      const bool good = has_ordinates(geometry.type) ? vertex(dimensions, geometry)
                                                     : part(dimensions, depth, geometry);
      if (!good) return false;
    } while (take(','));
    return take(')');
  }

  bool part(const Dimensions& dimensions, int depth, Geometry& whole) {
    if (++parts_ > kMaxGeometryParts) return false;
    Geometry& part = whole.parts.emplace_back();
    part.type = default_part_type(whole.type);
    const char next = peek();
    if (is_letter(next) && !starts_nan()) return word_part(dimensions, whole.type, depth, part);
    if (part.type == GeometryType::Any) return false;
    if (next == '(') return body(dimensions, depth + 1, part);
    return part.type == GeometryType::Point && bare_vertex(dimensions, part);
  }

  bool bare_vertex(Dimensions dimensions, Geometry& point) {
    empty(dimensions, point);
    return vertex(dimensions, point);
  }

  bool word_part(const Dimensions& dimensions, GeometryType whole, int depth, Geometry& part) {
    const char* start = at_;
    Word buffer;
    if (word(buffer) == "EMPTY") return part.type != GeometryType::Any && empty(dimensions, part);
    at_ = start;
    return tagged(dimensions, whole, depth + 1, part);
  }

  bool vertex(Dimensions& dimensions, Geometry& geometry) {
    if (++vertices_ > kMaxGeometryVertices) return false;
    std::array<double, 4> values;
    std::size_t count = 0;
    for (char next = peek(); next != ',' && next != ')'; next = peek()) {
      if (count == values.size() || !number(values[count++])) return false;
    }
    if (!dimensions.known) {
      dimensions = {count > 2, count > 3, true};
      empty(dimensions, geometry);
    }
    if (count != geometry.stride()) return false;
    geometry.ordinates.insert(geometry.ordinates.end(), values.data(), values.data() + count);
    return true;
  }

  bool starts_nan() const {
    return end_ - at_ >= 3 && (at_[0] | 0x20) == 'n' && (at_[1] | 0x20) == 'a' &&
           (at_[2] | 0x20) == 'n';
  }

  bool number(double& value) {
    if (at_ != end_ && *at_ == '+') {
      ++at_;
      if (at_ != end_ && *at_ == '-') return false;
    }
    if (starts_nan() || (at_ != end_ && *at_ == '-' && skip_minus_nan())) return nan(value);
    const char* digit = at_ != end_ && *at_ == '-' ? at_ + 1 : at_;
    if (digit == end_ || is_letter(*digit)) return false;  // from_chars would take "inf"
    const auto result = std::from_chars(at_, end_, value);
    if (result.ec != std::errc()) return false;
    at_ = result.ptr;
    return ends_number();
  }

  bool skip_minus_nan() {
    ++at_;
    if (starts_nan()) return true;
    --at_;
    return false;
  }

  bool nan(double& value) {
    at_ += 3;
    value = 0.0;
    return ends_number();
  }

  bool ends_number() const { return at_ == end_ || is_blank(*at_) || *at_ == ',' || *at_ == ')'; }

  const char* at_;
  const char* end_;
  std::size_t parts_ = 0;
  std::size_t vertices_ = 0;
};

void collect_dimensions(const Geometry& geometry, bool& z, bool& m) {
  z = z || geometry.has_z;
  m = m || geometry.has_m;
  for (const Geometry& part : geometry.parts) collect_dimensions(part, z, m);
}

}  // namespace

std::optional<Geometry> read_wkt(std::string_view text) {
  std::optional<Geometry> geometry(std::in_place);
  if (!Reader(text).read(*geometry)) return std::nullopt;
  if (!geometry->parts.empty()) {
    bool z = false;
    bool m = false;
    collect_dimensions(*geometry, z, m);
    set_dimensions(*geometry, z, m);
  }
  if (!is_well_formed(*geometry)) return std::nullopt;
  return geometry;
}

}  // namespace qfcsync::model
