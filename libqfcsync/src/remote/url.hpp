#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Blob stores behind HTTP: buckets and WebDAV collections.
namespace qfcsync::remote {

/// An address of a server, taken apart. Escapes of the path are left as they are.
struct Url {
  std::string scheme;  ///< "https" or "http"
  std::string host;    ///< with its port, if one was given
  std::string path;    ///< "" or begins with a slash; no slash at the end
  std::string origin() const { return scheme + "://" + host; }
};

/// @param what  names the setting in messages; the text itself is not repeated, it may hold secrets
/// @errors      InvalidArgument: no http(s) address, user:password in it, a query or fragment
Url parse_url(std::string_view text, std::string_view what);

/// A path as a URL and as SigV4 wants it: all but unreserved letters and slashes as %XX.
std::string encode_path(std::string_view path);

using Query = std::vector<std::pair<std::string, std::string>>;

/// "a=1&b=" in byte order of the encoded names, as SigV4 wants it; "" without parameters.
std::string format_query(Query query);

}  // namespace qfcsync::remote
