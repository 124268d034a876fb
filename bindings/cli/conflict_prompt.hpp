#pragma once

#include <qfcsync/conflict.hpp>

#include "terminal.hpp"

#include <cstdint>
#include <cstdio>
#include <memory>

/// Asks the person at the terminal about each conflict.
class ConflictPrompt {
 public:
  /// @errors InvalidArgument: there is no terminal
  ConflictPrompt();

  /// @errors Cancelled: the person wants to stop
  qfcsync::Side ask(const qfcsync::Conflict& conflict);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> in_;
  std::unique_ptr<std::FILE, Close> out_;
  std::uint64_t count_ = 0;
};
