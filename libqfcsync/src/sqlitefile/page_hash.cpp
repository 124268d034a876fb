#include "sqlitefile/page_hash.hpp"

#include <new>

#include <xxhash.h>

// The variant that fits the processor is chosen at run time where the library offers it.
#if defined(__x86_64__) && __has_include(<xxh_x86dispatch.h>)
#include <xxh_x86dispatch.h>
#endif

namespace qfcsync::sqlitefile {
namespace {

PageHash canonical(const XXH128_hash_t& hash) noexcept {
  XXH128_canonical_t form;
  XXH128_canonicalFromHash(&form, hash);
  return std::to_array(form.digest);
}

}  // namespace

PageHash hash_bytes(const void* bytes, std::size_t size) noexcept {
  return canonical(XXH3_128bits(bytes, size));
}

struct RunningHash::State {
  XXH3_state_t* hash = XXH3_createState();
};

RunningHash::RunningHash() : state_(std::make_unique<State>()) {
  if (state_->hash == nullptr) throw std::bad_alloc();
  XXH3_128bits_reset(state_->hash);
}

RunningHash::~RunningHash() { XXH3_freeState(state_->hash); }

void RunningHash::update(const void* bytes, std::size_t size) {
  XXH3_128bits_update(state_->hash, bytes, size);
}

PageHash RunningHash::finish() const { return canonical(XXH3_128bits_digest(state_->hash)); }

}  // namespace qfcsync::sqlitefile
