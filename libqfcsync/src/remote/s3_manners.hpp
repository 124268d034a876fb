#pragma once

#include "remote/s3_bucket.hpp"

#include <optional>
#include <string_view>

namespace qfcsync::remote {

/// What a bucket's server was seen to do; not all that speak S3 do what Amazon's does.
struct S3Manners {
  bool has_exclusive_create = false;
  /// Otherwise folder by folder, and "b/a" before "b-c".
  bool lists_in_byte_order = false;
};

/// Probes a server, or reads what an earlier opener found out within the last 7 days.
///
/// @errors as S3Bucket
S3Manners find_s3_manners(S3Bucket& bucket);

/// As notes have it.
std::string_view format_s3_manners(const S3Manners& manners);
/// @return nothing for a text of no note
std::optional<S3Manners> parse_s3_manners(std::string_view text);

/// Removes uploads and temporary objects that nobody will finish: they are older than 7 days by
/// the server's clock.
void remove_old_s3_leftovers(S3Bucket& bucket);

}  // namespace qfcsync::remote
