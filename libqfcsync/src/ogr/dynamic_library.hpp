#pragma once

namespace qfcsync::ogr {

/// A shared library that is loaded when it is first needed and stays loaded.
///
/// GDAL and PROJ pull in dozens of libraries; a server that only moves files must not pay for them.
class DynamicLibrary {
 public:
  /// @param soname  as the program loader would look for it, e.g. "libgdal.so.32"
  explicit DynamicLibrary(const char* soname);

  bool is_loaded() const { return handle_ != nullptr; }

  /// Sets a function pointer; false (and the library counts as not usable) when it is missing.
  template <class Function>
  bool bind(Function*& function, const char* name) const {
    function = reinterpret_cast<Function*>(find(name));
    return function != nullptr;
  }

 private:
  void* find(const char* name) const;
  void* handle_ = nullptr;
};

}  // namespace qfcsync::ogr
