#include "sqlitefile/pages.hpp"

#include <fmt/format.h>

namespace qfcsync::sqlitefile {

DamagedPage::DamagedPage(const std::string& file, std::uint32_t page, std::string_view what)
    : Error(ErrorCode::Corrupt, fmt::format("{}, page {}: {}; the file is damaged: use a copy or "
                                            "recover it with SQLite's tools",
                                            file, page, what)) {}

}  // namespace qfcsync::sqlitefile
