#pragma once

#include "extract/own_database.hpp"
#include "extract/row_sink.hpp"
#include "sqlitefile/file_header.hpp"

#include <memory>
#include <string>
#include <vector>

namespace qfcsync::gpkg::edit {
class Statement;
}

namespace qfcsync::extraction {

/// Passes rows of UTF-16 databases on with texts in UTF-8, translated by SQLite itself, so that
/// broken surrogates become what SQLite makes of them.
class Utf8Sink : public RowSink {
 public:
  /// @param next  must outlive this
  Utf8Sink(RowSink& next, sqlitefile::TextEncoding encoding);
  ~Utf8Sink() override;
  Utf8Sink(const Utf8Sink&) = delete;
  Utf8Sink& operator=(const Utf8Sink&) = delete;

  void inserted(std::span<const ValueView> row) override;
  void deleted(std::span<const ValueView> row) override;
  void updated(std::span<const ValueView> before, std::span<const ValueView> after) override;

 private:
  struct Row {
    std::vector<Value> texts;  // one a column, empty where the value is no text
    std::vector<ValueView> values;
  };

  std::span<const ValueView> translate(std::span<const ValueView> row, Row& out);

  RowSink& next_;
  sqlitefile::TextEncoding encoding_;
  OwnDatabase database_{OwnDatabase::Place::Memory};
  std::unique_ptr<gpkg::edit::Statement> statement_;
  Row before_;
  Row after_;
  std::string bytes_;
};

}  // namespace qfcsync::extraction
