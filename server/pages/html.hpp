#pragma once

#include "routes/call.hpp"

#include <string>
#include <string_view>

namespace qfcsync::server {

/// A text as it may stand in HTML, also between quotes.
std::string escaped(std::string_view text);

/// What is between head and foot of a page; whoever writes it escapes what comes from outside.
struct HtmlPage {
  unsigned status = 200;
  std::string_view title;
  std::string body;
  std::string form_token;  ///< of the forms on it, from form_token_of(); "" without forms
};
Response page_response(const Call& call, const HtmlPage& page);

/// The CSRF token that forms for this browser carry: the one it has, or a new one.
std::string form_token_of(const Request& request);

/// A form that posts. @param inside  HTML
std::string form(std::string_view action, std::string_view token, std::string_view inside,
                 std::string_view button);

/// A labelled input. @param type  "text", "password", "email"
std::string input(std::string_view label, std::string_view type, std::string_view name,
                  std::string_view autocomplete, std::string_view value = "");

/// A paragraph that something went wrong. @param text  not HTML
std::string error_paragraph(std::string_view text);

/// 302 to a path of this server.
Response redirect(std::string path);

/// To the login page, and back to where the person wanted to go.
Response redirect_to_login(const Request& request);

/// A path of this server that a form or link names as the way on; "/" for anything else.
std::string own_path(std::string_view wanted);

/// The page instead of an error document.
Response error_page(const Call& call, const ApiError& error);

}  // namespace qfcsync::server
