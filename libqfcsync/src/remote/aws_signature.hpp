#pragma once

#include <qfcsync/remote_store.hpp>

#include "remote/http_message.hpp"

#include <ctime>
#include <string>
#include <string_view>

namespace qfcsync::remote {

/// Where and when a request is signed for.
struct SigningScope {
  std::string_view region;
  std::string_view service = "s3";
  std::time_t time = 0;
};

/// Header with the SHA-256 of the body in hex, which a request with a body has to bring along.
inline constexpr std::string_view kPayloadHashHeader = "x-amz-content-sha256";

/// Signs a request with AWS Signature Version 4.
///
/// Done here and not by libcurl, whose version 7.88 neither sorts the parameters of a query nor
/// writes the
/// "=" after those without a value, and is refused then.
///
/// @param request  method, path, query and headers as they will be sent; names in lower case
/// @return         the headers to add: x-amz-date, authorization, x-amz-security-token if there is
///                 a token, and the hash of an empty body if the request has none
Headers sign_request(const HttpRequest& request, std::string_view host,
                     const Credentials& credentials, const SigningScope& scope);

}  // namespace qfcsync::remote
