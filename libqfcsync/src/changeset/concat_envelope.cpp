#include "changeset/concat_envelope.hpp"

#include <algorithm>

namespace qfcsync::changeset {
namespace {

void raise_max_key(const std::pair<std::string, std::int64_t>& other,
                   std::vector<std::pair<std::string, std::int64_t>>& max_keys) {
  const auto found = std::find_if(max_keys.begin(), max_keys.end(),
                                  [&](const auto& one) { return one.first == other.first; });
  if (found == max_keys.end()) {
    max_keys.push_back(other);
  } else {
    found->second = std::max(found->second, other.second);
  }
}

}  // namespace

void EnvelopeConcat::add(const ChangesetEnvelope* envelope, bool is_empty) {
  if (envelope == nullptr) {
    is_known_ = is_known_ && is_empty;
  } else if (!envelope_) {
    envelope_ = *envelope;
  } else if (envelope->schema_fingerprint != envelope_->schema_fingerprint) {
    is_known_ = false;
  } else {
    join(*envelope);
  }
}

void EnvelopeConcat::join(const ChangesetEnvelope& other) {
  for (const TableSchema& table : other.tables) {
    if (envelope_->find(table.name) == nullptr) envelope_->tables.push_back(table);
  }
  for (const Relation& relation : other.relations) {
    auto& known = envelope_->relations;
    if (std::find(known.begin(), known.end(), relation) == known.end()) known.push_back(relation);
  }
  for (const auto& max_key : other.max_keys) raise_max_key(max_key, envelope_->max_keys);
}

}  // namespace qfcsync::changeset
