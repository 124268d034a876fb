#include "repository/ingest.hpp"

#include "repository/digest_thread.hpp"

#include <string>
#include <utility>

namespace qfcsync::repository {
namespace {

constexpr std::size_t kBlockBytes = 1u << 20;

/// As much as there is, up to a block.
std::string read_block(ByteSource& source) {
  std::string block(kBlockBytes, '\0');
  std::size_t size = 0;
  while (size < block.size()) {
    const std::size_t count = source.read(block.data() + size, block.size() - size);
    if (count == 0) break;
    size += count;
  }
  block.resize(size);
  return block;
}

chunk::FileNames ingest_small(const std::string& block, chunk::FileEncoder& encoder,
                              ByteSink* copy) {
  chunk::FileDigest digest;
  digest.update(block);
  if (copy != nullptr) copy->write(block);
  encoder.write(block);
  return digest.finish();
}

chunk::FileNames ingest_large(std::string block, ByteSource& source, chunk::FileEncoder& encoder,
                              ByteSink* copy) {
  DigestThread digest;
  while (!block.empty()) {
    const auto shared = std::make_shared<const std::string>(std::move(block));
    digest.push(shared);
    if (copy != nullptr) copy->write(*shared);
    encoder.write(*shared);
    block = read_block(source);
  }
  return digest.finish();
}

}  // namespace

Ingested ingest(ByteSource& source, NewObjects& objects, chunk::ObjectDecoder& decoder,
                const chunk::PreviousVersion* previous, chunk::WorkRunner& runner, ByteSink* copy) {
  chunk::FileEncoder encoder(objects, objects, decoder, previous, runner);
  std::string block = read_block(source);
  const chunk::FileNames names = block.size() < kBlockBytes
                                     ? ingest_small(block, encoder, copy)
                                     : ingest_large(std::move(block), source, encoder, copy);
  return {names.id, encoder.finish(names)};
}

}  // namespace qfcsync::repository
