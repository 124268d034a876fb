#include "mismatch_text.hpp"

#include "change_printer.hpp"
#include "terminal.hpp"
#include "value_text.hpp"

#include <vector>

#include <fmt/format.h>

using qfcsync::Mismatch;
using qfcsync::Value;
using qfcsync::ValueView;

std::string mismatch_text(const Mismatch& mismatch) {
  const ValueView expected = mismatch.expected.view();
  const ValueView found = mismatch.found.view();
  if (mismatch.column.empty() || !expected.is_defined() || !found.is_defined()) {
    return printable(mismatch.text);
  }
  std::vector<ValueView> key;
  for (const Value& value : mismatch.key) key.push_back(value.view());
  const auto [expected_text, found_text] = value_texts(expected, found);
  return fmt::format("{} of {} {}: {} is {}, expected {}", to_string(mismatch.operation),
                     printable(mismatch.table), key_text(mismatch.key_columns, key),
                     printable(mismatch.column), found_text, expected_text);
}
