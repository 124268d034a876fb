#include "http/conditional.hpp"

#include "domain/text.hpp"

#include <algorithm>

namespace qfcsync::server {
namespace {

enum class Comparison { Weak, Strong };

struct EntityTag {
  std::string_view value;
  bool weak = false;
};

/// Takes the next tag of a list; commas may stand inside quotes.
EntityTag take_tag(std::string_view& list) {
  EntityTag tag;
  if (list.starts_with("W/")) {
    tag.weak = true;
    list.remove_prefix(2);
  }
  if (!list.empty() && list.front() == '"') {
    list.remove_prefix(1);
    tag.value = list.substr(0, list.find('"'));
    list.remove_prefix(std::min(list.size(), tag.value.size() + 1));
  } else {
    const std::string_view bare = list.substr(0, list.find(','));
    list.remove_prefix(bare.size());
    tag.value = trimmed(bare);
  }
  return tag;
}

bool lists(std::string_view header, std::string_view etag, Comparison comparison) {
  if (trimmed(header) == "*") return true;
  while (!header.empty()) {
    if (header.front() == ',' || is_blank(header.front())) {
      header.remove_prefix(1);
      continue;
    }
    const EntityTag tag = take_tag(header);
    if (tag.value == etag && !(tag.weak && comparison == Comparison::Strong)) return true;
  }
  return false;
}

Timestamp whole_seconds(Timestamp time) {
  const Timestamp fraction = time % kSecond;
  return time - (fraction < 0 ? fraction + kSecond : fraction);
}

bool modified_since(Timestamp last_modified, Timestamp since) {
  return whole_seconds(last_modified) > since;
}

}  // namespace

bool etag_listed(std::string_view header, std::string_view etag) {
  return lists(header, etag, Comparison::Weak);
}

Precondition evaluate_preconditions(const PreconditionHeaders& headers, std::string_view etag,
                                    Timestamp last_modified) {
  if (!headers.if_match.empty()) {
    if (!lists(headers.if_match, etag, Comparison::Strong)) return Precondition::Failed;
  } else if (const auto since = parse_http_date(headers.if_unmodified_since)) {
    if (modified_since(last_modified, *since)) return Precondition::Failed;
  }
  if (!headers.if_none_match.empty()) {
    if (etag_listed(headers.if_none_match, etag)) return Precondition::NotModified;
  } else if (const auto since = parse_http_date(headers.if_modified_since)) {
    if (!modified_since(last_modified, *since)) return Precondition::NotModified;
  }
  return Precondition::Proceed;
}

}  // namespace qfcsync::server
