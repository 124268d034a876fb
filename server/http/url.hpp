#pragma once

#include "base/text.hpp"
#include "domain/text.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qfcsync::server {

using base::percent_decode;

/// Writes all but letters, digits, "-._~" and '/' as %XX.
std::string percent_encode_path(std::string_view path);

/// The parameters of a query string (or of a form body, which is written the same way).
///
/// Names and values are decoded: '+' is a blank, a broken escape stands for itself, bytes that
/// are no UTF-8 become U+FFFD. So every value can be put into JSON.
class Query {
 public:
  /// Parameters after the first kMaxParameters are ignored.
  static constexpr std::size_t kMaxParameters = 256;

  /// @param raw   what follows the '?'
  static Query parse(std::string_view raw);

  /// Value of the last parameter of that name; "" if it was written without '='.
  std::optional<std::string> get(std::string_view name) const;

  /// The parameters in their order, encoded, with `limit` and `offset` replaced.
  ///
  /// @param limit, offset   nullopt leaves the parameter out
  std::string with_page(std::optional<std::uint64_t> limit,
                        std::optional<std::uint64_t> offset) const;

  const std::vector<std::pair<std::string, std::string>>& parameters() const { return parameters_; }

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

}  // namespace qfcsync::server
