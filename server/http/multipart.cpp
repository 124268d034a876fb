#include "http/multipart.hpp"

#include <qfcsync/error.hpp>

#include "domain/text.hpp"
#include "http/part_header.hpp"

#include <algorithm>
#include <cstring>

namespace qfcsync::server {
namespace {

/// Blanks that a boundary may be followed by; more are not a boundary line.
constexpr std::size_t kMaxBoundaryPadding = 256;

bool is_boundary(std::string_view text) {
  return !text.empty() && text.size() <= MultipartParser::kMaxBoundaryBytes && text.back() != ' ' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::string delimiter_of(const std::string& boundary) {
  if (!is_boundary(boundary)) {
    throw Error(ErrorCode::InvalidArgument,
                "a multipart boundary has 1 to 70 printable characters and no blank at its end");
  }
  return "\r\n--" + boundary;
}

[[noreturn]] void throw_corrupt(const char* what) {
  throw Error(ErrorCode::Corrupt, std::string("the multipart body is damaged: ") + what);
}

}  // namespace

std::optional<std::string> multipart_boundary(std::string_view content_type) {
  const std::string_view type = trimmed(content_type.substr(0, content_type.find(';')));
  if (!equals_ignoring_case(type, "multipart/form-data")) return std::nullopt;
  auto boundary = header_parameter(content_type, "boundary");
  if (!boundary || !is_boundary(*boundary)) return std::nullopt;
  return boundary;
}

MultipartParser::MultipartParser(std::string boundary, MultipartSink& sink)
    : delimiter_(delimiter_of(boundary)), sink_(sink) {}

void MultipartParser::feed(std::string_view bytes) {
  if (state_ == State::Failed) throw_corrupt("it was refused already");
  try {
    while (!bytes.empty()) step(bytes);
  } catch (...) {
    state_ = State::Failed;
    throw;
  }
}

void MultipartParser::finish() {
  if (state_ == State::Epilogue) return;
  state_ = State::Failed;
  throw_corrupt("it ends before the closing boundary");
}

void MultipartParser::step(std::string_view& bytes) {
  switch (state_) {
    case State::Content:
      return take_content(bytes);
    case State::BoundaryLine:
      return take_boundary_line(bytes);
    case State::Header:
      return take_header(bytes);
    case State::Epilogue:
    case State::Failed:
      bytes = {};
  }
}

void MultipartParser::take_content(std::string_view& bytes) {
  if (matched_ > 0) {
    continue_delimiter(bytes);
  } else {
    search_delimiter(bytes);
  }
  if (matched_ == delimiter_.size()) end_content();
}

void MultipartParser::continue_delimiter(std::string_view& bytes) {
  const std::string_view wanted = std::string_view(delimiter_).substr(matched_);
  const std::size_t most = std::min(wanted.size(), bytes.size());
  const auto same = static_cast<std::size_t>(
      std::mismatch(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(most),
                    wanted.begin())
          .first -
      bytes.begin());
  matched_ += same;
  bytes.remove_prefix(same);
  if (same == most) return;  // complete, or waiting for more
  // A proper prefix of the delimiter holds no second '\r', so the next search starts afresh.
  const std::size_t content = matched_ - unsent_;
  emit(std::string_view(delimiter_).substr(unsent_, content));
  matched_ = unsent_ = 0;
}

void MultipartParser::search_delimiter(std::string_view& bytes) {
  const void* found = ::memmem(bytes.data(), bytes.size(), delimiter_.data(), delimiter_.size());
  if (found) {
    const auto length = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
    emit(bytes.substr(0, length));
    bytes.remove_prefix(length + delimiter_.size());
    matched_ = delimiter_.size();
    return;
  }
  // Hold back an end that may be the beginning of the delimiter.
  const std::size_t tail = std::min(bytes.size(), delimiter_.size() - 1);
  const auto start = bytes.substr(bytes.size() - tail).rfind('\r');
  if (start != std::string_view::npos) {
    const std::string_view candidate = bytes.substr(bytes.size() - tail + start);
    if (std::string_view(delimiter_).substr(0, candidate.size()) == candidate) {
      matched_ = candidate.size();
    }
  }
  emit(bytes.substr(0, bytes.size() - matched_));
  bytes = {};
}

void MultipartParser::end_content() {
  if (in_part_) sink_.on_part_end();
  in_part_ = false;
  matched_ = unsent_ = 0;
  state_ = State::BoundaryLine;
}

void MultipartParser::take_boundary_line(std::string_view& bytes) {
  pending_.push_back(bytes.front());
  bytes.remove_prefix(1);
  if (pending_ == "--") {
    pending_.clear();
    state_ = State::Epilogue;
    return;
  }
  if (pending_.ends_with("\r\n")) {
    pending_.clear();
    if (++parts_ > kMaxParts) {
      throw Error(ErrorCode::LimitExceeded, "the multipart body has more than 1000 parts");
    }
    state_ = State::Header;
    return;
  }
  const std::size_t text = pending_.find_first_not_of(" \t");
  const std::string_view end =
      text == std::string::npos ? std::string_view() : std::string_view(pending_).substr(text);
  const bool plausible = end.empty() || end == "\r" || pending_ == "-";
  if (!plausible || pending_.size() > kMaxBoundaryPadding) {
    throw_corrupt("a boundary is followed by something else on its line");
  }
}

void MultipartParser::take_header(std::string_view& bytes) {
  // The blank line ends the header; a part without any header begins with it.
  static constexpr std::string_view kEnd = "\r\n\r\n";
  if (pending_.empty()) pending_ = "\r\n";
  const std::size_t before = pending_.size();
  const std::size_t room = kMaxHeaderBytes + kEnd.size() + 2 - before;
  const std::string_view piece = bytes.substr(0, room);
  pending_.append(piece);
  const std::size_t end = pending_.find(kEnd, before < 3 ? 0 : before - 3);
  if (end == std::string::npos) {
    if (piece.size() == room) {
      throw Error(ErrorCode::LimitExceeded, "a multipart part has more than 16 KiB of header");
    }
    bytes = {};
    return;
  }
  bytes.remove_prefix(end + kEnd.size() - before);
  const std::string_view block =
      end == 0 ? std::string_view() : std::string_view(pending_).substr(2, end - 2);
  const PartHeader header = parse_part_header(block);
  pending_.clear();
  state_ = State::Content;
  matched_ = unsent_ = 2;  // an absent content ends with the blank line
  in_part_ = true;
  sink_.on_part(header);
}

void MultipartParser::emit(std::string_view bytes) {
  if (in_part_ && !bytes.empty()) sink_.on_data(bytes);
}

}  // namespace qfcsync::server
