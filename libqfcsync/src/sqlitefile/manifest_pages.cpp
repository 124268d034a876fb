#include "sqlitefile/manifest_pages.hpp"

#include <qfcsync/error.hpp>

namespace qfcsync::sqlitefile {
namespace {

// After so many pages in a row that differ, only every kRetryStep-th is looked for in the modified
// file: its pages have moved.
constexpr std::uint32_t kPatience = 64;
constexpr std::uint32_t kRetryStep = 32;

}  // namespace

ManifestPages::ManifestPages(PageReader& base, PageReader& modified, const PageManifest& manifest)
    : base_(&base), modified_(&modified), manifest_(&manifest) {
  manifest.check_file(base);
}

bool ManifestPages::worth_trying(std::uint32_t page) noexcept {
  const FileHeader& header = modified_->header();
  if (header.page_size != manifest_->page_size() || page == 0 || page > header.page_count ||
      page > manifest_->page_count() || page == lock_byte_page(header)) {
    return false;
  }
  if (failures_ < kPatience) return true;
  return ++failures_ % kRetryStep == 0;
}

const std::uint8_t* ManifestPages::checked(std::uint32_t page, const std::uint8_t* bytes) const {
  if (manifest_->holds(page, bytes)) return bytes;
  throw Error(ErrorCode::InvalidArgument,
              base_->name() + " was changed since its page manifest was written (page " +
                  std::to_string(page) + "); give the state it belongs to");
}

const std::uint8_t* ManifestPages::get_held(std::uint32_t page) {
  if (worth_trying(page)) {
    const std::uint8_t* bytes = modified_->get_held(page, PageReader::Holder::Guest);
    if (manifest_->holds(page, bytes)) {
      failures_ = 0;
      return bytes;
    }
    ++failures_;
  }
  return checked(page, base_->get_held(page));
}

const std::uint8_t* ManifestPages::get(std::uint32_t page) {
  if (worth_trying(page)) {
    const std::uint8_t* bytes = modified_->get(page);
    if (manifest_->holds(page, bytes)) {
      failures_ = 0;
      // A copy: the modified file's own reading may reuse the place.
      copy_.assign(bytes, bytes + header().page_size);
      return copy_.data();
    }
    ++failures_;
  }
  return checked(page, base_->get(page));
}

}  // namespace qfcsync::sqlitefile
