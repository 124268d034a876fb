#pragma once

#include <qfcsync/value.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace qfcsync::merge {

/// Hash of a value's type and bits, chained onto a seed. Only for tables in memory.
std::uint64_t hash_value(ValueView value, std::uint64_t seed);

/// The value as references are compared: a real without fraction and the decimal text of an
/// integer are that integer, because SQLite converts a child's value before it looks for the
/// parent.
ValueView reference_value(ValueView value);

/// reference_value of several, as bytes for a map; empty when one is NULL or not known: nothing is
/// referred to then.
std::string reference_key(std::span<const ValueView> values);

/// Hash of a tuple under its reference_value.
std::uint64_t hash_reference(std::span<const ValueView> values, std::uint64_t seed);
bool same_reference(std::span<const ValueView> a, std::span<const ValueView> b);

/// True when all are defined and none is NULL.
bool is_complete(std::span<const ValueView> values);

}  // namespace qfcsync::merge
