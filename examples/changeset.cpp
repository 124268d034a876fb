// What changed in a GeoPackage, and the merge of two edited copies, in C++.
//
//   changeset BASE OURS THEIRS RESULT
//
// Exits with 0, with 1 when there were conflicts, with 2 when something failed.

#include <qfcsync/changeset.hpp>
#include <qfcsync/error.hpp>
#include <qfcsync/extract.hpp>
#include <qfcsync/merge.hpp>

#include <exception>
#include <filesystem>
#include <iostream>

namespace {

std::ostream& operator<<(std::ostream& out, const qfcsync::ValueView& value) {
  switch (value.type()) {
    case qfcsync::ValueType::Undefined:
      return out << '-';
    case qfcsync::ValueType::Integer:
      return out << value.as_integer();
    case qfcsync::ValueType::Real:
      return out << value.as_real();
    case qfcsync::ValueType::Text:
      return out << '"' << value.bytes() << '"';
    case qfcsync::ValueType::Blob:
      return out << value.bytes().size() << " bytes";
    case qfcsync::ValueType::Null:
      break;
  }
  return out << "NULL";
}

void print_change(const qfcsync::Change& change, const qfcsync::TableSchema& table) {
  std::cout << to_string(change.operation) << ' ' << table.name << '\n';
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    // One side of an insert or delete is empty, and an update names only what changed.
    const auto before = change.old_values.empty() ? qfcsync::ValueView() : change.old_values[i];
    const auto after = change.new_values.empty() ? qfcsync::ValueView() : change.new_values[i];
    if (!before.is_defined() && !after.is_defined()) continue;
    std::cout << "  " << table.columns[i].name << ": " << before << " -> " << after << '\n';
  }
}

void print_changes(const std::filesystem::path& base, const std::filesystem::path& modified) {
  qfcsync::MemorySink changeset;
  qfcsync::ExtractOptions options;
  options.with_envelope = true;  // column names travel along
  qfcsync::extract(base, modified, changeset, options);

  qfcsync::MemorySource source(changeset.bytes());
  qfcsync::ChangesetReader reader(source);
  while (const auto* change = reader.next()) {
    print_change(*change, *reader.envelope()->find(change->table->name));
  }
}

void print_conflict(const qfcsync::Conflict& conflict) {
  std::cout << "conflict " << to_string(conflict.kind) << " in " << conflict.table << ": "
            << to_string(conflict.written) << " is written\n";
  for (const auto& cell : conflict.cells) {
    std::cout << "  " << cell.name << ": base " << cell.base.view() << ", ours " << cell.ours.view()
              << ", theirs " << cell.theirs.view() << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: changeset BASE OURS THEIRS RESULT\n";
    return 2;
  }
  try {
    print_changes(argv[1], argv[2]);
    qfcsync::MergeOptions options;
    options.on_conflict = print_conflict;
    const auto merged = qfcsync::merge_files(argv[1], argv[2], argv[3], argv[4], options);
    return merged.conflict_count == 0 ? 0 : 1;
  } catch (const qfcsync::Error& error) {
    std::cerr << "changeset: " << error.what() << " (" << to_string(error.code()) << ")\n";
  } catch (const std::exception& error) {
    std::cerr << "changeset: " << error.what() << '\n';
  }
  return 2;
}
