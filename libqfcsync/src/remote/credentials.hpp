#pragma once

#include <qfcsync/remote_store.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace qfcsync::remote {

/// @errors Denied: nowhere any; NotFound, Io, Denied: the file; InvalidArgument: its text
Credentials s3_credentials(const S3Options& options);
/// Nothing: the server is asked without.
std::optional<Credentials> webdav_credentials(const WebdavOptions& options);

/// Keys and values of one section of an INI file; keys in lower case. "#" and ";" begin comments.
///
/// @errors InvalidArgument: a line that is neither; the message has its number, not its text
std::map<std::string, std::string> parse_ini_section(std::string_view text,
                                                     std::string_view section);

}  // namespace qfcsync::remote
