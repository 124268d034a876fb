#include "domain/image.hpp"

#include <string>

#include <doctest/doctest.h>

namespace qfcsync::server {
namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}

/// A PNG of 1 x 1 pixels.
std::string png() {
  return bytes({0x89, 'P',  'N',  'G',  13,   10,  26,  10,   0,    0,    0,    13,   'I',  'H',
                'D',  'R',  0,    0,    0,    1,   0,   0,    0,    1,    8,    0,    0,    0,
                0,    0x3A, 0x7E, 0x9B, 0x55, 0,   0,   0,    10,   'I',  'D',  'A',  'T',  0x78,
                0x9C, 0x63, 0x60, 0,    0,    0,   2,   0,    1,    0x48, 0xAF, 0xA4, 0x71, 0,
                0,    0,    0,    'I',  'E',  'N', 'D', 0xAE, 0x42, 0x60, 0x82});
}

/// The markers of a JPEG of 3 x 2 pixels, without tables.
std::string jpeg() {
  return bytes({0xFF, 0xD8, 0xFF, 0xC0, 0,    11,   8,    0,    2,    0,   3, 1,
                1,    0x11, 0,    0xFF, 0xDA, 0,    8,    1,    1,    0,   0, 63,
                0,    0x12, 0xFF, 0,    0x34, 0xFF, 0xD0, 0x56, 0xFF, 0xD9});
}

TEST_SUITE_BEGIN("server/image");

TEST_CASE("whole pictures tell their size") {
  const auto small = read_image(png());
  REQUIRE(small);
  CHECK(small->kind == ImageKind::Png);
  CHECK(small->width == 1);
  const auto photo = read_image(jpeg());
  REQUIRE(photo);
  CHECK(photo->kind == ImageKind::Jpeg);
  CHECK(photo->width == 3);
  CHECK(photo->height == 2);
}

TEST_CASE("no beginning of a picture is a picture") {
  for (const std::string& whole : {png(), jpeg()}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      CAPTURE(size);
      CHECK_FALSE(read_image(std::string_view(whole).substr(0, size)));
    }
  }
}

TEST_CASE("a changed byte of a PNG is noticed") {
  for (std::size_t at = 0; at < png().size(); ++at) {
    std::string changed = png();
    changed[at] = static_cast<char>(changed[at] ^ 1);
    CAPTURE(at);
    CHECK_FALSE(read_image(changed));
  }
}

TEST_CASE("a JPEG needs a size before its pixels") {
  std::string text = jpeg();
  text.erase(2, 13);
  CHECK_FALSE(read_image(text));
}

TEST_CASE("drawings pass, whatever could run or load does not") {
  CHECK_FALSE(unsafe_svg("<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0'/></svg>"));
  CHECK_FALSE(unsafe_svg("<?xml version='1.0' encoding='UTF-8'?><svg><use href='#a'/></svg>"));
  CHECK_FALSE(unsafe_svg("<svg><rect fill='url(#gradient)' style='stroke: url( \"#a\" )'/></svg>"));
  for (const char* harmful :
       {"<svg><script/></svg>", "<svg onclick='x'/>", "<svg><g ONLOAD='x'/></svg>",
        "<svg><use xlink:href='a.svg#b'/></svg>",
        "<svg><g style='fill:url(//a.example.org)'/></svg>",
        "<svg><g style='fill:u\\72l(x)'/></svg>", "<!DOCTYPE svg><svg/>", "<svg><?php x?></svg>",
        "<svg><style>x</style></svg>", "<g/>", "<svg>", ""}) {
    CAPTURE(harmful);
    CHECK(unsafe_svg(harmful));
  }
  std::string deep = "<svg>";
  for (int i = 0; i < 1000; ++i) deep += "<g>";
  for (int i = 0; i < 1000; ++i) deep += "</g>";
  CHECK(unsafe_svg(deep + "</svg>"));
}

}  // namespace
}  // namespace qfcsync::server
