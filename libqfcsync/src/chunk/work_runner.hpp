#pragma once

#include <cstddef>
#include <functional>

namespace qfcsync::chunk {

/// Runs pieces of work that do not depend on each other, at once where it can. What comes out must
/// not depend on how many run at once.
class WorkRunner {
 public:
  /// @param piece  its number
  /// @param lane   below lanes(); no two pieces run at once in one lane
  using Work = std::function<void(std::size_t piece, std::size_t lane)>;

  virtual ~WorkRunner() = default;
  virtual std::size_t lanes() const = 0;
  /// Returns when all pieces are done. @errors what a piece throws
  virtual void run(std::size_t pieces, const Work& work) = 0;
};

/// One after the other.
class SerialRunner : public WorkRunner {
 public:
  std::size_t lanes() const override { return 1; }
  void run(std::size_t pieces, const Work& work) override {
    for (std::size_t piece = 0; piece < pieces; ++piece) work(piece, 0);
  }
};

}  // namespace qfcsync::chunk
