#pragma once

#include <string>
#include <string_view>

namespace qfcsync::gpkg {

/// SQL of a pragma of the main database about a table or an index. Its table-valued form, which
/// joins and binds, takes SQLite several times as long to prepare.
std::string pragma(std::string_view name, std::string_view about);

// Columns of the rows that pragmas give, by position.
namespace table_list {
inline constexpr int kName = 1;
inline constexpr int kType = 2;
inline constexpr int kWithoutRowid = 4;
inline constexpr int kStrict = 5;
}  // namespace table_list

namespace table_xinfo {
inline constexpr int kName = 1;
inline constexpr int kType = 2;
inline constexpr int kNotNull = 3;
inline constexpr int kDefault = 4;
inline constexpr int kKey = 5;
inline constexpr int kHidden = 6;
}  // namespace table_xinfo

namespace index_list {
inline constexpr int kName = 1;
inline constexpr int kUnique = 2;
inline constexpr int kOrigin = 3;
inline constexpr int kPartial = 4;
}  // namespace index_list

namespace index_info {
inline constexpr int kColumn = 1;
inline constexpr int kName = 2;
}  // namespace index_info

namespace foreign_key_list {
inline constexpr int kId = 0;
inline constexpr int kParent = 2;
inline constexpr int kFrom = 3;
inline constexpr int kTo = 4;
}  // namespace foreign_key_list

}  // namespace qfcsync::gpkg
