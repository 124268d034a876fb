#pragma once

#include <qfcsync/changeset.hpp>
#include <qfcsync/changeset_apply.hpp>
#include <qfcsync/extract.hpp>
#include <qfcsync/merge.hpp>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

/// The engine's public entry points with bytes in memory.
namespace qfcsync::oracle {

inline std::string extracted(const std::filesystem::path& base,
                             const std::filesystem::path& modified,
                             const ExtractOptions& options = {}) {
  MemorySink sink;
  extract(base, modified, sink, options);
  return sink.take();
}

inline std::string extracted(const std::filesystem::path& base,
                             const std::filesystem::path& modified, ExtractMethod method) {
  ExtractOptions options;
  options.method = method;
  return extracted(base, modified, options);
}

/// @return "" when every change was made, else the mismatches
inline std::string apply_all(const std::filesystem::path& target, std::string_view changeset) {
  MemorySource source(changeset);
  const auto result = apply_changeset(target, source);
  if (result.is_applied) return "";
  std::string text = fmt::format("{} mismatches", result.mismatch_count);
  for (const auto& mismatch : result.mismatches) text += "; " + mismatch.text;
  return text;
}

inline std::string inverted(std::string_view changeset) {
  MemorySource source(changeset);
  MemorySink sink;
  invert(source, sink);
  return sink.take();
}

inline std::string joined(const std::vector<std::string>& changesets) {
  std::vector<MemorySource> sources(changesets.begin(), changesets.end());
  std::vector<ByteSource*> pointers;
  for (auto& source : sources) pointers.push_back(&source);
  MemorySink sink;
  const auto scratch = make_scratch();
  concat(pointers, sink, *scratch);
  return sink.take();
}

struct Rebased {
  std::string changeset;
  RebaseResult result;
  std::vector<Conflict> conflicts;
};

inline Rebased rebased(std::string_view ours, std::string_view theirs, MergeOptions options = {}) {
  Rebased all;
  options.on_conflict = [&](const Conflict& conflict) { all.conflicts.push_back(conflict); };
  MemorySource our_source(ours), their_source(theirs);
  MemorySink sink;
  const auto scratch = make_scratch();
  all.result = rebase(our_source, their_source, sink, *scratch, options);
  all.changeset = sink.take();
  return all;
}

struct Merged {
  MergeResult result;
  std::vector<Conflict> conflicts;
};

inline Merged merged(const std::filesystem::path& base, const std::filesystem::path& ours,
                     const std::filesystem::path& theirs, const std::filesystem::path& result,
                     MergeOptions options = {}) {
  Merged all;
  options.on_conflict = [&](const Conflict& conflict) { all.conflicts.push_back(conflict); };
  all.result = merge_files(base, ours, theirs, result, options);
  return all;
}

}  // namespace qfcsync::oracle
