#include "fixture.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>

using qfcsync::test::Buffer;
using qfcsync::test::Databases;

namespace {

/// Gives bytes three at a time; fails after `limit`.
struct SlowReader {
  std::string bytes;
  std::size_t position = 0;
  std::size_t limit = SIZE_MAX;

  static int read(std::size_t* bytes_read, void* buffer, std::size_t size, void* payload) {
    auto& self = *static_cast<SlowReader*>(payload);
    if (self.position >= self.limit) return 77;
    *bytes_read = std::min({size, std::size_t{3}, self.bytes.size() - self.position});
    std::memcpy(buffer, self.bytes.data() + self.position, *bytes_read);
    self.position += *bytes_read;
    return 0;
  }
};

int append(const void* bytes, std::size_t size, void* payload) {
  static_cast<std::string*>(payload)->append(static_cast<const char*>(bytes), size);
  return 0;
}

int refuse(const void*, std::size_t, void*) { return 5; }

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_SUITE("c_abi/stream") {
  TEST_CASE("path, memory and callbacks carry the same bytes") {
    const Databases files;
    Buffer changes;
    files.diff(changes, "ours");
    Buffer expected;
    auto source = changes.source();
    auto sink = expected.sink();
    REQUIRE_OK(qfcsync_invert(&sink, &source));
    REQUIRE_GT(expected.size, 0);
    CHECK_EQ(expected.data[expected.size], '\0');

    SlowReader reader{changes.text()};
    std::string written;
    source = qfcsync_source_from_callback(SlowReader::read, &reader);
    sink = qfcsync_sink_to_callback(append, &written);
    REQUIRE_OK(qfcsync_invert(&sink, &source));
    CHECK_EQ(written, expected.text());

    const std::string path = files.path("changes");
    std::ofstream(path, std::ios::binary) << changes.text();
    const std::string inverted = files.path("inverted");
    source = qfcsync_source_from_path(path.c_str());
    sink = qfcsync_sink_to_path(inverted.c_str());
    REQUIRE_OK(qfcsync_invert(&sink, &source));
    CHECK_EQ(content(inverted), expected.text());
  }

  TEST_CASE("a failing callback is Io with its number, and outputs stay as they were") {
    const Databases files;
    Buffer changes;
    files.diff(changes, "ours");
    SlowReader reader{changes.text(), 0, 20};
    const auto cut = qfcsync_source_from_callback(SlowReader::read, &reader);
    const auto whole = changes.source();

    Buffer kept;
    auto sink = kept.sink();
    REQUIRE_OK(qfcsync_invert(&sink, &whole));
    const std::string before = kept.text();
    CHECK_EQ(qfcsync_invert(&sink, &cut), QFCSYNC_ERROR_IO);
    CHECK_EQ(qfcsync_last_error()->native, 77);
    CHECK_EQ(kept.text(), before);

    const std::string path = files.path("kept");
    std::ofstream(path) << "as before";
    reader.position = 0;
    sink = qfcsync_sink_to_path(path.c_str());
    CHECK_EQ(qfcsync_invert(&sink, &cut), QFCSYNC_ERROR_IO);
    CHECK_EQ(content(path), "as before");

    sink = qfcsync_sink_to_callback(refuse, nullptr);
    CHECK_EQ(qfcsync_invert(&sink, &whole), QFCSYNC_ERROR_IO);
    CHECK_EQ(qfcsync_last_error()->native, 5);
  }

  TEST_CASE("streams that say nothing are InvalidArgument") {
    Buffer out;
    const auto sink = out.sink();
    const auto empty = qfcsync_source_from_memory(nullptr, 0);
    const auto check = [&](const qfcsync_sink* to, const qfcsync_source* from) {
      CHECK_EQ(qfcsync_invert(to, from), QFCSYNC_ERROR_INVALID_ARGUMENT);
      CHECK_NE(std::string(qfcsync_last_error()->message), "");
    };
    check(nullptr, &empty);
    check(&sink, nullptr);
    const auto no_bytes = qfcsync_source_from_memory(nullptr, 1);
    check(&sink, &no_bytes);
    const auto no_path = qfcsync_source_from_path(nullptr);
    check(&sink, &no_path);
    const auto no_read = qfcsync_source_from_callback(nullptr, nullptr);
    check(&sink, &no_read);
    qfcsync_source no_kind{};
    check(&sink, &no_kind);
    const auto no_buffer = qfcsync_sink_to_buffer(nullptr);
    check(&no_buffer, &empty);
    const auto no_target = qfcsync_sink_to_path(nullptr);
    check(&no_target, &empty);
    const auto no_write = qfcsync_sink_to_callback(nullptr, nullptr);
    check(&no_write, &empty);
    qfcsync_sink no_sink{};
    check(&no_sink, &empty);
    REQUIRE_OK(qfcsync_invert(&sink, &empty));
    CHECK_EQ(out.size, 0);
  }

  TEST_CASE("a reading callback cannot claim more than it was asked for") {
    const auto liar = [](std::size_t* bytes_read, void*, std::size_t size, void*) {
      *bytes_read = size + 1;
      return 0;
    };
    const auto source = qfcsync_source_from_callback(liar, nullptr);
    Buffer out;
    const auto sink = out.sink();
    CHECK_EQ(qfcsync_invert(&sink, &source), QFCSYNC_ERROR_INVALID_ARGUMENT);
  }
}
