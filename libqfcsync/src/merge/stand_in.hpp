#pragma once

#include <qfcsync/value.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace qfcsync::merge {

/// A column whose value another row has, too.
struct StandInColumn {
  std::size_t column = 0;
  ValueView value;
  bool is_nullable = false;
  bool is_reference = false;
  bool is_key = false;
};

/// What one of the columns gets instead, so that the row can stay: NULL where that is allowed and
/// no reference is lost; else the text with six hex digits of the row's name behind it; else a
/// negative number made of them; else NULL into a reference.
///
/// @param mark  see row_mark
/// @return      the column and its value; nullopt when none fits
std::optional<std::pair<std::size_t, Value>> choose_stand_in(std::span<const StandInColumn> columns,
                                                             std::string_view mark);

/// Whether the value is one that choose_stand_in made with that mark.
bool is_stand_in(ValueView value, std::string_view mark);

/// Hex digits that name a row, the same on every device.
///
/// @param key  the values of its key
std::string row_mark(const std::string& table, std::span<const ValueView> key);

}  // namespace qfcsync::merge
