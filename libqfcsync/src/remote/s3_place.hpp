#pragma once

#include <qfcsync/remote_store.hpp>

#include "remote/url.hpp"

#include <string>

namespace qfcsync::remote {

bool has_bucket_in_path(const S3Options& options);
/// The host that is asked, with the bucket's name in it where that is the way.
///
/// @errors InvalidArgument: the names of bucket, prefix or region, or the endpoint
Url s3_server(const S3Options& options);
/// "s3://bucket/prefix at host"
std::string describe_s3(const S3Options& options);

}  // namespace qfcsync::remote
