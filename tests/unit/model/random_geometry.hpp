#pragma once

#include "model/geometry.hpp"

#include <cmath>
#include <random>

namespace qfcsync::test {

/// Random geometries of every concrete type, well formed and with dimensions alike in all parts.
class RandomGeometry {
 public:
  enum class Numbers {
    Wild,  ///< all magnitudes and many digits
    Tame,  ///< -1000 to 1000 in steps of 1/8: arcs whose circle can be told exactly
  };

  explicit RandomGeometry(std::uint64_t seed, Numbers numbers = Numbers::Wild)
      : engine_(seed), numbers_(numbers) {}

  model::Geometry next() {
    z_ = pick(2) == 1;
    m_ = pick(2) == 1;
    static constexpr model::GeometryType kTypes[] = {model::GeometryType::Point,
                                                     model::GeometryType::LineString,
                                                     model::GeometryType::Polygon,
                                                     model::GeometryType::MultiPoint,
                                                     model::GeometryType::MultiLineString,
                                                     model::GeometryType::MultiPolygon,
                                                     model::GeometryType::CircularString,
                                                     model::GeometryType::CompoundCurve,
                                                     model::GeometryType::CurvePolygon,
                                                     model::GeometryType::MultiCurve,
                                                     model::GeometryType::MultiSurface,
                                                     model::GeometryType::GeometryCollection,
                                                     model::GeometryType::Triangle,
                                                     model::GeometryType::Tin,
                                                     model::GeometryType::PolyhedralSurface};
    const Type type = kTypes[pick(std::size(kTypes))];
    return pick(16) == 0 ? shell(type) : make(type);
  }

  std::size_t pick(std::size_t below) { return engine_() % below; }

  double number() {
    if (numbers_ == Numbers::Tame) return (static_cast<double>(pick(16'001)) - 8'000) / 8;
    switch (pick(4)) {
      case 0:
        return static_cast<double>(pick(2000)) - 1000;
      case 1:
        return std::ldexp(static_cast<double>(engine_() >> 11), -20) - 1e9;
      case 2:
        return (static_cast<double>(pick(200'000'001)) - 1e8) / 1e7;
      default:
        return static_cast<double>(pick(1'000'000)) / 1e3 + 2'600'000;
    }
  }

 private:
  using Geometry = model::Geometry;
  using Type = model::GeometryType;

  Geometry make(Type type) {
    if (type == Type::CompoundCurve) return compound();
    Geometry g = shell(type);
    if (model::has_ordinates(type)) {
      add_vertices(g, type == Type::Point            ? 1
                      : type == Type::CircularString ? 3 + 2 * pick(3)
                                                     : 2 + pick(5));
    } else if (type == Type::Polygon || type == Type::Triangle) {
      const std::size_t rings = type == Type::Triangle ? 1 : 1 + pick(3);
      for (std::size_t i = 0; i < rings; ++i) g.parts.push_back(ring(type == Type::Triangle));
    } else if (type == Type::CurvePolygon) {
      g.parts.push_back(pick(2) == 0 ? ring(false) : circle());
    } else {
      const std::size_t count = 1 + pick(4);
      for (std::size_t i = 0; i < count; ++i) g.parts.push_back(make(part_type(type)));
    }
    return g;
  }

  Type part_type(Type whole) {
    static constexpr Type kCurves[] = {Type::LineString, Type::CircularString, Type::CompoundCurve};
    static constexpr Type kAny[] = {Type::Point, Type::MultiPolygon, Type::CompoundCurve};
    if (whole == Type::MultiCurve) return kCurves[pick(3)];
    if (whole == Type::MultiSurface) return pick(2) == 0 ? Type::Polygon : Type::CurvePolygon;
    if (whole == Type::GeometryCollection) return kAny[pick(3)];
    return model::default_part_type(whole);
  }

  Geometry compound() {
    Geometry g = shell(Type::CompoundCurve);
    g.parts.push_back(make(Type::LineString));
    Geometry arc = make(Type::CircularString);
    const Geometry& line = g.parts[0];
    std::copy(line.ordinates.end() - static_cast<std::ptrdiff_t>(line.stride()),
              line.ordinates.end(), arc.ordinates.begin());
    g.parts.push_back(std::move(arc));
    return g;
  }

  Geometry ring(bool triangle) {
    Geometry g = shell(Type::LineString);
    add_vertices(g, triangle ? 3 : 3 + pick(4));
    close(g);
    return g;
  }

  Geometry circle() {
    Geometry g = shell(Type::CircularString);
    add_vertices(g, 4);
    close(g);
    return g;
  }

  static void close(Geometry& g) {
    const auto first = std::vector<double>(
        g.ordinates.begin(), g.ordinates.begin() + static_cast<std::ptrdiff_t>(g.stride()));
    g.ordinates.insert(g.ordinates.end(), first.begin(), first.end());
  }

  Geometry shell(Type type) const {
    Geometry g;
    g.type = type;
    g.has_z = z_;
    g.has_m = m_;
    return g;
  }

  void add_vertices(Geometry& g, std::size_t count) {
    for (std::size_t i = 0; i < count * g.stride(); ++i) g.ordinates.push_back(number());
  }

  std::mt19937_64 engine_;
  Numbers numbers_;
  bool z_ = false;
  bool m_ = false;
};

}  // namespace qfcsync::test
