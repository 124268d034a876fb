#pragma once

#include <qfcsync/error.hpp>

#include "sqlitefile/file_header.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace qfcsync::sqlitefile {

/// The pages of one database file, by number from 1.
class Pages {
 public:
  virtual ~Pages() = default;
  virtual const FileHeader& header() const noexcept = 0;
  /// Of the file, for messages.
  virtual const std::string& name() const noexcept = 0;
  /// The bytes of a page, page_size of them.
  ///
  /// @return  valid until the next call of get() or get_held()
  /// @errors  DamagedPage: there is no such page; Io
  virtual const std::uint8_t* get(std::uint32_t page) = 0;
  /// The same, valid until the next call of get_held().
  virtual const std::uint8_t* get_held(std::uint32_t page) = 0;
};

/// Error Corrupt about a page.
class DamagedPage final : public Error {
 public:
  DamagedPage(const std::string& file, std::uint32_t page, std::string_view what);
};

}  // namespace qfcsync::sqlitefile
