#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace qfcsync::changeset {

/// Streaming XXH3 with 128 bits: finds damage, protects against nobody.
class Xxh3 {
 public:
  Xxh3();
  ~Xxh3();
  Xxh3(const Xxh3&) = delete;
  Xxh3& operator=(const Xxh3&) = delete;

  void update(std::string_view bytes);
  /// 32 hex digits, most significant first.
  std::string hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace qfcsync::changeset
