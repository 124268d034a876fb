#include "store/exclusive_link.hpp"

#include <qfcsync/error.hpp>

#include "store/descriptor.hpp"

#include <cerrno>

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

namespace qfcsync::store {
namespace {

constexpr const char* kProbe = "probe";
constexpr const char* kProbeTarget = "probe-target";

/// NFS may answer EEXIST to a link that it made when it was asked the first time.
bool was_linked_anyway(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && status.st_nlink > 1;
}

bool rename_exclusively(int writer, const std::string& part, int folder, const std::string& name) {
  return ::renameat2(writer, part.c_str(), folder, name.c_str(), RENAME_NOREPLACE) == 0;
}

Descriptor make_probe(int writer) {
  Descriptor probe(::openat(writer, kProbe, O_WRONLY | O_CREAT | O_CLOEXEC, 0444));
  if (!probe) throw_at("cannot write", kProbe);
  return probe;
}

/// Whether a free name is given and a taken one is refused.
bool works(ExclusiveLink how, int writer) {
  const auto once = [&] {
    if (how == ExclusiveLink::HardLink) return ::linkat(writer, kProbe, writer, kProbeTarget, 0);
    return rename_exclusively(writer, kProbe, writer, kProbeTarget) ? 0 : -1;
  };
  Descriptor probe = make_probe(writer);
  bool is_good = once() == 0;
  probe = make_probe(writer);
  is_good = is_good && once() != 0 && errno == EEXIST;
  ::unlinkat(writer, kProbe, 0);
  ::unlinkat(writer, kProbeTarget, 0);
  return is_good;
}

}  // namespace

ExclusiveLink probe_exclusive_link(int writer) {
  for (const auto how : {ExclusiveLink::HardLink, ExclusiveLink::RenameNoReplace}) {
    if (works(how, writer)) return how;
  }
  throw Error(ErrorCode::Unsupported,
              "the file system of the store has neither hard links nor renaming without "
              "replacing; use a folder on another one");
}

bool link_exclusively(ExclusiveLink how, int writer, const std::string& part, int fd, int folder,
                      const std::string& name) {
  if (how == ExclusiveLink::RenameNoReplace) {
    if (rename_exclusively(writer, part, folder, name)) return true;
  } else if (::linkat(writer, part.c_str(), folder, name.c_str(), 0) == 0) {
    return true;
  }
  if (errno != EEXIST) throw_at("cannot publish", name);
  return how == ExclusiveLink::HardLink && was_linked_anyway(fd);
}

}  // namespace qfcsync::store
