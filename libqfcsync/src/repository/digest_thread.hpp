#pragma once

#include "chunk/file_digest.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace qfcsync::repository {

/// Takes the digests of a file on a thread of its own, a few blocks behind.
class DigestThread {
 public:
  using Block = std::shared_ptr<const std::string>;

  DigestThread() : thread_([this] { run(); }) {}
  ~DigestThread();
  DigestThread(const DigestThread&) = delete;
  DigestThread& operator=(const DigestThread&) = delete;

  /// Waits while kBlocksInFlight are waiting.
  void push(Block block);
  /// After the last block, once.
  chunk::FileNames finish();

 private:
  static constexpr std::size_t kBlocksInFlight = 3;
  void run();
  void end();

  chunk::FileDigest digest_;  // of the thread, until it has ended
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Block> blocks_;  // guarded by mutex_, as the next
  bool is_ended_ = false;
  std::thread thread_;  // last: starts when all others are there
};

}  // namespace qfcsync::repository
