// Any bytes are refused or read as a changeset, and what was read is written and read again with
// the same bytes.

#include <qfcsync/changeset.hpp>
#include <qfcsync/error.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace qfcsync;

/// @return false when the bytes were refused
bool copy(std::string_view bytes, MemorySink& sink) try {
  MemorySource source(bytes);
  ChangesetReader reader(source);
  const Change* change = reader.next();
  ChangesetWriter writer(sink, reader.envelope());
  const ChangesetTable* table = nullptr;
  for (; change != nullptr; change = reader.next()) {
    if (change->table != table) writer.begin_table(*change->table);
    table = change->table;
    writer.write(*change);
    if (reader.raw_change().size() != reader.end_offset() - reader.begin_offset()) std::abort();
  }
  writer.finish();
  return true;
} catch (const Error& error) {
  if (error.code() == ErrorCode::InvalidArgument || error.code() == ErrorCode::Internal) {
    std::abort();  // what was read has to be writable
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  MemorySink once;
  if (!copy({reinterpret_cast<const char*>(data), size}, once)) return 0;
  MemorySink twice;
  if (!copy(once.bytes(), twice) || once.bytes() != twice.bytes()) std::abort();
  return 0;
}
