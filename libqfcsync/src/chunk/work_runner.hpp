#pragma once

#include <cstddef>
#include <functional>
#include <utility>

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
  /// Begins pieces while the caller does something else. finish() comes before the next
  /// one, and before what the pieces use goes.
  virtual void begin(std::size_t pieces, Work work) = 0;
  /// Returns when all pieces are done; nothing to do without begin(). @errors what a piece throws
  virtual void finish() = 0;
};

/// One after the other, in finish().
class SerialRunner : public WorkRunner {
 public:
  std::size_t lanes() const override { return 1; }
  void begin(std::size_t pieces, Work work) override {
    pieces_ = pieces;
    work_ = std::move(work);
  }
  void finish() override {
    const std::size_t pieces = std::exchange(pieces_, 0);
    for (std::size_t piece = 0; piece < pieces; ++piece) work_(piece, 0);
  }

 private:
  std::size_t pieces_ = 0;
  Work work_;
};

}  // namespace qfcsync::chunk
