#include "remote/s3_upload.hpp"

#include <qfcsync/error.hpp>

#include "remote/base64.hpp"
#include "remote/parallel_parts.hpp"
#include "remote/retry.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

namespace qfcsync::remote {
namespace {

std::string digest_of(base::DigestKind kind, std::string_view bytes) {
  base::Digest digest(kind);
  digest.update(bytes);
  return digest.finish_raw();
}

std::string md5_hex(std::string_view bytes) {
  base::Digest digest(base::DigestKind::Md5);
  digest.update(bytes);
  return digest.finish_hex();
}

/// Whether the same upload has a chance later.
bool may_go_on(const Error& error) {
  switch (error.code()) {
    case ErrorCode::Network:
    case ErrorCode::Timeout:
    case ErrorCode::Busy:
      return true;
    default:
      return false;
  }
}

}  // namespace

S3Upload::S3Upload(S3Bucket& bucket, std::string_view name, UploadNote& note)
    : bucket_(bucket), name_(name), note_(note) {}

void S3Upload::begin() {
  if (!note_.id().empty()) {
    auto parts = bucket_.list_parts(name_, note_.id());
    if (parts) {
      id_ = note_.id();
      known_ = std::move(*parts);
      return;
    }
  }
  id_ = bucket_.begin_upload(name_);
  note_.set(id_);
}

void S3Upload::send(store::SizedSource& source) {
  try {
    begin();
    send_parts(source);
    sha256_ = digest_.finish_raw();
  } catch (const Error& error) {
    handle_failure(error);
    throw;
  } catch (...) {
    give_up();
    throw;
  }
}

void S3Upload::send_parts(store::SizedSource& source) {
  parts_.resize(static_cast<std::size_t>((source.left() + kS3PartBytes - 1) / kS3PartBytes));
  ParallelParts parallel;
  for (int number = 1; source.left() > 0; ++number) {
    parallel.wait_for_room();
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(kS3PartBytes, source.left()));
    const auto bytes = std::make_shared<std::string>(size, '\0');
    bytes->resize(source.read(bytes->data(), size));
    if (source.left() == 0) source.expect_end();
    digest_.update(*bytes);
    S3Part& part = parts_[static_cast<std::size_t>(number - 1)];
    parallel.run([this, &part, number, bytes] { part = send_part(number, *bytes); });
  }
  parallel.finish();
}

const S3Part* S3Upload::find_known(int number, std::string_view bytes,
                                   std::string_view sha256) const {
  const auto part = std::find_if(known_.begin(), known_.end(),
                                 [&](const S3Part& known) { return known.number == number; });
  if (part == known_.end() || part->size != bytes.size()) return nullptr;
  const bool is_same =
      part->sha256.empty() ? part->etag == '"' + md5_hex(bytes) + '"' : part->sha256 == sha256;
  return is_same ? &*part : nullptr;
}

S3Part S3Upload::send_part(int number, std::string_view bytes) {
  const std::string digest = digest_of(base::DigestKind::Sha256, bytes);
  const std::string sha256 = to_base64(digest);
  if (const S3Part* known = find_known(number, bytes, sha256)) {
    return {number, bytes.size(), known->etag, sha256};
  }
  const Answer answer = bucket_.put_part(name_, id_, number, HttpBody(bytes), digest);
  if (answer.status == 404) {
    throw Error(ErrorCode::Busy,
                fmt::format("{}: somebody else gave up our upload of {}; try again",
                            bucket_.sender().store(), name_));
  }
  const std::string etag(answer.header("etag"));
  if (!answer.is_success() || etag.empty()) {
    bucket_.refuse(answer, fmt::format("cannot upload part {} of {}", number, name_));
  }
  return {number, bytes.size(), etag, sha256};
}

S3Upload::Completion S3Upload::complete(Replace replace) {
  try {
    const Completion completion =
        read_completion(bucket_.complete_upload(name_, id_, parts_, replace));
    if (completion == Completion::Done) note_.clear();
    if (completion == Completion::Taken) give_up();
    return completion;
  } catch (const Error& error) {
    handle_failure(error);
    throw;
  }
}

S3Upload::Completion S3Upload::read_completion(const Answer& answer) {
  if (answer.status == 412) return answer.is_repeated ? Completion::Unknown : Completion::Taken;
  // The upload is gone: completed by a try whose answer got lost, or given up by somebody.
  if (answer.status == 404) return Completion::Unknown;
  if (answer.status != 200) bucket_.refuse(answer, fmt::format("cannot complete {}", name_));
  const std::string code = parse_completion(answer.body);
  if (code.empty()) return Completion::Done;
  if (code == "PreconditionFailed") return Completion::Taken;
  throw Error(ErrorCode::Network,
              fmt::format("{}: cannot complete {}: the server failed after its answer had begun; "
                          "try again",
                          bucket_.sender().store(), name_),
              ErrorOrigin::Http, answer.status);
}

void S3Upload::handle_failure(const Error& error) noexcept {
  if (note_.is_used() && may_go_on(error)) return;
  give_up();
}

void S3Upload::give_up() noexcept {
  note_.clear();
  if (id_.empty()) return;
  try {
    bucket_.abort_upload(name_, id_);
  } catch (const std::exception&) {
    // The next opener removes it when it is old enough.
  }
}

}  // namespace qfcsync::remote
