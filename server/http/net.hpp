#pragma once

// The one door to Asio and Beast: aliases used by the listener and the session.

#include <utility>  // Boost 1.74 needs it before asio under C++20

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace qfcsync::server {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

}  // namespace qfcsync::server
