#include "merge/value_hash.hpp"

#include "changeset/codec.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace qfcsync::merge {
namespace {

std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93u;
  x ^= x >> 29;
  x *= 0xd6e8feb86659fd93u;
  return x ^ (x >> 32);
}

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t hash) {
  std::uint64_t word = 0;
  for (; bytes.size() >= sizeof word; bytes.remove_prefix(sizeof word)) {
    std::memcpy(&word, bytes.data(), sizeof word);
    hash = mix(hash ^ word);
  }
  word = bytes.size();
  for (const char c : bytes) word = word << 8 | static_cast<std::uint8_t>(c);
  return mix(hash ^ word);
}

}  // namespace

std::uint64_t hash_value(ValueView value, std::uint64_t seed) {
  const std::uint64_t hash = mix(seed + static_cast<std::uint64_t>(value.type()));
  switch (value.type()) {
    case ValueType::Integer:
      return mix(hash ^ static_cast<std::uint64_t>(value.as_integer()));
    case ValueType::Real:
      return mix(hash ^ std::bit_cast<std::uint64_t>(value.as_real()));
    case ValueType::Text:
    case ValueType::Blob:
      return hash_bytes(value.bytes(), hash);
    case ValueType::Undefined:
    case ValueType::Null:
      break;
  }
  return hash;
}

std::string reference_key(std::span<const ValueView> values, std::span<const Affinity> affinities) {
  std::string key;
  if (!is_complete(values)) return key;
  for (std::size_t i = 0; i < values.size(); ++i) {
    changeset::append_value(comparable(values[i], affinities[i]), key);
  }
  return key;
}

std::uint64_t hash_reference(std::span<const ValueView> values,
                             std::span<const Affinity> affinities) {
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    hash = hash_value(comparable(values[i], affinities[i]), hash);
  }
  return hash;
}

bool same_reference(std::span<const ValueView> a, std::span<const ValueView> b,
                    std::span<const Affinity> affinities) {
  for (std::size_t i = 0; i < affinities.size(); ++i) {
    if (!(comparable(a[i], affinities[i]) == comparable(b[i], affinities[i]))) return false;
  }
  return true;
}

bool is_complete(std::span<const ValueView> values) {
  return std::all_of(values.begin(), values.end(),
                     [](ValueView value) { return value.is_defined() && !value.is_null(); });
}

}  // namespace qfcsync::merge
