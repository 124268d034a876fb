#include <qfcsync/changeset.hpp>
#include <qfcsync/error.hpp>

#include "changeset/checksum.hpp"
#include "changeset/codec.hpp"
#include "changeset/envelope.hpp"
#include "changeset/format.hpp"

#include <fmt/format.h>

namespace qfcsync {
namespace {

constexpr std::size_t kWriteBytes = 64u << 10;

ChangesetTable mark_table(std::string_view prefix, const std::string& text) {
  return {std::string(prefix) + text, {1}};
}

}  // namespace

struct ChangesetWriter::Impl {
  explicit Impl(ByteSink& target) : sink(target) {}

  void pass(std::string_view bytes) {
    if (checksum) checksum->update(bytes);
    sink.write(bytes);
  }

  void flush() {
    pass(buffer);
    buffer.clear();
  }

  void begin_change() {
    if (table.name.empty()) {
      throw Error(ErrorCode::InvalidArgument, "a change is written before any table was begun");
    }
    if (!is_table_written) changeset::append_table(table, buffer);
    is_table_written = true;
  }

  void end_changes(std::uint64_t count) {
    changes += count;
    if (buffer.size() >= kWriteBytes) flush();
  }

  ByteSink& sink;
  std::string buffer;
  ChangesetTable table;
  bool is_table_written = true;
  std::uint64_t changes = 0;
  std::unique_ptr<changeset::Xxh3> checksum;  // only with envelope
};

ChangesetWriter::ChangesetWriter(ByteSink& sink, const ChangesetEnvelope* envelope)
    : impl_(std::make_unique<Impl>(sink)) {
  if (envelope == nullptr) return;
  const std::string text = changeset::envelope_text(*envelope);
  if (text.size() > kMaxEnvelopeBytes) {
    throw Error(ErrorCode::LimitExceeded,
                fmt::format("the envelope of the changeset would have {} bytes, more than {}",
                            text.size(), kMaxEnvelopeBytes));
  }
  impl_->checksum = std::make_unique<changeset::Xxh3>();
  changeset::append_table(mark_table(changeset::kEnvelopePrefix, text), impl_->buffer);
}

ChangesetWriter::~ChangesetWriter() = default;

void ChangesetWriter::begin_table(const ChangesetTable& table) {
  if (table.name.empty() || table.name.find('\0') != std::string::npos ||
      table.name.size() > kMaxTableNameBytes || changeset::is_reserved_name(table.name) ||
      table.column_count() > kMaxChangesetColumns) {
    throw Error(ErrorCode::InvalidArgument,
                fmt::format("a changeset cannot name the table \"{}\"", table.name));
  }
  impl_->table = table;
  impl_->is_table_written = false;
}

void ChangesetWriter::write(const Change& change) {
  impl_->begin_change();
  changeset::append_change(change, impl_->table, impl_->buffer);
  impl_->end_changes(1);
}

void ChangesetWriter::write_raw(std::string_view changes, std::uint64_t count) {
  impl_->begin_change();
  if (changes.size() < kWriteBytes) {
    impl_->buffer += changes;
  } else {
    impl_->flush();
    impl_->pass(changes);
  }
  impl_->end_changes(count);
}

void ChangesetWriter::finish() {
  impl_->flush();
  if (!impl_->checksum) return;
  const std::string text = changeset::checksum_text({impl_->changes, impl_->checksum->hex()});
  impl_->checksum.reset();
  changeset::append_table(mark_table(changeset::kChecksumPrefix, text), impl_->buffer);
  impl_->flush();
}

std::uint64_t ChangesetWriter::change_count() const { return impl_->changes; }

}  // namespace qfcsync
