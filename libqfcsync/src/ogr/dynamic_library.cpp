#include "ogr/dynamic_library.hpp"

#include <dlfcn.h>

namespace qfcsync::ogr {

DynamicLibrary::DynamicLibrary(const char* soname)
    : handle_(dlopen(soname, RTLD_NOW | RTLD_LOCAL)) {}

void* DynamicLibrary::find(const char* name) const {
  return handle_ == nullptr ? nullptr : dlsym(handle_, name);
}

}  // namespace qfcsync::ogr
