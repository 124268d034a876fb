#include "model/wkt.hpp"

#include <charconv>

namespace qfcsync::model {
namespace {

void write_number(double value, std::string& out) {
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  out.append(buffer, result.ptr);
}

void write_vertices(const Geometry& geometry, std::string& out) {
  const std::size_t stride = geometry.stride();
  for (std::size_t i = 0; i < geometry.ordinates.size(); ++i) {
    if (i != 0) out += i % stride == 0 ? "," : " ";
    write_number(geometry.ordinates[i], out);
  }
}

void write_tagged(const Geometry& geometry, std::string& out);

void write_body(const Geometry& geometry, std::string& out) {
  if (geometry.ordinates.empty() && geometry.parts.empty()) {
    out += "EMPTY";
    return;
  }
  out += '(';
  if (has_ordinates(geometry.type)) write_vertices(geometry, out);
  const GeometryType untagged = default_part_type(geometry.type);
  for (std::size_t i = 0; i < geometry.parts.size(); ++i) {
    if (i != 0) out += ',';
    if (geometry.parts[i].type == untagged) {
      write_body(geometry.parts[i], out);
    } else {
      write_tagged(geometry.parts[i], out);
    }
  }
  out += ')';
}

void write_tagged(const Geometry& geometry, std::string& out) {
  out += to_string(geometry.type);
  if (geometry.has_z || geometry.has_m) out += ' ';
  if (geometry.has_z) out += 'Z';
  if (geometry.has_m) out += 'M';
  out += ' ';
  write_body(geometry, out);
}

}  // namespace

std::string write_wkt(const Geometry& geometry) {
  std::string out;
  write_tagged(geometry, out);
  return out;
}

}  // namespace qfcsync::model
