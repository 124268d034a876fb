// Any bytes are refused or read as a manifest, and what was read is written with the same bytes.

#include <qfcsync/error.hpp>

#include "chunk/manifest.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qfcsync;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    const chunk::Manifest manifest = chunk::parse_manifest(bytes);
    if (chunk::format_manifest(manifest) != bytes) std::abort();
    if (chunk::Etag::from_text(manifest.etag.text()) != manifest.etag) std::abort();
  } catch (const Error& error) {
    const bool is_refusal =
        error.code() == ErrorCode::Corrupt || error.code() == ErrorCode::FormatTooNew;
    if (!is_refusal) std::abort();
  }
  return 0;
}
