#include "remote/s3_blobs.hpp"

#include <qfcsync/error.hpp>
#include <qfcsync/remote_store.hpp>

#include "remote/blob_range.hpp"
#include "remote/manners_note.hpp"
#include "remote/s3_upload.hpp"
#include "remote/same_content.hpp"
#include "store/blob_name.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace qfcsync::remote {
namespace {

constexpr std::uint64_t kMaxS3BlobBytes = kS3PartBytes * kMaxS3Parts;
/// Above that it pays to ask whether the name is taken before sending the bytes.
constexpr std::uint64_t kLookFirstBytes = 1u << 20;
/// Keys a page, S3's own limit.
constexpr std::size_t kPageKeys = 1000;

S3Manners prepare(S3Bucket& bucket, const std::filesystem::path& notes) {
  const MannersNote note(notes, bucket.sender().store());
  if (const auto text = note.read()) {
    if (const auto known = parse_s3_manners(*text)) return *known;
  }
  const S3Manners manners = find_s3_manners(bucket);
  remove_old_s3_leftovers(bucket);
  if (manners.has_exclusive_create) note.write(format_s3_manners(manners));
  return manners;
}

}  // namespace

S3Blobs::S3Blobs(const S3Options& options)
    : bucket_(options),
      resume_folder_(options.resume_folder),
      manners_(prepare(bucket_, options.resume_folder)) {}

std::optional<BlobInfo> S3Blobs::stat(std::string_view name) {
  store::check_blob_name(name);
  return bucket_.stat(name);
}

void S3Blobs::read(std::string_view name, std::uint64_t offset, std::uint64_t length,
                   ByteSink& sink) {
  store::check_blob_name(name);
  const RemoteBlob blob{name, bucket_.get_request(name), [&] {
                          const auto info = bucket_.stat(name);
                          if (info) return info->size;
                          throw Error(ErrorCode::NotFound,
                                      fmt::format("there is no blob {}", name));
                        }};
  read_range(bucket_.sender(), blob, offset, length, sink);
}

Created S3Blobs::create(std::string_view name, ByteSource& data, std::uint64_t size) {
  store::check_blob_name(name);
  if (size > kMaxS3BlobBytes) {
    throw Error(ErrorCode::LimitExceeded, fmt::format("blob {} has {} bytes", name, size));
  }
  const bool looks_first = size > kLookFirstBytes || !manners_.has_exclusive_create;
  if (looks_first && bucket_.stat(name)) return Created::Exists;
  return size <= kMaxS3PutBytes ? create_whole(name, data, size)
                                : create_in_parts(name, data, size);
}

Created S3Blobs::create_whole(std::string_view name, ByteSource& data, std::uint64_t size) {
  const Spool spool = spool_source(name, data, size);
  const Answer answer = bucket_.put(name, HttpBody(*spool.bytes), spool.sha256, replace());
  if (answer.is_success()) return Created::Created;
  if (answer.status != 412) bucket_.refuse(answer, fmt::format("cannot create {}", name));
  if (!answer.is_repeated) return Created::Exists;
  return created_or_not(*this, bucket_.sender().store(), name, size, spool.sha256);
}

Created S3Blobs::create_in_parts(std::string_view name, ByteSource& data, std::uint64_t size) {
  const std::string place = fmt::format("{} {} {}", bucket_.sender().store(), name, size);
  UploadNote note(resume_folder_, place);
  S3Upload upload(bucket_, name, note);
  store::SizedSource source(name, data, size);
  upload.send(source);
  switch (upload.complete(replace())) {
    case S3Upload::Completion::Done:
      return Created::Created;
    case S3Upload::Completion::Taken:
      return Created::Exists;
    case S3Upload::Completion::Unknown:
      break;
  }
  note.clear();
  return created_or_not(*this, bucket_.sender().store(), name, size, upload.sha256());
}

std::vector<BlobInfo> S3Blobs::list(std::string_view prefix, std::string_view after,
                                    std::size_t limit) {
  store::check_blob_prefix(prefix);
  if (manners_.lists_in_byte_order) return list_flat(prefix, after, limit);
  return list_tree([&](const std::string& path) { return read_folder(path); }, prefix, after,
                   limit);
}

std::vector<BlobInfo> S3Blobs::list_flat(std::string_view prefix, std::string_view after,
                                         std::size_t limit) {
  limit = std::min(limit, kMaxBlobsListed);
  std::vector<BlobInfo> found;
  std::string last(after);
  while (found.size() < limit) {
    auto page = bucket_.list({.prefix = prefix,
                              .start_after = last,
                              .limit = std::min(kPageKeys, limit - found.size())});
    for (auto& object : page.objects) {
      last = object.key;
      if (!is_listed(object.key, prefix, after)) continue;
      found.push_back({std::move(object.key), object.size, object.modified});
    }
    if (!page.is_truncated || page.objects.empty()) break;
  }
  return found;
}

std::vector<TreeEntry> S3Blobs::read_folder(const std::string& path) {
  std::vector<TreeEntry> entries;
  std::string continuation;
  do {
    const auto page =
        bucket_.list({.prefix = path, .continuation = continuation, .has_folders = true});
    for (const auto& object : page.objects) {
      if (!object.key.starts_with(path)) continue;
      entries.push_back({{object.key.substr(path.size()), object.size, object.modified}, false});
    }
    for (const auto& folder : page.folders) {
      if (!folder.starts_with(path) || !folder.ends_with('/')) continue;
      entries.push_back(
          {{folder.substr(path.size(), folder.size() - path.size() - 1), 0, {}}, true});
    }
    continuation = page.is_truncated ? page.next : "";
  } while (!continuation.empty());
  return entries;
}

void S3Blobs::remove(std::string_view name) {
  store::check_blob_name(name);
  bucket_.remove(name);
}

BlobLimits S3Blobs::limits() {
  return {kMaxS3BlobBytes, manners_.has_exclusive_create, bucket_.sender().store()};
}

}  // namespace qfcsync::remote

namespace qfcsync {

std::unique_ptr<BlobStore> open_s3_blobs(const S3Options& options) {
  return std::make_unique<remote::S3Blobs>(options);
}

}  // namespace qfcsync
