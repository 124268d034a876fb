#include "repository/digest_thread.hpp"

#include <utility>

namespace qfcsync::repository {

DigestThread::~DigestThread() { end(); }

void DigestThread::push(Block block) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return blocks_.size() < kBlocksInFlight; });
  blocks_.push_back(std::move(block));
  changed_.notify_all();
}

chunk::FileNames DigestThread::finish() {
  end();
  return digest_.finish();
}

void DigestThread::end() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_ended_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void DigestThread::run() {
  for (;;) {
    Block block;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return is_ended_ || !blocks_.empty(); });
      if (blocks_.empty()) return;
      block = std::move(blocks_.front());
      blocks_.pop_front();
      changed_.notify_all();
    }
    digest_.update(*block);
  }
}

}  // namespace qfcsync::repository
