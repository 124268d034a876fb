#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/resource.h>

/// Frame of the programs that each measure one operation of one engine in one process, so that
/// peak memory is that of the operation: PROGRAM OPERATION FILE...
namespace measure {

using Arguments = std::vector<std::string>;
struct Operation {
  std::size_t argument_count = 0;
  std::function<void(const Arguments&)> run;
};

/// Peak resident memory of this program. Not that of getrusage, which keeps what the parent had
/// when it forked.
inline long peak_kb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return std::stol(line.substr(std::strlen("VmHWM:")));
  }
  throw std::runtime_error("/proc/self/status has no VmHWM");
}

/// Processor time of this program so far, in seconds.
inline double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// How often the operation runs before it is measured: in a program that links the engine in, only
/// the first call finds code that was never used.
inline int calls_before() {
  const char* text = std::getenv("QFCSYNC_BENCH_CALLS_BEFORE");
  return text == nullptr ? 0 : std::atoi(text);
}

/// Runs one operation and prints {"wall": ..., "cpu": ..., "peak_kb": ...}, times in seconds.
inline int run(int argc, char** argv, const std::map<std::string, Operation>& operations) {
  const auto found = operations.find(argc > 1 ? argv[1] : "");
  const Arguments arguments(argv + (argc > 1 ? 2 : 1), argv + argc);
  if (found == operations.end() || found->second.argument_count != arguments.size()) {
    std::fprintf(stderr, "usage: OPERATION FILE...; operations:");
    for (const auto& [name, operation] : operations) {
      std::fprintf(stderr, " %s(%zu)", name.c_str(), operation.argument_count);
    }
    std::fprintf(stderr, "\n");
    return 2;
  }
  try {
    for (int i = calls_before(); i > 0; --i) found->second.run(arguments);
    const double cpu_start = cpu_seconds();
    const auto start = std::chrono::steady_clock::now();
    found->second.run(arguments);
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    std::printf("{\"wall\": %.6f, \"cpu\": %.6f, \"peak_kb\": %ld}\n", time.count(),
                cpu_seconds() - cpu_start, peak_kb());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", argv[1], error.what());
    return 1;
  }
}

}  // namespace measure
