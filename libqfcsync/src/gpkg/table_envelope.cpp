#include "gpkg/table_envelope.hpp"

#include "model/gpkg_blob.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace qfcsync::gpkg {
namespace {

// A point as nearly every program writes it: header without envelope, little-endian WKB.
constexpr std::size_t kPointBytes = 8 + 5 + 16;
constexpr unsigned char kFlagsWithoutEnvelope = 0x01;
constexpr std::string_view kPointHead("\1\1\0\0\0", 5);

std::optional<Envelope> checked(const Envelope& box) {
  const bool is_usable = std::isfinite(box.min_x) && std::isfinite(box.max_x) &&
                         std::isfinite(box.min_y) && std::isfinite(box.max_y) &&
                         box.min_x <= box.max_x && box.min_y <= box.max_y;
  return is_usable ? std::optional(box) : std::nullopt;
}

bool is_common_point(std::string_view blob) {
  return std::endian::native == std::endian::little && blob.size() == kPointBytes &&
         blob[0] == 'G' && blob[1] == 'P' &&
         static_cast<unsigned char>(blob[3]) == kFlagsWithoutEnvelope &&
         blob.substr(8, kPointHead.size()) == kPointHead;
}

}  // namespace

std::optional<Envelope> blob_envelope(std::string_view blob) {
  if (is_common_point(blob)) {
    double at[2];
    std::memcpy(at, blob.data() + 13, sizeof at);
    return checked({at[0], at[0], at[1], at[1]});
  }
  const std::optional<model::Envelope> box = model::gpkg_blob_envelope(blob);
  if (!box) return std::nullopt;
  return checked({box->min_x, box->max_x, box->min_y, box->max_y});
}

}  // namespace qfcsync::gpkg
