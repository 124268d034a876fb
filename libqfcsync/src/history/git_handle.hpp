#pragma once

#include <memory>

namespace qfcsync::history {

/// Frees a thing of libgit2 by its own function.
template <auto Free>
struct GitFreer {
  template <typename T>
  void operator()(T* thing) const {
    Free(thing);
  }
};

template <typename T, auto Free>
using GitHandle = std::unique_ptr<T, GitFreer<Free>>;

}  // namespace qfcsync::history
