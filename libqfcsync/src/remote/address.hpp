#pragma once

#include <qfcsync/remote_store.hpp>

#include <filesystem>
#include <string_view>
#include <variant>

namespace qfcsync::remote {

using Address = std::variant<std::filesystem::path, S3Options, WebdavOptions>;

/// Takes an address apart, as open_blobs() describes it; credentials and patience are not filled
/// in.
///
/// @errors InvalidArgument; nothing of the address is in the message
Address parse_address(std::string_view address);

}  // namespace qfcsync::remote
