#pragma once

#include "extract/change_batch.hpp"
#include "extract/range_readers.hpp"
#include "extract/raw_compare.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace qfcsync::extraction {

/// Keys that share the rows of a table out to threads; none when it is too small for that, or
/// damaged.
///
/// @errors  Io
std::vector<std::int64_t> share_out(const RawSide& base, const RawSide& modified,
                                    std::size_t threads);

/// Compares a rowid table range by range, on the calling thread and one for each pair of files.
///
/// @param keys     ascending; each ends a range
/// @param batches  one a range, one more than keys
/// @param options  progress is told on the calling thread only
/// @return         nothing when the ranges do not make up the whole, a file is damaged, or the
///                 process has no more files for the batches: then the table has to be compared in
///                 one piece, and what the batches hold is void
/// @errors         as compare_rowid_tables, but for Corrupt
std::optional<RawResult> compare_ranges(const RawSide& base, const RawSide& modified,
                                        const std::vector<FilePair*>& others,
                                        const std::vector<std::int64_t>& keys,
                                        std::deque<ChangeBatch>& batches,
                                        const RawOptions& options);

}  // namespace qfcsync::extraction
