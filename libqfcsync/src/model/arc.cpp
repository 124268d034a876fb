#include "model/arc.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

namespace qfcsync::model {
namespace {

constexpr double kTurn = 2 * std::numbers::pi;

/// Circle of an arc with the angles of its three vertices, running from start over middle to end
/// without a jump.
struct Circle {
  double x = 0, y = 0, radius = 0;
  double start = 0, middle = 0, end = 0;
};

double angle_of(const Circle& circle, const double* vertex) {
  return std::atan2(vertex[1] - circle.y, vertex[0] - circle.x);
}

double onward(double from, double to, bool counterclockwise) {
  double sweep = std::fmod(to - from, kTurn);
  if (counterclockwise && sweep <= 0) sweep += kTurn;
  if (!counterclockwise && sweep >= 0) sweep -= kTurn;
  return from + sweep;
}

void set_angles(const double* a, const double* b, const double* c, bool counterclockwise,
                Circle& circle) {
  circle.start = angle_of(circle, a);
  circle.middle = onward(circle.start, angle_of(circle, b), counterclockwise);
  circle.end = onward(circle.middle, angle_of(circle, c), counterclockwise);
}

/// nullopt when the vertices lie on a line. Equal start and end mean a full circle.
std::optional<Circle> circle_through(const double* a, const double* b, const double* c) {
  Circle circle;
  if (a[0] == c[0] && a[1] == c[1]) {
    circle.x = a[0] + (b[0] - a[0]) / 2;
    circle.y = a[1] + (b[1] - a[1]) / 2;
    circle.radius = std::hypot(b[0] - a[0], b[1] - a[1]) / 2;
    if (circle.radius == 0) return std::nullopt;
    set_angles(a, b, c, true, circle);
    return circle;
  }
  const double bx = b[0] - a[0], by = b[1] - a[1];
  const double cx = c[0] - a[0], cy = c[1] - a[1];
  const double cross = bx * cy - by * cx;
  const double b2 = bx * bx + by * by;
  const double c2 = cx * cx + cy * cy;
  if (!(std::abs(cross) > 1e-12 * std::sqrt(b2) * std::sqrt(c2))) return std::nullopt;
  const double ux = (cy * b2 - by * c2) / (2 * cross);
  const double uy = (bx * c2 - cx * b2) / (2 * cross);
  circle.x = a[0] + ux;
  circle.y = a[1] + uy;
  circle.radius = std::hypot(ux, uy);
  if (!std::isfinite(circle.radius)) return std::nullopt;
  set_angles(a, b, c, cross > 0, circle);
  return circle;
}

void add_line(const double* from, const double* to, std::size_t stride, double radius_x,
              double radius_y, const Circle* circle, double start, double end,
              std::vector<double>& out) {
  const double sweep = end - start;
  const int steps =
      circle == nullptr ? 1 : std::max(1, int(std::ceil(std::abs(sweep) / kMaxSegmentAngle)));
  for (int step = 1; step < steps; ++step) {
    const double share = double(step) / steps;
    const double angle = start + sweep * share;
    out.push_back(radius_x + circle->radius * std::cos(angle));
    out.push_back(radius_y + circle->radius * std::sin(angle));
    for (std::size_t i = 2; i < stride; ++i) out.push_back(from[i] + (to[i] - from[i]) * share);
  }
  out.insert(out.end(), to, to + stride);
}

}  // namespace

void add_arc(const double* start, const double* middle, const double* end, Envelope& envelope) {
  envelope.add(start[0], start[1]);
  envelope.add(middle[0], middle[1]);
  envelope.add(end[0], end[1]);
  const auto circle = circle_through(start, middle, end);
  if (!circle) return;
  const double low = std::min(circle->start, circle->end);
  const double high = std::max(circle->start, circle->end);
  constexpr double kQuarter = kTurn / 4;
  for (double angle = std::ceil(low / kQuarter) * kQuarter; angle < high; angle += kQuarter) {
    const long quarter = std::lround(angle / kQuarter) & 3;
    const double dx = quarter == 0 ? 1 : quarter == 2 ? -1 : 0;
    const double dy = quarter == 1 ? 1 : quarter == 3 ? -1 : 0;
    envelope.add(circle->x + dx * circle->radius, circle->y + dy * circle->radius);
  }
}

Geometry segmentize(const Geometry& circular_string) {
  Geometry line;
  line.type = GeometryType::LineString;
  line.has_z = circular_string.has_z;
  line.has_m = circular_string.has_m;
  const std::size_t stride = circular_string.stride();
  const auto& in = circular_string.ordinates;
  if (in.size() < 3 * stride) {
    line.ordinates = in;
    return line;
  }
  line.ordinates.assign(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(stride));
  for (std::size_t i = 0; i + 3 * stride <= in.size(); i += 2 * stride) {
    const double *a = &in[i], *b = a + stride, *c = b + stride;
    const auto circle = circle_through(a, b, c);
    const Circle known = circle.value_or(Circle{});
    const Circle* use = circle ? &known : nullptr;
    add_line(a, b, stride, known.x, known.y, use, known.start, known.middle, line.ordinates);
    add_line(b, c, stride, known.x, known.y, use, known.middle, known.end, line.ordinates);
  }
  return line;
}

}  // namespace qfcsync::model
