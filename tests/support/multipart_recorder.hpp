#pragma once

#include <qfcsync/error.hpp>

#include "http/multipart.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::tests {

/// A part as it arrived, its pieces joined.
struct RecordedPart {
  std::string name;
  std::optional<std::string> filename;
  std::string content_type;
  std::string content;
  bool complete = false;
  bool operator==(const RecordedPart&) const = default;
};

/// Writes down what a parser reports and checks the order of the calls.
class MultipartRecorder final : public server::MultipartSink {
 public:
  void on_part(const server::PartHeader& header) override {
    if (!parts.empty() && !parts.back().complete) out_of_order = true;
    parts.push_back({header.name, header.filename, header.content_type, "", false});
  }
  void on_data(std::string_view bytes) override {
    if (parts.empty() || parts.back().complete || bytes.empty()) out_of_order = true;
    parts.back().content += bytes;
  }
  void on_part_end() override {
    if (parts.empty() || parts.back().complete) out_of_order = true;
    parts.back().complete = true;
  }

  std::vector<RecordedPart> parts;
  bool out_of_order = false;
};

/// All that can be told from outside about the parsing of one body.
struct MultipartOutcome {
  std::vector<RecordedPart> parts;
  bool out_of_order = false;
  std::optional<ErrorCode> error;
  bool operator==(const MultipartOutcome&) const = default;
};

/// Parses a body that arrives in the given pieces.
inline MultipartOutcome parse_pieces(const std::string& boundary,
                                     const std::vector<std::string_view>& pieces) {
  MultipartRecorder recorder;
  MultipartOutcome outcome;
  try {
    server::MultipartParser parser(boundary, recorder);
    for (const std::string_view piece : pieces) parser.feed(piece);
    parser.finish();
  } catch (const Error& error) {
    outcome.error = error.code();
  }
  outcome.parts = std::move(recorder.parts);
  outcome.out_of_order = recorder.out_of_order;
  return outcome;
}

}  // namespace qfcsync::tests
