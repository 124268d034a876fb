// A body gives the same parts and the same error, however it is cut into pieces.

#include "support/multipart_recorder.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>

namespace {

using Pieces = std::vector<std::string_view>;

Pieces single_bytes(std::string_view body) {
  Pieces pieces;
  for (std::size_t i = 0; i < body.size(); ++i) pieces.push_back(body.substr(i, 1));
  return pieces;
}

Pieces random_pieces(std::string_view body, std::uint8_t seed) {
  std::minstd_rand random(seed + 1u);
  Pieces pieces;
  while (!body.empty()) {
    pieces.push_back(body.substr(0, random() % 24));
    body.remove_prefix(pieces.back().size());
  }
  return pieces;
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

/// @param data   one byte that picks the cuts, then a body with the boundary "b"
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = qfcsync::tests::parse_pieces("b", {body});
  require(!whole.out_of_order);
  for (const auto& part : whole.parts) require(part.complete || whole.error);
  require(qfcsync::tests::parse_pieces("b", random_pieces(body, data[0])) == whole);
  require(qfcsync::tests::parse_pieces("b", single_bytes(body)) == whole);
  return 0;
}
