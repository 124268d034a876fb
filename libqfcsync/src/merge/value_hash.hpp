#pragma once

#include <qfcsync/value.hpp>

#include "merge/affinity.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace qfcsync::merge {

/// Hash of a value's type and bits, chained onto a seed. Only for tables in memory.
std::uint64_t hash_value(ValueView value, std::uint64_t seed);

/// Values of a reference in one form (see comparable), as bytes for a map; empty when one is NULL
/// or not known: nothing is referred to then.
///
/// @param affinities  of the columns that are referred to
std::string reference_key(std::span<const ValueView> values, std::span<const Affinity> affinities);

/// Hash of a tuple that is the same for all that refers to one row.
std::uint64_t hash_reference(std::span<const ValueView> values,
                             std::span<const Affinity> affinities);
bool same_reference(std::span<const ValueView> a, std::span<const ValueView> b,
                    std::span<const Affinity> affinities);

/// True when all are defined and none is NULL.
bool is_complete(std::span<const ValueView> values);

}  // namespace qfcsync::merge
