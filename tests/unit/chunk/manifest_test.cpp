#include "chunk/manifest.hpp"

#include <qfcsync/error.hpp>

#include "base/digest.hpp"
#include "unit/chunk/memory_objects.hpp"

#include <string>

#include <doctest/doctest.h>

namespace qfcsync::chunk {
namespace {

using test::code_of;

Manifest sample(std::uint64_t file_bytes) {
  Manifest manifest;
  manifest.file_bytes = file_bytes;
  manifest.etag.parts = file_bytes <= (8u << 20)
                            ? 1
                            : static_cast<std::uint32_t>((file_bytes + (8u << 20) - 1) >> 23);
  manifest.etag.digest.fill(7);
  for (std::uint64_t i = 0; i < chunk_count(file_bytes); ++i) {
    manifest.chunks.push_back(sha256_id(std::to_string(i)));
  }
  return manifest;
}

TEST_SUITE_BEGIN("chunk/manifest");

TEST_CASE("a manifest reads back as it was written, at every edge of a chunk and a part") {
  for (const std::uint64_t size :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{kChunkBytes} - 1,
        std::uint64_t{kChunkBytes}, std::uint64_t{kChunkBytes} + 1, std::uint64_t{8} << 20,
        (std::uint64_t{8} << 20) + 1, std::uint64_t{239} << 20, std::uint64_t{5} << 30}) {
    CAPTURE(size);
    const Manifest manifest = sample(size);
    const std::string bytes = format_manifest(manifest);
    CHECK(bytes.size() == 40 + 32 * manifest.chunks.size());
    CHECK(parse_manifest(bytes) == manifest);
  }
}

TEST_CASE("the etag is the one clients compute") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, std::size_t{20} << 20}) {
    base::EtagDigest digest;
    digest.update(std::string(size, 'x'));
    const std::string text = digest.finish();
    CHECK(Etag::from_text(text).text() == text);
  }
  CHECK(Etag::from_text("1e762c1c6ca960a51ce95942752cf1f6-2").parts == 2);
  for (const char* text :
       {"", "1e", "1e762c1c6ca960a51ce95942752cf1f6-", "1e762c1c6ca960a51ce95942752cf1f6x2",
        "zz762c1c6ca960a51ce95942752cf1f6"}) {
    CAPTURE(text);
    CHECK(code_of([&] { Etag::from_text(text); }) == ErrorCode::InvalidArgument);
  }
}

TEST_CASE("what is no manifest is refused") {
  const std::string good = format_manifest(sample(3 * kChunkBytes));
  CHECK(code_of([&] { parse_manifest(""); }) == ErrorCode::Corrupt);
  for (std::size_t size = 0; size < good.size(); size += 7) {
    CHECK(code_of([&] { parse_manifest(good.substr(0, size)); }) == ErrorCode::Corrupt);
  }
  CHECK(code_of([&] { parse_manifest(good + "x"); }) == ErrorCode::Corrupt);
  std::string newer = good;
  newer[7] = '2';
  CHECK(code_of([&] { parse_manifest(newer); }) == ErrorCode::FormatTooNew);
  std::string huge = good;
  huge[15] = '\x7f';
  CHECK(code_of([&] { parse_manifest(huge); }) == ErrorCode::Corrupt);
  std::string parts = good;
  parts[20] = 2;
  CHECK(code_of([&] { parse_manifest(parts); }) == ErrorCode::Corrupt);
  Manifest too_large;
  too_large.file_bytes = kMaxFileBytes + 1;
  CHECK(code_of([&] { format_manifest(too_large); }) == ErrorCode::LimitExceeded);
}

TEST_CASE("only the last chunk is shorter") {
  const Manifest manifest = sample(2 * kChunkBytes + 5);
  CHECK(manifest.chunk_bytes(0) == kChunkBytes);
  CHECK(manifest.chunk_bytes(1) == kChunkBytes);
  CHECK(manifest.chunk_bytes(2) == 5);
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync::chunk
