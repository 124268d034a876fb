#pragma once

#include <qfcsync/changeset.hpp>

#include "support/random_changeset.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include <sqlite3.h>

/// Short forms of the operations, and SQLite's own for comparison.
namespace qfcsync::test {

/// A store that lends its bytes as shortly as the contract allows.
class LendingStore : public ByteStore {
 public:
  void write(std::string_view bytes) override { bytes_ += bytes; }
  std::uint64_t size() const override { return bytes_.size(); }
  std::string_view read(std::uint64_t offset, std::size_t size,
                        std::string& buffer) const override {
    if (offset > bytes_.size() || size > bytes_.size() - offset) {
      throw std::logic_error("read beyond the end");
    }
    buffer = bytes_.substr(static_cast<std::size_t>(offset), size);
    return buffer;
  }

 private:
  std::string bytes_;
};

inline std::string inverted(std::string_view changeset) {
  MemorySource source(changeset);
  MemorySink sink;
  invert(source, sink);
  return sink.take();
}

inline std::string concatenated(const std::vector<std::string>& changesets) {
  std::vector<MemorySource> sources;
  for (const std::string& changeset : changesets) sources.emplace_back(changeset);
  std::vector<ByteSource*> pointers;
  for (MemorySource& source : sources) pointers.push_back(&source);
  MemorySink sink;
  LendingStore scratch;
  concat(pointers, sink, scratch);
  return sink.take();
}

inline std::string taken(int rc, int size, void* bytes) {
  if (rc != SQLITE_OK) throw std::logic_error("SQLite refuses the changeset");
  std::string out(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
  sqlite3_free(bytes);
  return out;
}

inline std::string sqlite_inverted(std::string changeset) {
  int size = 0;
  void* bytes = nullptr;
  const int rc =
      sqlite3changeset_invert(static_cast<int>(changeset.size()), changeset.data(), &size, &bytes);
  return taken(rc, size, bytes);
}

inline std::string sqlite_concatenated(std::string a, std::string b) {
  int size = 0;
  void* bytes = nullptr;
  const int rc = sqlite3changeset_concat(static_cast<int>(a.size()), a.data(),
                                         static_cast<int>(b.size()), b.data(), &size, &bytes);
  return taken(rc, size, bytes);
}

}  // namespace qfcsync::test
