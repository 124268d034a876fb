#include "fixture.hpp"

#include <fstream>
#include <regex>
#include <sstream>
#include <thread>

TEST_SUITE("c_abi/error") {
  TEST_CASE("every code of error_codes.def is the negative number with its name and text") {
    std::ifstream file(QFCSYNC_ERROR_CODES);
    std::stringstream text;
    text << file.rdbuf();
    const std::string all = text.str();
    const std::regex entry("\nX\\((\\w+), (\\d+), \"([^\"]*)\"\\)");
    int count = 0;
    for (std::sregex_iterator it(all.begin(), all.end(), entry), end; it != end; ++it, ++count) {
      const int code = -std::stoi((*it)[2]);
      CHECK_EQ(qfcsync_error_name(code), it->str(1));
      CHECK_EQ(qfcsync_error_text(code), it->str(3));
    }
    CHECK_EQ(count, 16);
    CHECK_EQ(std::string(qfcsync_error_name(QFCSYNC_OK)), "OK");
    CHECK_EQ(std::string(qfcsync_error_name(QFCSYNC_ERROR_CANCELLED)), "Cancelled");
    CHECK_EQ(std::string(qfcsync_error_name(-17)), "");
    CHECK_EQ(std::string(qfcsync_error_text(1)), "");
  }

  TEST_CASE("the last error has code, message, origin and number, until the next call") {
    qfcsync_schema* schema = nullptr;
    REQUIRE_EQ(qfcsync_schema_read(&schema, "/no/such/file.gpkg"), QFCSYNC_ERROR_NOT_FOUND);
    CHECK_EQ(schema, nullptr);
    const auto* error = qfcsync_last_error();
    CHECK_EQ(error->code, QFCSYNC_ERROR_NOT_FOUND);
    CHECK_NE(std::string(error->message).find("/no/such/file.gpkg"), std::string::npos);

    const auto source = qfcsync_source_from_path("/no/such/file");
    qfcsync_changeset_reader* reader = nullptr;
    REQUIRE_EQ(qfcsync_changeset_reader_new(&reader, &source), QFCSYNC_ERROR_NOT_FOUND);
    CHECK_EQ(error->origin, QFCSYNC_ORIGIN_OS);
    CHECK_EQ(error->native, 2);

    qfcsync_summary* summary = nullptr;
    const auto empty = qfcsync_source_from_memory(nullptr, 0);
    REQUIRE_EQ(qfcsync_summarize(&summary, &empty), QFCSYNC_OK);
    CHECK_EQ(error->code, QFCSYNC_OK);
    CHECK_EQ(std::string(error->message), "");
    qfcsync_summary_free(summary);
  }

  TEST_CASE("each thread has its own last error") {
    CHECK_EQ(qfcsync_schema_read(nullptr, nullptr), QFCSYNC_ERROR_INVALID_ARGUMENT);
    int code_of_other = -1;
    std::thread([&] { code_of_other = qfcsync_last_error()->code; }).join();
    CHECK_EQ(code_of_other, QFCSYNC_OK);
    CHECK_EQ(qfcsync_last_error()->code, QFCSYNC_ERROR_INVALID_ARGUMENT);
  }

  TEST_CASE("names of numbers end with NUL, and unknown numbers have none") {
    CHECK_EQ(std::string(qfcsync_operation_name(QFCSYNC_OPERATION_UPDATE)), "update");
    CHECK_EQ(std::string(qfcsync_operation_name(1)), "");
    CHECK_EQ(std::string(qfcsync_conflict_kind_name(QFCSYNC_CONFLICT_SAME_CELL)), "same_cell");
    CHECK_EQ(std::string(qfcsync_conflict_kind_name(7)), "");
    CHECK_EQ(std::string(qfcsync_side_name(QFCSYNC_SIDE_BOTH)), "both");
    CHECK_EQ(std::string(qfcsync_side_name(-1)), "");
    for (int kind = 0; kind <= QFCSYNC_MISMATCH_OTHER; ++kind) {
      CHECK_NE(std::string(qfcsync_mismatch_kind_name(kind)), "");
    }
    CHECK_EQ(std::string(qfcsync_mismatch_kind_name(QFCSYNC_MISMATCH_OTHER + 1)), "");
    CHECK_EQ(std::string(qfcsync_note_reason_name(QFCSYNC_NOTE_NO_KEY)), "no_key");
    CHECK_EQ(std::string(qfcsync_note_reason_name(QFCSYNC_NOTE_DIFFERENT + 1)), "");
    CHECK_EQ(std::string(qfcsync_relation_origin_name(QFCSYNC_RELATION_RELATED_TABLES)),
             "related_tables");
    CHECK_EQ(std::string(qfcsync_relation_origin_name(QFCSYNC_RELATION_CALLER + 1)), "");
    CHECK_EQ(std::string(qfcsync_schema_operation_kind_name(QFCSYNC_SCHEMA_ADD_COLUMN)),
             "add_column");
    CHECK_EQ(std::string(qfcsync_schema_operation_kind_name(QFCSYNC_SCHEMA_REORDER_COLUMNS + 1)),
             "");
  }
}
