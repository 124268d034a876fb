#include "conflict_text.hpp"

#include "change_printer.hpp"
#include "value_text.hpp"

#include <vector>

#include <fmt/format.h>

namespace {

using qfcsync::Conflict;
using qfcsync::ConflictCell;
using qfcsync::ValueView;

std::string name_of(const ConflictCell& cell) {
  return cell.name.empty() ? fmt::format("c{}", cell.column) : printable(cell.name);
}

std::vector<ValueView> views(const std::vector<qfcsync::Value>& values) {
  std::vector<ValueView> result;
  for (const qfcsync::Value& value : values) result.push_back(value.view());
  return result;
}

/// "base 11.5, ours 12.0, theirs 13.0", without sides that do not speak of the cell. Ours and
/// theirs are cut where they differ.
std::string sides(const ConflictCell& cell) {
  const auto [ours, theirs] = value_texts(cell.ours.view(), cell.theirs.view());
  std::string text;
  const auto add = [&text](const char* side, ValueView value, const std::string& shown) {
    if (!value.is_defined()) return;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", side, shown);
  };
  add("base", cell.base.view(), value_text(cell.base.view()));
  add("ours", cell.ours.view(), ours);
  add("theirs", cell.theirs.view(), theirs);
  return text;
}

}  // namespace

std::string conflict_text(const Conflict& conflict, const Paint& paint) {
  std::string text = fmt::format("{}: {}\n", paint(Ink::Red, "conflict"), printable(conflict.text));
  if (!conflict.new_key.empty()) {
    text += fmt::format("  our row is now {}\n",
                        key_text(conflict.key_columns, views(conflict.new_key)));
  }
  for (const ConflictCell& cell : conflict.cells) {
    text += fmt::format("  {}: {}\n", name_of(cell), sides(cell));
  }
  return text;
}
