#include "deltafile/attributes.hpp"

#include <algorithm>
#include <unordered_set>

namespace qfcsync::deltafile {
namespace {

/// Up to here comparing each with each is faster than hashing.
constexpr std::size_t kFew = 24;

bool has_duplicates(const Attributes& attributes) {
  if (attributes.size() <= kFew) {
    for (auto it = attributes.begin(); it != attributes.end(); ++it) {
      const auto same = [&](const auto& other) { return other.first == it->first; };
      if (std::any_of(it + 1, attributes.end(), same)) return true;
    }
    return false;
  }
  std::unordered_set<std::string_view> names;
  for (const auto& [name, value] : attributes) names.insert(name);
  return names.size() != attributes.size();
}

}  // namespace

void drop_overwritten(Attributes& attributes) {
  if (!has_duplicates(attributes)) return;
  std::unordered_set<std::string> seen;
  Attributes kept;
  for (auto it = attributes.rbegin(); it != attributes.rend(); ++it) {
    if (seen.insert(it->first).second) kept.push_back(std::move(*it));
  }
  std::reverse(kept.begin(), kept.end());
  attributes = std::move(kept);
}

const AttributeValue* find_attribute(const Attributes& attributes, std::string_view name) {
  for (const auto& [key, value] : attributes) {
    if (key == name) return &value;
  }
  return nullptr;
}

}  // namespace qfcsync::deltafile
