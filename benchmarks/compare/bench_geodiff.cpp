// One operation of geodiff, called in its shared library: no Python in what is measured.
//
//   GEODIFFLIB=.../libpygeodiff-VERSION-python.so bench_geodiff OPERATION FILE...

#include "measure.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <type_traits>

#include <dlfcn.h>

namespace {

class Geodiff {
 public:
  Geodiff() {
    const char* path = std::getenv("GEODIFFLIB");
    if (path == nullptr) throw std::runtime_error("GEODIFFLIB has to name geodiff's library");
    library_ = dlopen(path, RTLD_NOW);
    if (library_ == nullptr) throw std::runtime_error(dlerror());
    const auto create = function<void* (*)()>("createContext");
    context_ = create();
    // Without this every conflict and warning is printed.
    const auto set_level = function<int (*)(void*, int)>("CX_setMaximumLoggerLevel");
    set_level(context_, 0);
  }
  Geodiff(const Geodiff&) = delete;
  Geodiff& operator=(const Geodiff&) = delete;

  /// Calls GEODIFF_<name>(context, arguments...), the strings as char pointers.
  template <typename... Strings>
  void call(const std::string& name, const Strings&... strings) {
    check(name, function<int (*)(void*, pointer<Strings>...)>(name)(context_, strings.c_str()...));
  }

  void concat(const measure::Arguments& files) {
    const char* inputs[] = {files[0].c_str(), files[1].c_str()};
    const auto concat_changes =
        function<int (*)(void*, int, const char**, const char*)>("concatChanges");
    check("concatChanges", concat_changes(context_, 2, inputs, files[2].c_str()));
  }

 private:
  template <typename>
  using pointer = const char*;

  template <typename Function>
  Function function(const std::string& name) {
    void* symbol = dlsym(library_, ("GEODIFF_" + name).c_str());
    if (symbol == nullptr) throw std::runtime_error("geodiff has no function " + name);
    return reinterpret_cast<Function>(symbol);
  }

  void check(const std::string& name, int code) {
    if (code == 0) return;
    throw std::runtime_error(name + " returned " + std::to_string(code) + ": " +
                             function<const char* (*)(void*)>("CX_lastError")(context_));
  }

  void* library_ = nullptr;  // never closed: the process ends with the measurement
  void* context_ = nullptr;
};

const std::string kDriver = "sqlite";
const std::string kNoDriverInfo;

}  // namespace

int main(int argc, char** argv) {
  try {
    Geodiff geodiff;
    const std::map<std::string, measure::Operation> operations = {
        {"nothing", {0, [](const auto&) {}}},
        {"extract", {3, [&](const auto& f) { geodiff.call("createChangeset", f[0], f[1], f[2]); }}},
        {"apply", {2, [&](const auto& f) { geodiff.call("applyChangeset", f[0], f[1]); }}},
        // base, theirs, ours (becomes the result), conflicts
        {"merge", {4, [&](const auto& f) { geodiff.call("rebase", f[0], f[1], f[2], f[3]); }}},
        // base, ours, theirs, result, conflicts
        {"rebase",
         {5,
          [&](const auto& f) {
            geodiff.call("createRebasedChangesetEx", kDriver, kNoDriverInfo, f[0], f[1], f[2], f[3],
                         f[4]);
          }}},
        {"concat", {3, [&](const auto& f) { geodiff.concat(f); }}},
        {"json", {2, [&](const auto& f) { geodiff.call("listChanges", f[0], f[1]); }}},
        {"invert", {2, [&](const auto& f) { geodiff.call("invertChangeset", f[0], f[1]); }}},
    };
    return measure::run(argc, argv, operations);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
