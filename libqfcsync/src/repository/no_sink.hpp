#pragma once

#include <qfcsync/stream.hpp>

#include <string_view>

namespace qfcsync::repository {

/// For bytes that are only to be checked.
class NoSink : public ByteSink {
 public:
  void write(std::string_view) override {}
};

}  // namespace qfcsync::repository
