#include "jobs/store_file.hpp"

#include <qfcsync/error.hpp>

#include <fstream>
#include <vector>

namespace qfcsync::server {

ObjectInfo store_file(ObjectStore& store, const std::filesystem::path& file) {
  constexpr std::size_t kStep = 256u << 10;
  std::ifstream input(file, std::ios::binary);
  if (!input) throw_errno("cannot open " + file.string());
  const auto writer = store.create();
  std::vector<char> buffer(kStep);
  while (input) {
    input.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    writer->write({buffer.data(), static_cast<std::size_t>(input.gcount())});
  }
  if (input.bad()) throw Error(ErrorCode::Io, "cannot read " + file.string());
  return writer->finish();
}

}  // namespace qfcsync::server
