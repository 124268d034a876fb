#include "geodiff_side.hpp"

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>

#include <dlfcn.h>
#include <doctest/doctest.h>

namespace qfcsync::oracle {

namespace {

namespace fs = std::filesystem;

std::string library_path() {
  if (const char* named = std::getenv("GEODIFFLIB")) return named;
  std::error_code none;
  for (const auto& python : fs::directory_iterator(QFCSYNC_VENV "/lib", none)) {
    for (const auto& file :
         fs::directory_iterator(python.path() / "site-packages/pygeodiff", none)) {
      if (file.path().extension() == ".so") return file.path();
    }
  }
  return "";
}

}  // namespace

Geodiff* Geodiff::find() {
  static const std::unique_ptr<Geodiff> found = [] {
    const std::string path = library_path();
    void* library = path.empty() ? nullptr : dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) MESSAGE("geodiff is not installed: not compared with it");
    return std::unique_ptr<Geodiff>(library == nullptr ? nullptr : new Geodiff(library));
  }();
  return found.get();
}

template <typename Function>
Function Geodiff::function(const char* name) const {
  void* symbol = dlsym(library_, name);
  if (symbol == nullptr) throw std::runtime_error(std::string("geodiff has no ") + name);
  return reinterpret_cast<Function>(symbol);
}

Geodiff::Geodiff(void* library) : library_(library) {
  context_ = function<void* (*)()>("GEODIFF_createContext")();
  function<int (*)(void*, int)>("GEODIFF_CX_setMaximumLoggerLevel")(context_, 0);
}

Geodiff::~Geodiff() { function<void (*)(void*)>("GEODIFF_CX_destroy")(context_); }

using TwoFiles = int (*)(void*, const char*, const char*);
using ThreeFiles = int (*)(void*, const char*, const char*, const char*);
using FourFiles = int (*)(void*, const char*, const char*, const char*, const char*);

bool Geodiff::extract(const fs::path& base, const fs::path& modified, const fs::path& changeset) {
  return function<ThreeFiles>("GEODIFF_createChangeset")(context_, base.c_str(), modified.c_str(),
                                                         changeset.c_str()) == 0;
}

bool Geodiff::apply(const fs::path& target, const fs::path& changeset) {
  return function<TwoFiles>("GEODIFF_applyChangeset")(context_, target.c_str(),
                                                      changeset.c_str()) == 0;
}

bool Geodiff::invert(const fs::path& changeset, const fs::path& result) {
  return function<TwoFiles>("GEODIFF_invertChangeset")(context_, changeset.c_str(),
                                                       result.c_str()) == 0;
}

bool Geodiff::concat(const fs::path& first, const fs::path& second, const fs::path& result) {
  const char* inputs[] = {first.c_str(), second.c_str()};
  return function<int (*)(void*, int, const char**, const char*)>("GEODIFF_concatChanges")(
             context_, 2, inputs, result.c_str()) == 0;
}

bool Geodiff::merge(const fs::path& base, const fs::path& theirs, const fs::path& ours,
                    const fs::path& conflicts) {
  return function<FourFiles>("GEODIFF_rebase")(context_, base.c_str(), theirs.c_str(), ours.c_str(),
                                               conflicts.c_str()) == 0;
}

}  // namespace qfcsync::oracle
