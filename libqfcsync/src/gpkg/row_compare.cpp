#include "gpkg/row_compare.hpp"

#include <qfcsync/error.hpp>

#include "gpkg/edit_statement.hpp"

#include <cstdint>
#include <string_view>

#include <sqlite3.h>

namespace qfcsync::gpkg {
namespace {

using edit::Statement;

/// Rows between two ticks.
constexpr std::uint64_t kTickRows = 4096;

bool have_same_columns(const Statement& a, const Statement& b) {
  const int count = sqlite3_column_count(a.handle());
  if (sqlite3_column_count(b.handle()) != count) return false;
  for (int i = 0; i < count; ++i) {
    const char* name_a = sqlite3_column_name(a.handle(), i);
    const char* name_b = sqlite3_column_name(b.handle(), i);
    if (name_a == nullptr || name_b == nullptr || std::string_view(name_a) != name_b) return false;
  }
  return true;
}

}  // namespace

bool have_same_rows(sqlite3* a, sqlite3* b, const std::string& sql,
                    const std::function<void()>& tick) {
  try {
    Statement rows_a(a, sql);
    Statement rows_b(b, sql);
    if (!have_same_columns(rows_a, rows_b)) return false;
    const int count = sqlite3_column_count(rows_a.handle());
    for (std::uint64_t row = 0;; ++row) {
      if (tick && row % kTickRows == 0) tick();
      const bool has_a = rows_a.step();
      if (rows_b.step() != has_a) return false;
      if (!has_a) return true;
      for (int i = 0; i < count; ++i) {
        if (rows_a.column_view(i) != rows_b.column_view(i)) return false;
      }
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::SchemaMismatch) throw;
    return false;  // no such table, or one whose module or functions are not here
  }
}

}  // namespace qfcsync::gpkg
