#include "remote/webdav_blobs.hpp"

#include <qfcsync/error.hpp>
#include <qfcsync/remote_store.hpp>

#include "remote/blob_range.hpp"
#include "remote/dav_chunks.hpp"
#include "remote/dav_manners.hpp"
#include "remote/manners_note.hpp"
#include "store/blob_name.hpp"

#include <fmt/format.h>

namespace qfcsync::remote {
namespace {

/// The bytes wait in a temporary file, and servers have limits of their own.
constexpr std::uint64_t kMaxWebdavBlobBytes = std::uint64_t{16} << 30;
/// Above that it pays to ask whether the name is taken before sending the bytes.
constexpr std::uint64_t kLookFirstBytes = 1u << 20;
/// A file that broke off is sent anew from its beginning.
constexpr std::uint64_t kHandyBytes = 8u << 20;

DavPublish prepare(DavServer& server, const std::filesystem::path& notes) {
  const MannersNote note(notes, server.sender().store());
  if (const auto text = note.read()) {
    if (const auto known = parse_dav_manners(*text)) return *known;
  }
  server.make_root();
  const DavPublish how = find_dav_manners(server);
  remove_old_dav_leftovers(server);
  if (how != DavPublish::None) note.write(format_dav_manners(how));
  return how;
}

}  // namespace

WebdavBlobs::WebdavBlobs(const WebdavOptions& options)
    : server_(options), how_(prepare(server_, options.resume_folder)) {}

std::optional<BlobInfo> WebdavBlobs::stat(std::string_view name) {
  store::check_blob_name(name);
  const auto found = server_.look(name);
  if (!found || found->is_collection) return std::nullopt;
  return BlobInfo{std::string(name), found->size, found->modified};
}

void WebdavBlobs::read(std::string_view name, std::uint64_t offset, std::uint64_t length,
                       ByteSink& sink) {
  store::check_blob_name(name);
  const RemoteBlob blob{name, server_.get_request(name),
                        [&] {
                          const auto info = stat(name);
                          if (info) return info->size;
                          throw Error(ErrorCode::NotFound,
                                      fmt::format("there is no blob {}", name));
                        },
                        true};
  read_range(server_.sender(), blob, offset, length, sink);
}

Created WebdavBlobs::create(std::string_view name, ByteSource& data, std::uint64_t size) {
  store::check_blob_name(name);
  if (size > kMaxWebdavBlobBytes) {
    throw Error(ErrorCode::LimitExceeded, fmt::format("blob {} has {} bytes", name, size));
  }
  if (size > kLookFirstBytes && stat(name)) return Created::Exists;
  const Spool spool = spool_source(name, data, size);
  DavUpload upload(server_);
  upload.send(HttpBody(*spool.bytes));
  server_.make_parents(name);
  switch (publish(server_, how_, upload, name)) {
    case Published::Done:
      return Created::Created;
    case Published::Taken:
      return Created::Exists;
    case Published::Unknown:
      break;
  }
  return created_or_not(*this, server_.sender().store(), name, size, spool.sha256);
}

std::vector<BlobInfo> WebdavBlobs::list(std::string_view prefix, std::string_view after,
                                        std::size_t limit) {
  store::check_blob_prefix(prefix);
  return list_tree([&](const std::string& path) { return read_folder(path); }, prefix, after,
                   limit);
}

std::vector<TreeEntry> WebdavBlobs::read_folder(const std::string& path) {
  std::vector<TreeEntry> entries;
  auto inside = server_.list(path.empty() ? path : path.substr(0, path.size() - 1));
  if (!inside) return entries;
  for (auto& found : *inside) {
    entries.push_back({{std::move(found.path), found.size, found.modified}, found.is_collection});
  }
  return entries;
}

void WebdavBlobs::remove(std::string_view name) {
  store::check_blob_name(name);
  // DELETE would take a folder with all in it.
  if (stat(name)) server_.remove(name);
}

BlobLimits WebdavBlobs::limits() {
  const bool has_chunks = !uploads_path_of(server_.server_path("")).empty();
  return {kMaxWebdavBlobBytes, how_ != DavPublish::None, server_.sender().store(),
          has_chunks ? 0 : kHandyBytes};
}

}  // namespace qfcsync::remote

namespace qfcsync {

std::unique_ptr<BlobStore> open_webdav_blobs(const WebdavOptions& options) {
  return std::make_unique<remote::WebdavBlobs>(options);
}

}  // namespace qfcsync
