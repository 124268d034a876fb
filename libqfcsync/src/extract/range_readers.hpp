#pragma once

#include "extract/snapshot.hpp"
#include "sqlitefile/page_reader.hpp"
#include "sqlitefile/page_source.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace qfcsync::extraction {

/// Both files once more, for another thread.
struct FilePair {
  std::unique_ptr<sqlitefile::PageSource> base_source;
  std::unique_ptr<sqlitefile::PageSource> modified_source;
  sqlitefile::PageReader base;
  sqlitefile::PageReader modified;
};

/// Opens the files for further threads when they are first wanted, and keeps them.
class RangeReaders {
 public:
  /// Both must outlive this.
  RangeReaders(Snapshot& base, Snapshot& modified) : base_(base), modified_(modified) {}

  /// @return  up to count pairs, valid as long as this; fewer when the files can be read by fewer
  ///          threads
  /// @errors  Io, Corrupt
  std::vector<FilePair*> get(std::size_t count);

 private:
  Snapshot& base_;
  Snapshot& modified_;
  std::vector<std::unique_ptr<FilePair>> pairs_;
};

}  // namespace qfcsync::extraction
