#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace qfcsync::server {

/// What the header of a part says. Nothing of it is trusted: clients send local paths as file
/// names and application/json as the type of every file.
struct PartHeader {
  std::string name;                     ///< "" if the part has none
  std::optional<std::string> filename;  ///< set for files, also if it is empty
  std::string content_type;             ///< as sent; "text/plain" if absent
};

/// Takes the parts of a body in their order: on_part, any number of on_data, on_part_end.
class MultipartSink {
 public:
  virtual ~MultipartSink() = default;
  virtual void on_part(const PartHeader& header) = 0;
  /// A piece of the part's content, never empty; valid during the call.
  virtual void on_data(std::string_view bytes) = 0;
  virtual void on_part_end() = 0;
};

/// The boundary of a multipart/form-data content type; nullopt for every other content type.
std::optional<std::string> multipart_boundary(std::string_view content_type);

/// Splits a multipart/form-data body (RFC 7578) that arrives in pieces of any size.
///
/// Memory is bounded by the limits below, whatever the size of body and parts; contents are
/// handed on without copying. How the body is cut into pieces changes nothing but the cuts of
/// on_data. After an exception the parser only throws. Not thread-safe.
class MultipartParser {
 public:
  static constexpr std::size_t kMaxBoundaryBytes = 70;  ///< RFC 2046
  static constexpr std::size_t kMaxHeaderBytes = 16 << 10;
  static constexpr std::size_t kMaxParts = 1000;

  /// @errors InvalidArgument: no boundary by RFC 2046
  /// @ownership `sink` must outlive the parser
  MultipartParser(std::string boundary, MultipartSink& sink);

  /// Takes the next piece of the body.
  ///
  /// @errors Corrupt: no multipart body; LimitExceeded: header or number of parts; what the sink
  ///         throws
  void feed(std::string_view bytes);

  /// Says that the body is complete.
  ///
  /// @errors Corrupt: the closing boundary is missing
  void finish();

 private:
  enum class State { Content, BoundaryLine, Header, Epilogue, Failed };

  void step(std::string_view& bytes);
  void take_content(std::string_view& bytes);
  void continue_delimiter(std::string_view& bytes);
  void search_delimiter(std::string_view& bytes);
  void take_boundary_line(std::string_view& bytes);
  void take_header(std::string_view& bytes);
  void end_content();
  void emit(std::string_view bytes);

  const std::string delimiter_;  // "\r\n--" and the boundary; '\r' occurs at its front only
  MultipartSink& sink_;
  State state_ = State::Content;  // the preamble is a content that nobody gets
  bool in_part_ = false;
  // Bytes of the delimiter seen at the end of the last piece. A delimiter may begin with the line
  // end of what precedes it (start of the body, blank line of a header); those bytes were not
  // content and are counted by unsent_.
  std::size_t matched_ = 2;
  std::size_t unsent_ = 2;
  std::string pending_;  // boundary line or header, as far as it has arrived
  std::size_t parts_ = 0;
};

}  // namespace qfcsync::server
