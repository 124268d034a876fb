#include "fixture.hpp"

using qfcsync::test::Buffer;
using qfcsync::test::Databases;
using qfcsync::test::Owned;

namespace {

std::uint64_t change_count(const qfcsync_source& source) {
  qfcsync_summary* made = nullptr;
  REQUIRE_OK(qfcsync_summarize(&made, &source));
  return qfcsync_summary_change_count(Owned<qfcsync_summary>(made).get());
}

}  // namespace

TEST_SUITE("c_abi/changeset") {
  TEST_CASE("a changeset and its inverse make an empty one") {
    const Databases files;
    Buffer changes;
    files.diff(changes, "ours");
    const auto source = changes.source();
    CHECK_EQ(change_count(source), 3);
    Buffer inverse;
    const auto inverse_sink = inverse.sink();
    REQUIRE_OK(qfcsync_invert(&inverse_sink, &source));

    const qfcsync_source both[] = {changes.source(), inverse.source()};
    Buffer nothing;
    const auto sink = nothing.sink();
    REQUIRE_OK(qfcsync_concat(&sink, both, 2));
    CHECK_EQ(change_count(nothing.source()), 0);
    REQUIRE_OK(qfcsync_concat(&sink, nullptr, 0));
    CHECK_EQ(nothing.size, 0);
    CHECK_EQ(qfcsync_concat(&sink, nullptr, 1), QFCSYNC_ERROR_INVALID_ARGUMENT);
  }

  TEST_CASE("changesets that cannot follow each other are refused") {
    const Databases files;
    Buffer changes;
    files.diff(changes, "ours");
    const qfcsync_source twice[] = {changes.source(), changes.source()};
    Buffer out;
    const auto sink = out.sink();
    CHECK_EQ(qfcsync_concat(&sink, twice, 2), QFCSYNC_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(out.data, nullptr);
  }

  TEST_CASE("JSON leads back to the same changes") {
    const Databases files;
    Buffer changes;
    files.diff(changes, "ours");
    const auto source = changes.source();
    Buffer json;
    const auto json_sink = json.sink();
    REQUIRE_OK(qfcsync_to_json(&json_sink, &source, nullptr));
    CHECK_NE(json.text().find("\"species\""), std::string::npos);
    CHECK_NE(json.text().find("red oak"), std::string::npos);

    Buffer back;
    const auto back_sink = back.sink();
    const auto json_source = json.source();
    REQUIRE_OK(qfcsync_from_json(&back_sink, &json_source, nullptr));
    Buffer again;
    const auto again_sink = again.sink();
    const auto back_source = back.source();
    REQUIRE_OK(qfcsync_to_json(&again_sink, &back_source, nullptr));
    CHECK_EQ(again.text(), json.text());

    const auto no_json = qfcsync_source_from_memory("{", 1);
    CHECK_EQ(qfcsync_from_json(&back_sink, &no_json, nullptr), QFCSYNC_ERROR_CORRUPT);
  }

  TEST_CASE("GeoJSON of a changeset is a collection of features") {
    const Databases files;
    Buffer changes;
    files.diff(changes, "ours");
    const auto source = changes.source();
    Buffer json;
    const auto sink = json.sink();
    REQUIRE_OK(qfcsync_to_geojson(&sink, &source, nullptr));
    CHECK_NE(json.text().find("FeatureCollection"), std::string::npos);
  }
}
