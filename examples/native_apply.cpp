// Applies a deltafile to a QGIS project in C++, without a server.
//
//   native_apply FOLDER DELTAFILE
//
// FOLDER holds one .qgs or .qgz with its GeoPackages; they are changed in place. Exits with 0 when
// every delta was applied, with 1 when some were not, with 2 when nothing could be done at all.

#include <qfcsync/delta_applier.hpp>
#include <qfcsync/deltafile.hpp>
#include <qfcsync/error.hpp>
#include <qfcsync/project.hpp>

#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

namespace {

std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw qfcsync::Error(qfcsync::ErrorCode::NotFound, "cannot open " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

/// @return true when every delta was applied
bool apply(const std::filesystem::path& folder, const std::filesystem::path& deltafile_path) {
  const auto project = qfcsync::Project::open(qfcsync::Project::find_in(folder));
  const auto deltafile = qfcsync::parse_deltafile(read_text(deltafile_path));

  qfcsync::ApplyOptions options;
  options.policy = qfcsync::ConflictPolicy::Report;
  options.client_keys = deltafile.client_pks;
  qfcsync::DeltaApplier applier([&](std::string_view id) { return project.edit_layer(id); },
                                options);
  bool all_applied = true;
  for (const auto& delta : deltafile.deltas) {
    const auto outcome = applier.apply(delta);
    std::cout << delta.uuid << "  " << outcome.message << "  key "
              << qfcsync::key_text(outcome.modified_pk) << '\n';
    for (const auto& conflict : outcome.conflicts) std::cout << conflict << '\n';
    all_applied = all_applied && outcome.status == qfcsync::DeltaStatus::Applied;
  }
  // Until here nothing is visible to anybody else; leaving now would change no file.
  for (const auto& file : applier.commit()) std::cout << "changed " << file.string() << '\n';
  return all_applied;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: native_apply FOLDER DELTAFILE\n";
    return 2;
  }
  try {
    return apply(argv[1], argv[2]) ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "native_apply: " << error.what() << '\n';
    return 2;
  }
}
