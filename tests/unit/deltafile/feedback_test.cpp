#include <qfcsync/deltafile.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace qfcsync;
using Json = nlohmann::json;

TEST_SUITE("deltafile/feedback") {
  TEST_CASE("all keys are there, whatever happened") {
    DeltaOutcome outcome;
    outcome.message = "Successfully applied delta!";
    outcome.layer_id = "l";
    outcome.index = 3;
    outcome.delta_id = "u";
    outcome.modified_pk = std::int64_t{7};
    outcome.method = DeltaMethod::Create;
    CHECK(Json::parse(feedback_json(outcome, "f")) ==
          Json::parse(R"J({"msg":"Successfully applied delta!",
      "status":"status_applied","e_type":null,"delta_file_id":"f","layer_id":"l","delta_index":3,
      "delta_id":"u","feature_pk":"","modified_pk":7,"conflicts":null,"provider_errors":null,
      "method":"create"})J"));
  }

  TEST_CASE("conflicts look as the reference shows them") {
    DeltaOutcome outcome;
    outcome.status = DeltaStatus::Conflict;
    outcome.message = "There are conflicts with the already existing feature!";
    outcome.error_type = "CONFLICT";
    outcome.layer_id = "trees_5f1c2d3e";
    outcome.delta_id = "c2bd7b3f-5b0d-4d5b-8f6f-0e8a3c1d7a10";
    outcome.feature_pk = "812";
    outcome.conflicts = {"The attribute \"height\" that has a conflict:\n-13.0\n+11.5"};
    CHECK(Json::parse(feedback_json(outcome, "9d8d4f3a-38a5-4a9b-b4d5-6d7b8f9a0c12")) ==
          Json::parse(R"J({
      "msg": "There are conflicts with the already existing feature!",
      "status": "status_conflict", "e_type": "CONFLICT",
      "delta_file_id": "9d8d4f3a-38a5-4a9b-b4d5-6d7b8f9a0c12", "layer_id": "trees_5f1c2d3e",
      "delta_index": 0, "delta_id": "c2bd7b3f-5b0d-4d5b-8f6f-0e8a3c1d7a10",
      "feature_pk": "812", "modified_pk": null,
      "conflicts": ["The attribute \"height\" that has a conflict:\n-13.0\n+11.5"],
      "provider_errors": null, "method": "patch"})J"));
  }

  TEST_CASE("every status has its word, and broken bytes do not break the document") {
    DeltaOutcome outcome;
    outcome.provider_errors = {"bad \xff byte"};
    outcome.status = DeltaStatus::NotApplied;
    CHECK(Json::parse(feedback_json(outcome, ""))["status"] == "status_apply_failed");
    outcome.status = DeltaStatus::Error;
    outcome.method = DeltaMethod::Delete;
    CHECK(Json::parse(feedback_json(outcome, ""))["status"] == "status_unknown_error");
    CHECK(Json::parse(feedback_json(outcome, ""))["method"] == "delete");
  }

  TEST_CASE("keys as text are what a device would write") {
    CHECK(key_text({}) == "");
    CHECK(key_text(std::int64_t{-5}) == "-5");
    CHECK(key_text(5.0) == "5");
    CHECK(key_text(2.5) == "2.5");
    CHECK(key_text(std::string("a b")) == "a b");
    CHECK(key_text(true) == "true");
  }
}
