#pragma once

#include "domain/timestamp.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace qfcsync::server {

/// Whether a list of entity tags names this one, by weak comparison.
///
/// Tags may be quoted, weak, or bare as the QFieldCloud SDK sends them; '*' names every tag.
///
/// @param header   value of If-None-Match
/// @param etag     without quotes
bool etag_listed(std::string_view header, std::string_view etag);

/// "Sun, 06 Nov 1994 08:49:37 GMT"; the fraction of the second is cut off.
std::string http_date(Timestamp time);

/// Reads the three forms of RFC 9110 (IMF-fixdate, RFC 850, asctime); nullopt for anything else.
std::optional<Timestamp> parse_http_date(std::string_view text);

/// The conditions of a request; an empty text is an absent header.
struct PreconditionHeaders {
  std::string_view if_match = {};
  std::string_view if_none_match = {};
  std::string_view if_modified_since = {};
  std::string_view if_unmodified_since = {};
};

enum class Precondition {
  Proceed,
  NotModified,  ///< answer 304
  Failed,       ///< answer 412
};

/// Evaluates the conditions of a GET or HEAD in the order of RFC 9110, section 13.2.2.
///
/// @param etag            of the content that would be sent, without quotes
/// @param last_modified   compared by whole seconds; unreadable dates in headers are ignored
Precondition evaluate_preconditions(const PreconditionHeaders& headers, std::string_view etag,
                                    Timestamp last_modified);

}  // namespace qfcsync::server
