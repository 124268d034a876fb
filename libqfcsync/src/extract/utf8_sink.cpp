#include "extract/utf8_sink.hpp"

#include "gpkg/edit_statement.hpp"

#include <sqlite3.h>

namespace qfcsync::extraction {
namespace {

using sqlitefile::TextEncoding;

/// Stands before every text, since SQLite takes a byte order mark off the front of what is bound.
constexpr char kGuard = 'x';

}  // namespace

Utf8Sink::Utf8Sink(RowSink& next, TextEncoding encoding)
    : next_(next),
      encoding_(encoding),
      statement_(std::make_unique<gpkg::edit::Statement>(database_.handle(), "SELECT ?1")) {}

Utf8Sink::~Utf8Sink() = default;

void Utf8Sink::inserted(std::span<const ValueView> row) { next_.inserted(translate(row, after_)); }

void Utf8Sink::deleted(std::span<const ValueView> row) { next_.deleted(translate(row, before_)); }

void Utf8Sink::updated(std::span<const ValueView> before, std::span<const ValueView> after) {
  const auto translated = translate(before, before_);
  next_.updated(translated, translate(after, after_));
}

std::span<const ValueView> Utf8Sink::translate(std::span<const ValueView> row, Row& out) {
  out.texts.resize(row.size());
  out.values.assign(row.begin(), row.end());
  const bool is_little = encoding_ == TextEncoding::Utf16Little;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i].type() != ValueType::Text) continue;
    bytes_ = is_little ? std::string{kGuard, '\0'} : std::string{'\0', kGuard};
    bytes_ += row[i].bytes();
    const gpkg::edit::StatementUse use(*statement_);
    statement_->bind_utf16(1, bytes_, is_little);
    statement_->step();
    const ValueView text = statement_->column_view(0);
    out.texts[i] = Value(ValueView::text(text.bytes().substr(sizeof kGuard)));
    out.values[i] = out.texts[i].view();
  }
  return out.values;
}

}  // namespace qfcsync::extraction
