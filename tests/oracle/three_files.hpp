#pragma once

#include "engine_side.hpp"
#include "seeds.hpp"
#include "sqlite_side.hpp"

#include <filesystem>
#include <string>

namespace qfcsync::oracle {

/// A small base and its edited copies, made by SQL.
struct ThreeFiles {
  FastFolder folder;
  std::filesystem::path base = folder / "base.db", ours = folder / "ours.db";
  std::filesystem::path theirs = folder / "theirs.db", result = folder / "result.db";
  std::filesystem::path scratch = folder / "scratch";

  explicit ThreeFiles(const std::string& base_sql, const std::string& our_sql,
                      const std::string& their_sql = "") {
    Connection(base).execute(base_sql);
    copy_database(base, ours);
    copy_database(base, theirs);
    Connection(ours).execute(our_sql);
    Connection(theirs).execute(their_sql);
  }

  /// Rows of a query as text: "1|a;2|b".
  static std::string rows(const std::filesystem::path& file, const std::string& sql) {
    std::string text;
    Connection connection(file);
    for (const auto& row : connection.query(sql)) {
      if (!text.empty()) text += ";";
      for (std::size_t i = 0; i < row.size(); ++i) {
        text += (i == 0 ? "" : "|") + shown(row[i].view());
      }
    }
    return text;
  }

  /// What is extracted between base and ours, applied to the base, gives ours.
  void check_round_trip() const {
    const std::string changeset = extracted(base, ours);
    copy_database(base, result);
    CHECK(apply_all(result, changeset) == "");
    CHECK(difference(read_content(ours), read_content(result)) == "");
    CHECK(apply_all(result, inverted(changeset)) == "");
    CHECK(difference(read_content(base), read_content(result)) == "");
  }

  Merged merge(const MergeOptions& options = {}) const {
    return merged(base, ours, theirs, result, options);
  }

 private:
  static std::string shown(ValueView value) {
    switch (value.type()) {
      case ValueType::Integer:
        return fmt::format("{}", value.as_integer());
      case ValueType::Real:
        return fmt::format("{:.1f}", value.as_real());
      case ValueType::Null:
        return "NULL";
      default:
        return std::string(value.bytes());
    }
  }
};

}  // namespace qfcsync::oracle
