#include "extract/range_readers.hpp"

#include <string>
#include <utility>

namespace qfcsync::extraction {
namespace {

std::unique_ptr<FilePair> open_again(Snapshot& base, Snapshot& modified) {
  auto base_source = base.source_again();
  auto modified_source = modified.source_again();
  if (!base_source || !modified_source) return nullptr;
  sqlitefile::PageReader base_pages(*base_source, base.pages().name());
  sqlitefile::PageReader modified_pages(*modified_source, modified.pages().name());
  return std::unique_ptr<FilePair>(new FilePair{std::move(base_source), std::move(modified_source),
                                                std::move(base_pages), std::move(modified_pages)});
}

}  // namespace

std::vector<FilePair*> RangeReaders::get(std::size_t count) {
  std::vector<FilePair*> result;
  while (result.size() < count) {
    if (result.size() == pairs_.size()) {
      auto pair = open_again(base_, modified_);
      if (!pair) break;
      pairs_.push_back(std::move(pair));
    }
    result.push_back(pairs_[result.size()].get());
  }
  return result;
}

}  // namespace qfcsync::extraction
