#include "remote/http_message.hpp"

#include <algorithm>
#include <cstring>

namespace qfcsync::remote {

std::size_t HttpBody::read(std::uint64_t place, char* buffer, std::size_t size) const {
  if (place >= size_) return 0;
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(size, size_ - place));
  std::string scratch;
  const std::string_view bytes =
      store_ == nullptr ? bytes_.substr(static_cast<std::size_t>(offset_ + place), count)
                        : store_->read(offset_ + place, count, scratch);
  std::memcpy(buffer, bytes.data(), bytes.size());
  return bytes.size();
}

const std::string* HttpResponse::find(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const auto& header) { return header.first == name; });
  return found == headers.end() ? nullptr : &found->second;
}

std::string_view HttpResponse::header(std::string_view name) const {
  const std::string* found = find(name);
  return found == nullptr ? std::string_view() : std::string_view(*found);
}

}  // namespace qfcsync::remote
