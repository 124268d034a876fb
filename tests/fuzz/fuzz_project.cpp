// A project document of any bytes is refused with an Error or read, packaged and read again.

#include <qfcsync/error.hpp>
#include <qfcsync/project.hpp>

#include "project/data_source.hpp"
#include "support/temporary_folder.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void write(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

// A package of a readable project is a readable project with no more layers.
void package(const qfcsync::Project& project, const std::filesystem::path& output) {
  try {
    const qfcsync::Package result = qfcsync::package_project(project, output);
    require(!result.files.empty());
  } catch (const qfcsync::Error& error) {
    // The area of interest may be nonsense, a name too long for the file system.
    require(error.code() != qfcsync::ErrorCode::Internal);
    require(!std::filesystem::exists(output));
  }
}

void read(const std::filesystem::path& file, const std::filesystem::path& output) {
  try {
    const qfcsync::Project project = qfcsync::Project::open(file);
    require(!project.qgis_version().empty());
    require(!project.details_json().empty());
    project.has_online_vector_layers();
    package(project, output);
  } catch (const qfcsync::Error&) {
  }
}

void take_source_apart(const std::string& text) {
  for (const char* provider : {"ogr", "gdal", "postgres", "spatialite", "delimitedtext", "wms",
                               "vectortile", "virtual", "mdal", "gpx"}) {
    const auto source = qfcsync::project::parse_data_source(provider, text);
    require(source.path_begin + source.path_size <= text.size());
    require(source.without_subset().size() <= text.size());
    source.with_path("./x");
  }
  require(qfcsync::project::without_passwords(text).size() <= text.size());
}

}  // namespace

/// @param data   one byte that picks what the rest is: .qgs, .qgz or the text of a source
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 4 == 0) {
    take_source_apart(bytes.substr(0, 4096));
    return 0;
  }
  const qfcsync::test::TemporaryFolder folder;
  const auto file = folder / (data[0] % 4 == 1 ? "p.qgz" : "p.qgs");
  write(file, bytes);
  try {
    qfcsync::probe_project_file(file, file.filename().string());
  } catch (const qfcsync::Error&) {
  }
  const qfcsync::test::TemporaryFolder place;
  read(file, place / "out");
  return 0;
}
