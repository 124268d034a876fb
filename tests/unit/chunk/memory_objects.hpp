#pragma once

#include <qfcsync/error.hpp>

#include "chunk/object.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::test {

/// All objects in memory, in a form that tests can damage.
class MemoryObjects : public chunk::ObjectSource, public chunk::ObjectSink {
 public:
  void add(const chunk::EncodedObject& object) override {
    if (!objects.emplace(key_of(object.record), object).second) {
      throw Error(ErrorCode::AlreadyExists, "stored twice");
    }
    order.push_back(object.record.id);
    stored_bytes += object.stored.size();
  }
  std::optional<chunk::ObjectRecord> find(chunk::ObjectKind kind,
                                          const chunk::ObjectId& id) override {
    const auto found = objects.find({kind, id});
    if (found == objects.end()) return std::nullopt;
    return found->second.record;
  }
  void read(const chunk::ObjectRecord& record, std::string& stored) override {
    ++reads;
    stored = objects.at(key_of(record)).stored;
  }
  static chunk::ObjectKey key_of(const chunk::ObjectRecord& record) {
    return {record.kind, record.id};
  }

  std::map<chunk::ObjectKey, chunk::EncodedObject> objects;
  std::vector<chunk::ObjectId> order;
  std::size_t stored_bytes = 0;
  std::size_t reads = 0;
};

inline std::string random_bytes(std::mt19937_64& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

/// Text that zstd makes smaller, but not by content of other such texts.
inline std::string random_words(std::mt19937_64& random, std::size_t size) {
  std::string text;
  while (text.size() < size) text += std::to_string(random()) + " tree\n";
  text.resize(size);
  return text;
}

/// Overwrites some bytes at random places.
inline std::string edited(std::mt19937_64& random, std::string bytes, int edits) {
  for (int i = 0; i < edits && !bytes.empty(); ++i) {
    bytes[random() % bytes.size()] = static_cast<char>(random());
  }
  return bytes;
}

inline ErrorCode code_of(const auto& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode{0};
}

}  // namespace qfcsync::test
