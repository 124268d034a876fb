// Random deltas against a model in memory: whatever the order, table and model stay alike.

#include "delta_fixture.hpp"

#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace qfcsync;
using test::DeltaFixture;
using test::Json;

namespace {

struct ModelRow {
  Json name, n;
  std::string point;  ///< "" for none
};

/// What the table should hold, and the device's view of its own features.
class Model {
 public:
  explicit Model(unsigned seed) : engine_(seed) {
    rows_[1] = {"a", 5, "POINT (10 20)"};
    rows_[2] = {"b", nullptr, "POINT (30 40)"};
  }

  /// A random delta; changes the model as the delta should change the table.
  Json next(ConflictPolicy policy, DeltaStatus& expected) {
    expected = DeltaStatus::Applied;
    const int kind = pick(10);
    if (kind < 4 || rows_.empty()) return create();
    auto row = std::next(rows_.begin(), pick(static_cast<int>(rows_.size())));
    if (pick(12) == 0) return missing(expected);
    const bool stale = pick(5) == 0;
    Json old{
        {"attributes", {{"name", stale ? Json("stale") : row->second.name}, {"n", row->second.n}}}};
    Json delta{{"localPk", "x"}, {"sourcePk", std::to_string(row->first)}, {"old", old}};
    if (stale && policy == ConflictPolicy::Report) expected = DeltaStatus::Conflict;
    const bool applies = expected == DeltaStatus::Applied;
    if (kind < 6) {
      delta["method"] = "delete";
      if (applies) rows_.erase(row);
    } else {
      patch(delta, applies ? &row->second : nullptr);
    }
    return delta;
  }

  std::string text() const {
    std::string out;
    for (const auto& [fid, row] : rows_) {
      out += fmt::format("{}|{}|{}|{}\n", fid, text(row.name), text(row.n),
                         row.point.empty() ? "NULL" : row.point);
    }
    return out;
  }

 private:
  int pick(int below) { return static_cast<int>(engine_() % static_cast<unsigned>(below)); }

  static std::string text(const Json& value) {
    return value.is_null() ? "NULL" : value.is_string() ? value.get<std::string>() : value.dump();
  }

  Json random_name() { return pick(4) == 0 ? Json(nullptr) : Json(fmt::format("n{}", pick(50))); }
  Json random_number() { return pick(4) == 0 ? Json(nullptr) : Json(pick(1000) - 500); }

  Json random_point(std::string& point) {
    if (pick(5) == 0) return nullptr;
    const int x = pick(100'000), y = pick(100'000);
    point = fmt::format("POINT ({} {})", x, y);
    return fmt::format("Point ({} {})", x, y);
  }

  Json create() {
    ModelRow row{random_name(), random_number(), {}};
    const Json geometry = random_point(row.point);
    Json fid = nullptr;
    std::int64_t key = ++highest_;
    if (pick(3) == 0) {
      const std::int64_t wish = pick(300) + 1;
      fid = wish;
      if (!rows_.contains(wish)) {
        key = wish;
        --highest_;
        highest_ = std::max(highest_, wish);
      }
    }
    rows_[key] = row;
    return {{"method", "create"},
            {"localPk", fmt::format("c{}", ++created_)},
            {"new",
             {{"geometry", geometry},
              {"attributes", {{"fid", fid}, {"name", row.name}, {"n", row.n}}}}}};
  }

  void patch(Json& delta, ModelRow* row) {
    delta["method"] = "patch";
    delta["new"] = {{"attributes", Json::object()}};
    if (pick(2) == 0) {
      const Json name = random_name();
      delta["new"]["attributes"]["name"] = name;
      // A value equal to the told old one is not written.
      if (row != nullptr && name != delta["old"]["attributes"]["name"]) row->name = name;
    }
    if (pick(2) == 0) {
      const Json n = random_number();
      delta["new"]["attributes"]["n"] = n;
      if (row != nullptr) row->n = n;
    }
    if (pick(2) == 0) {
      std::string point;
      delta["old"]["geometry"] = "Point (-1 -1)";
      delta["new"]["geometry"] = random_point(point);
      if (row != nullptr) row->point = point;
    }
  }

  static Json missing(DeltaStatus& expected) {
    expected = DeltaStatus::NotApplied;
    return {
        {"method", "delete"}, {"localPk", "x"}, {"sourcePk", "100000"}, {"old", Json::object()}};
  }

  std::mt19937 engine_;
  std::map<std::int64_t, ModelRow> rows_;
  std::int64_t highest_ = 2;
  int created_ = 0;
};

}  // namespace

TEST_SUITE("gpkg/delta_property") {
  TEST_CASE("random jobs leave the table as the model says, and the file consistent") {
    for (unsigned seed = 1; seed <= 12; ++seed) {
      CAPTURE(seed);
      DeltaFixture f;
      f.safety = seed % 2 == 0 ? FileSafety::PrivateCopy : FileSafety::Journal;
      const auto policy = seed % 3 == 0 ? ConflictPolicy::Report : ConflictPolicy::Overwrite;
      Model model(seed);
      for (int job = 0; job < 4; ++job) {
        std::vector<Json> deltas(60);
        std::vector<DeltaStatus> expected(deltas.size());
        for (std::size_t i = 0; i < deltas.size(); ++i) deltas[i] = model.next(policy, expected[i]);
        const auto outcomes = f.apply_all(deltas, policy);
        for (std::size_t i = 0; i < deltas.size(); ++i) {
          CAPTURE(deltas[i].dump());
          CHECK(outcomes[i].status == expected[i]);
        }
        CHECK(f.table("SELECT fid, name, n, geom FROM pts ORDER BY fid") == model.text());
      }
    }
  }
}
