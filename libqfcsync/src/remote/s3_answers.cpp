#include "remote/s3_answers.hpp"

#include <qfcsync/error.hpp>

#include "remote/xml_answer.hpp"

#include <fmt/format.h>

namespace qfcsync::remote {
namespace {

/// Part numbers go from 1 to this.
constexpr std::uint64_t kMaxPartNumber = 10'000;

std::string text_in(const pugi::xml_node& node, std::string_view name) {
  const std::string_view text = text_of(node, name);
  if (!text.empty()) return std::string(text);
  throw Error(ErrorCode::Corrupt, fmt::format("the server's answer has no {}", name),
              ErrorOrigin::Xml);
}

Time time_in(const pugi::xml_node& node, std::string_view name) {
  const auto time = parse_iso_date(text_of(node, name));
  if (time) return *time;
  throw Error(ErrorCode::Corrupt, fmt::format("the server's answer has no time as {}", name),
              ErrorOrigin::Xml);
}

bool is_truncated(const pugi::xml_node& node) { return text_of(node, "IsTruncated") == "true"; }

S3Part parse_part(const pugi::xml_node& node) {
  const std::uint64_t number = number_of(node, "PartNumber");
  if (number < 1 || number > kMaxPartNumber) {
    throw Error(ErrorCode::Corrupt, "the server's answer numbers a part wrongly", ErrorOrigin::Xml);
  }
  return {static_cast<int>(number), number_of(node, "Size"), text_in(node, "ETag"),
          std::string(text_of(node, "ChecksumSHA256"))};
}

}  // namespace

S3ObjectPage parse_object_page(std::string_view xml) {
  const XmlAnswer answer(xml);
  const pugi::xml_node root = answer.root("ListBucketResult");
  S3ObjectPage page;
  page.is_truncated = is_truncated(root);
  page.next = std::string(text_of(root, "NextContinuationToken"));
  for (const auto& node : root.children()) {
    if (is_element(node, "CommonPrefixes")) page.folders.push_back(text_in(node, "Prefix"));
    if (!is_element(node, "Contents")) continue;
    page.objects.push_back(
        {text_in(node, "Key"), number_of(node, "Size"), time_in(node, "LastModified")});
  }
  return page;
}

std::vector<S3UploadInProgress> parse_uploads(std::string_view xml) {
  const XmlAnswer answer(xml);
  std::vector<S3UploadInProgress> uploads;
  for (const auto& node : answer.root("ListMultipartUploadsResult").children()) {
    if (!is_element(node, "Upload")) continue;
    uploads.push_back(
        {text_in(node, "Key"), text_in(node, "UploadId"), time_in(node, "Initiated")});
  }
  return uploads;
}

S3PartPage parse_parts(std::string_view xml) {
  const XmlAnswer answer(xml);
  const pugi::xml_node root = answer.root("ListPartsResult");
  S3PartPage page;
  page.is_truncated = is_truncated(root);
  for (const auto& node : root.children()) {
    if (is_element(node, "Part")) page.parts.push_back(parse_part(node));
  }
  return page;
}

std::string parse_upload_id(std::string_view xml) {
  const XmlAnswer answer(xml);
  return text_in(answer.root("InitiateMultipartUploadResult"), "UploadId");
}

std::string parse_completion(std::string_view xml) {
  const XmlAnswer answer(xml);
  if (is_element(answer.root(), "Error")) return text_in(answer.root(), "Code");
  answer.root("CompleteMultipartUploadResult");
  return {};
}

std::string error_code_of(std::string_view xml) noexcept {
  try {
    const XmlAnswer answer(xml);
    return std::string(text_of(answer.root("Error"), "Code"));
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace qfcsync::remote
