#pragma once

#include "sqlitefile/manifest.hpp"
#include "sqlitefile/page_reader.hpp"
#include "sqlitefile/pages.hpp"

#include <cstdint>
#include <vector>

namespace qfcsync::sqlitefile {

/// The pages of a base file of which a manifest is known. Those that the modified file still has
/// under the same number are taken from there; the others are read from base, and are refused if
/// they are not what the manifest says.
class ManifestPages final : public Pages {
 public:
  /// All three must outlive this.
  ManifestPages(PageReader& base, PageReader& modified, const PageManifest& manifest);

  const FileHeader& header() const noexcept override { return base_->header(); }
  const std::string& name() const noexcept override { return base_->name(); }
  /// @errors  also InvalidArgument: base is not in the state of the manifest
  const std::uint8_t* get(std::uint32_t page) override;
  const std::uint8_t* get_held(std::uint32_t page) override;

 private:
  bool worth_trying(std::uint32_t page) noexcept;
  const std::uint8_t* checked(std::uint32_t page, const std::uint8_t* bytes) const;

  PageReader* base_;
  PageReader* modified_;
  const PageManifest* manifest_;
  std::uint32_t failures_ = 0;  // in a row
  std::vector<std::uint8_t> copy_;
};

}  // namespace qfcsync::sqlitefile
