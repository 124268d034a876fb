#include "gpkg/edit_file.hpp"

#include "io/descriptor.hpp"

namespace qfcsync::gpkg::edit {

EditFile::EditFile(std::filesystem::path file, FileSafety safety)
    : path_(std::move(file)),
      safety_(safety),
      connection_(path_, safety),
      begin_(handle(), "BEGIN IMMEDIATE"),
      savepoint_(handle(), "SAVEPOINT delta"),
      release_(handle(), "RELEASE delta"),
      rollback_(handle(), "ROLLBACK TO delta") {}

Table* EditFile::table(const std::string& name) {
  auto schema = read_schema(handle(), name);
  if (!schema) return nullptr;
  auto& slot = tables_[schema->name];
  if (!slot) slot = std::make_unique<Table>(handle(), std::move(*schema));
  return slot.get();
}

void EditFile::begin() {
  connection_.grant_steps();
  if (!connection_.in_transaction()) begin_.run();
}

void EditFile::open_savepoint() { savepoint_.run(); }

void EditFile::keep_savepoint() {
  release_.run();
  changed_ = true;
}

void EditFile::drop_savepoint() {
  rollback_.run();
  release_.run();
}

void EditFile::commit() {
  if (!connection_.in_transaction()) return;
  connection_.grant_steps();
  for (const auto& [name, table] : tables_) table->write_notes();
  execute(handle(), "COMMIT");
  if (safety_ == FileSafety::PrivateCopy && changed_) io::sync_file(path_);
}

}  // namespace qfcsync::gpkg::edit
