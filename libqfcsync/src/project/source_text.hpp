#pragma once

#include <string>
#include <string_view>

namespace qfcsync::project {

/// A value inside a source text and where it stands (without quotes).
struct SourceValue {
  std::string value;  ///< escapes removed
  std::size_t begin = 0;
  std::size_t size = 0;
};

/// Value of `name=` in the blank-separated grammar of databases, e.g. dbname='x' port=5432.
SourceValue database_value(const std::string& text, std::string_view name);

/// Table of `table="schema"."name"`, without schema.
std::string database_table(const std::string& text);

/// Value of a parameter in a list separated by '&', as in URLs; still percent-encoded.
SourceValue url_parameter(const std::string& text, std::string_view name);

}  // namespace qfcsync::project
