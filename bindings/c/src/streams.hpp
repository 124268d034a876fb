#pragma once

#include <qfcsync/stream.hpp>

#include <memory>

#include <qfcsync.h>

namespace qfcsync::c {

/// Opens what a caller's source describes.
///
/// @param name  of the argument, for messages
/// @errors      InvalidArgument; NotFound, Denied, Io; of read(): Io, also when the callback fails
std::unique_ptr<ByteSource> open_source(const qfcsync_source* source, const char* name);

/// A sink with an end: what was written counts only after publish().
class Output : public ByteSink {
 public:
  virtual void publish() = 0;
};

/// @errors InvalidArgument; NotFound, Denied, Io
std::unique_ptr<Output> open_output(const qfcsync_sink* sink);

/// Runs body with a sink and publishes what it wrote.
template <typename Body>
void write_output(const qfcsync_sink* sink, Body&& body) {
  const auto output = open_output(sink);
  body(*output);
  output->publish();
}

/// Empty for NULL.
Progress to_progress(qfcsync_progress callback, void* payload);

}  // namespace qfcsync::c
