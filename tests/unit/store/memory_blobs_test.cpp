#include <qfcsync/blob_store.hpp>

#include "contract/blob_store_contract.hpp"

#include <doctest/doctest.h>

using namespace qfcsync;

namespace {

/// The same store at every opening.
class Shared : public BlobStore {
 public:
  explicit Shared(BlobStore& store) : store_(store) {}
  std::optional<BlobInfo> stat(std::string_view name) override { return store_.stat(name); }
  void read(std::string_view name, std::uint64_t offset, std::uint64_t length,
            ByteSink& sink) override {
    store_.read(name, offset, length, sink);
  }
  Created create(std::string_view name, ByteSource& data, std::uint64_t size) override {
    return store_.create(name, data, size);
  }
  std::vector<BlobInfo> list(std::string_view prefix, std::string_view after,
                             std::size_t limit) override {
    return store_.list(prefix, after, limit);
  }
  void remove(std::string_view name) override { store_.remove(name); }
  BlobLimits limits() override { return store_.limits(); }

 private:
  BlobStore& store_;
};

}  // namespace

TEST_SUITE("store/memory_blobs") {
  TEST_CASE("blobs in memory keep the contract") {
    const auto store = make_memory_blobs();
    test::check_blob_store(
        {.open = [&] { return std::make_unique<Shared>(*store); }, .max_growth_mb = 256});
  }
}
