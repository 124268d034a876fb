#include "extract/ordered_scan.hpp"

#include <algorithm>
#include <cmath>

namespace qfcsync::extraction {
namespace {

// All doubles of at least this size are beyond every 64-bit integer.
constexpr double kBeyondInteger = 9223372036854775808.0;

int rank(ValueType type) {
  switch (type) {
    case ValueType::Integer:
    case ValueType::Real:
      return 1;
    case ValueType::Text:
      return 2;
    case ValueType::Blob:
      return 3;
    default:
      return 0;
  }
}

template <typename T>
int order(T a, T b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

/// Exact, where a conversion of the integer would round.
int compare_integer_real(std::int64_t integer, double real) {
  if (real >= kBeyondInteger) return -1;
  if (real < -kBeyondInteger) return 1;
  const double whole = std::trunc(real);
  const int by_whole = order(integer, static_cast<std::int64_t>(whole));
  return by_whole != 0 ? by_whole : order(whole, real);
}

int compare_numbers(ValueView a, ValueView b) {
  const bool a_is_integer = a.type() == ValueType::Integer;
  const bool b_is_integer = b.type() == ValueType::Integer;
  if (a_is_integer && b_is_integer) return order(a.as_integer(), b.as_integer());
  if (a_is_integer) return compare_integer_real(a.as_integer(), b.as_real());
  if (b_is_integer) return -compare_integer_real(b.as_integer(), a.as_real());
  return order(a.as_real(), b.as_real());
}

int compare_values(ValueView a, ValueView b) {
  const int by_rank = order(rank(a.type()), rank(b.type()));
  if (by_rank != 0) return by_rank;
  if (rank(a.type()) == 1) return compare_numbers(a, b);
  return order(a.bytes().compare(b.bytes()), 0);
}

}  // namespace

int compare_keys(std::span<const ValueView> a, std::span<const ValueView> b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    const int result = compare_values(a[i], b[i]);
    if (result != 0) return result;
  }
  return 0;
}

std::vector<std::size_t> key_positions(const TableSchema& table) {
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].key > 0) positions.push_back(i);
  }
  std::sort(positions.begin(), positions.end(), [&](std::size_t a, std::size_t b) {
    return table.columns[a].key < table.columns[b].key;
  });
  return positions;
}

}  // namespace qfcsync::extraction
