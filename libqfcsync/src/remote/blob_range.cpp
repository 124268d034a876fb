#include "remote/blob_range.hpp"

#include <qfcsync/error.hpp>

#include "store/blob_name.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include <fmt/format.h>

namespace qfcsync::remote {
namespace {

bool take_number(std::string_view& text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

/// Hands on the wanted bytes of an answer and counts them.
class RangeSink final : public ByteSink {
 public:
  explicit RangeSink(ByteSink& sink) : sink_(sink) {}

  void expect(std::uint64_t count) {
    if (!wanted_) wanted_ = count;
  }
  /// What comes before the first byte not handed on yet.
  void skip(std::uint64_t count) { to_skip_ = count; }

  void write(std::string_view bytes) override {
    const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(to_skip_, bytes.size()));
    to_skip_ -= skipped;
    bytes.remove_prefix(skipped);
    bytes =
        bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left(), bytes.size())));
    if (bytes.empty()) return;
    sink_.write(bytes);
    done_ += bytes.size();
  }

  std::uint64_t done() const { return done_; }
  std::uint64_t left() const { return wanted_.value_or(0) - done_; }
  bool is_done() const { return wanted_ && left() == 0; }

 private:
  ByteSink& sink_;
  std::optional<std::uint64_t> wanted_;
  std::uint64_t to_skip_ = 0;
  std::uint64_t done_ = 0;
};

class RangeReader {
 public:
  RangeReader(HttpSender& sender, const RemoteBlob& blob, std::uint64_t offset,
              std::uint64_t length, ByteSink& sink)
      : sender_(sender), blob_(blob), offset_(offset), length_(length), sink_(sink) {}

  void run() {
    const Answer answer = sender_.receive([&] { return next_request(); },
                                          [&](const HttpResponse& head) { return choose(head); },
                                          [&] { return sink_.done(); });
    if (answer.status == 404 || answer.status == 410) throw_missing();
    if (answer.status == 416) {
      finish_unsatisfied(answer);
    } else if (answer.status != 200 && answer.status != 206) {
      sender_.refuse(answer, fmt::format("cannot read {}", blob_.name));
    } else if (!sink_.is_done()) {
      // Without a body nobody chose a sink: an empty blob, or the size is not what was said.
      expect_of(blob_.size());
    }
    if (sink_.is_done()) return;
    throw Error(ErrorCode::Corrupt, fmt::format("{}: {} ended {} bytes too early", sender_.store(),
                                                blob_.name, sink_.left()));
  }

 private:
  HttpRequest next_request() const {
    HttpRequest request = blob_.get;
    const std::uint64_t first = offset_ + sink_.done();
    const std::uint64_t room = std::numeric_limits<std::uint64_t>::max() - offset_;
    std::string last;
    if (length_ > 0 && length_ <= room) last = std::to_string(offset_ + length_ - 1);
    request.headers.emplace_back("range", fmt::format("bytes={}-{}", first, last));
    return request;
  }

  void expect_of(std::uint64_t total) {
    sink_.expect(store::bytes_to_read(blob_.name, total, offset_, length_));
  }

  ByteSink* choose(const HttpResponse& head) {
    if (head.status == 206) {
      ContentRange range;
      const bool is_good = parse_content_range(head.header("content-range"), range);
      if (!is_good || !range.has_bytes || range.first != offset_ + sink_.done()) {
        throw Error(ErrorCode::Network,
                    fmt::format("{}: cannot read {}: the server gives another range than asked for",
                                sender_.store(), blob_.name));
      }
      expect_of(range.total);
      sink_.skip(0);
      return &sink_;
    }
    if (head.status != 200) return nullptr;
    std::uint64_t total = 0;
    std::string_view text = head.header("content-length");
    const bool has_length = take_number(text, total) && text.empty();
    expect_of(blob_.may_be_page || !has_length ? blob_.size() : total);
    sink_.skip(offset_ + sink_.done());
    return &sink_;
  }

  void finish_unsatisfied(const HttpResponse& answer) {
    ContentRange range;
    const bool is_known = parse_content_range(answer.header("content-range"), range);
    expect_of(is_known ? range.total : blob_.size());
  }

  [[noreturn]] void throw_missing() const {
    throw Error(ErrorCode::NotFound,
                fmt::format("{}: there is no blob {}", sender_.store(), blob_.name));
  }

  HttpSender& sender_;
  const RemoteBlob& blob_;
  std::uint64_t offset_;
  std::uint64_t length_;
  RangeSink sink_;
};

}  // namespace

bool parse_content_range(std::string_view text, ContentRange& range) {
  if (!take(text, "bytes ")) return false;
  range.has_bytes = !take(text, "*");
  if (range.has_bytes) {
    if (!take_number(text, range.first) || !take(text, "-") || !take_number(text, range.last)) {
      return false;
    }
    if (range.last < range.first) return false;
  }
  return take(text, "/") && take_number(text, range.total) && text.empty();
}

void read_range(HttpSender& sender, const RemoteBlob& blob, std::uint64_t offset,
                std::uint64_t length, ByteSink& sink) {
  RangeReader(sender, blob, offset, length, sink).run();
}

}  // namespace qfcsync::remote
