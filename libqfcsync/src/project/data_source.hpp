#pragma once

#include <string>
#include <string_view>

namespace qfcsync::project {

enum class SourceKind {
  None,     ///< annotation and group layers
  File,     ///< a file or folder that the document names by path
  Service,  ///< a database or a server
  Memory,
  Virtual,    ///< SQL over other layers
  Localized,  ///< file in the user's folder of shared data
};

/// A layer's data source, taken apart. Offsets point into `text`.
struct DataSource {
  std::string provider;
  std::string text;  ///< as stored
  SourceKind kind = SourceKind::None;
  std::string path;            ///< of File and Localized, decoded
  std::size_t path_begin = 0;  ///< where `text` holds the path
  std::size_t path_size = 0;
  bool is_path_encoded = false;  ///< the path is percent-encoded in `text`
  bool is_in_archive = false;    ///< the path is an archive, the data inside
  std::string layer_name;        ///< "" means by index
  int layer_index = 0;
  std::string subset;
  std::string key;  ///< key column named by the source itself (databases)
  std::string host;
  std::string service;

  /// The stored text without the filter.
  std::string without_subset() const;
  /// The stored text with another path.
  std::string with_path(const std::string& new_path) const;
};

/// Never fails: what it does not understand is a service that cannot be checked.
DataSource parse_data_source(const std::string& provider, const std::string& text);

/// A source text without passwords, in parameters and in URLs.
std::string without_passwords(const std::string& text);

}  // namespace qfcsync::project
