#include "remote/s3_manners.hpp"

#include <qfcsync/error.hpp>

#include "base/digest.hpp"
#include "remote/exclusive_probe.hpp"
#include "remote/http_date.hpp"
#include "remote/leftovers.hpp"
#include "remote/random_name.hpp"

#include <algorithm>

namespace qfcsync::remote {
namespace {

constexpr std::string_view kNote = "tmp/manners-1";
constexpr std::size_t kMaxNoteBytes = 1024;
/// Who ignores the condition does so always; and SeaweedFS lets a loser wait for a second.
constexpr int kS3ProbeRounds = 5;
constexpr std::string_view kInOrder = "exclusive, in order";
constexpr std::string_view kNotInOrder = "exclusive, not in order";

Answer put_text(S3Bucket& bucket, const std::string& name, std::string_view text, Replace replace) {
  base::Digest digest(base::DigestKind::Sha256);
  digest.update(text);
  Answer answer = bucket.put(name, HttpBody(text), digest.finish_raw(), replace);
  const bool is_answer = answer.is_success() || answer.status == 412;
  if (!is_answer) {
    // 400 and 501 are what servers say that know no such condition.
    if (answer.status == 400 && replace == Replace::No) answer.status = 501;
    bucket.refuse(answer, "cannot write below tmp/");
  }
  return answer;
}

/// Objects that are gone again at the end, as far as the server lets us.
class ProbeObjects {
 public:
  explicit ProbeObjects(S3Bucket& bucket) : bucket_(bucket) {}
  ProbeObjects(const ProbeObjects&) = delete;
  ProbeObjects& operator=(const ProbeObjects&) = delete;
  ~ProbeObjects() {
    try {
      for (const auto& object : bucket_.list({.prefix = prefix_}).objects) {
        bucket_.remove(object.key);
      }
    } catch (const std::exception&) {
      // The next opener removes them when they are old enough.
    }
  }
  const std::string& prefix() const { return prefix_; }

 private:
  S3Bucket& bucket_;
  std::string prefix_ = "tmp/probe-" + random_name() + "/";
};

bool probe_order(S3Bucket& bucket, const std::string& prefix) {
  const std::string first = prefix + "b-c";
  const std::string second = prefix + "b/a";
  put_text(bucket, first, "", Replace::Yes);
  put_text(bucket, second, "", Replace::Yes);
  const auto page = bucket.list({.prefix = prefix + "b"});
  return page.objects.size() == 2 && page.objects[0].key == first && page.objects[1].key == second;
}

std::string read_note(S3Bucket& bucket) try {
  Answer answer = bucket.sender().send(bucket.get_request(kNote), kMaxNoteBytes);
  return answer.status == 200 ? answer.body : std::string();
} catch (const Error& error) {
  if (error.code() != ErrorCode::LimitExceeded) throw;
  return {};  // none of ours
}

}  // namespace

std::string_view format_s3_manners(const S3Manners& manners) {
  return manners.lists_in_byte_order ? kInOrder : kNotInOrder;
}

std::optional<S3Manners> parse_s3_manners(std::string_view text) {
  if (text == kInOrder) return S3Manners{true, true};
  if (text == kNotInOrder) return S3Manners{true, false};
  return std::nullopt;
}

S3Manners find_s3_manners(S3Bucket& bucket) {
  if (const auto known = parse_s3_manners(read_note(bucket))) return *known;
  const ProbeObjects probe(bucket);
  S3Manners manners;
  manners.lists_in_byte_order = probe_order(bucket, probe.prefix() + "order/");
  manners.has_exclusive_create =
      probe_exclusive_create(probe.prefix() + "race-", kS3ProbeRounds,
                             [&](const std::string& name, const std::string& content) {
                               return [&bucket, name, content] {
                                 const Answer answer = put_text(bucket, name, content, Replace::No);
                                 return answer.status == 412 ? Created::Exists : Created::Created;
                               };
                             });
  if (manners.has_exclusive_create) {
    put_text(bucket, std::string(kNote), format_s3_manners(manners), Replace::Yes);
  }
  return manners;
}

void remove_old_s3_leftovers(S3Bucket& bucket) try {
  const Answer now = bucket.sender().send(bucket.get_request("tmp/"));
  const auto time = parse_http_date(now.header("date"));
  if (!time) return;
  for (const auto& upload : bucket.list_uploads()) {
    if (is_leftover(upload.initiated, *time)) bucket.abort_upload(upload.key, upload.id);
  }
  for (const auto& object : bucket.list({.prefix = "tmp/"}).objects) {
    if (is_leftover(object.modified, *time)) bucket.remove(object.key);
  }
} catch (const Error&) {
  // Not every key may list uploads; the store works without.
}

}  // namespace qfcsync::remote
