// Any bytes are refused or read as what a server may answer, by each of the readers.

#include <qfcsync/error.hpp>

#include "remote/blob_range.hpp"
#include "remote/dav_answers.hpp"
#include "remote/s3_answers.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

template <typename Read>
void expect_refusal_or_value(Read&& read) {
  try {
    read();
  } catch (const qfcsync::Error& error) {
    if (error.code() != qfcsync::ErrorCode::Corrupt) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qfcsync::remote;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  expect_refusal_or_value([&] { parse_object_page(bytes); });
  expect_refusal_or_value([&] { parse_uploads(bytes); });
  expect_refusal_or_value([&] { parse_upload_id(bytes); });
  expect_refusal_or_value([&] { parse_completion(bytes); });
  expect_refusal_or_value([&] {
    for (const auto& part : parse_parts(bytes).parts) {
      if (part.number < 1 || part.etag.empty()) std::abort();
    }
  });
  expect_refusal_or_value([&] {
    for (const auto& resource : parse_multistatus(bytes)) {
      if (resource.path.ends_with('/')) std::abort();
    }
  });
  error_code_of(bytes);
  parse_http_date(bytes);
  parse_iso_date(bytes);
  ContentRange range;
  if (parse_content_range(bytes, range) && range.has_bytes && range.first > range.last) {
    std::abort();
  }
  return 0;
}
