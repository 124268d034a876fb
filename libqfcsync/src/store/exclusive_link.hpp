#pragma once

#include <string>

namespace qfcsync::store {

/// How a file system gives a finished file a name that must be free.
enum class ExclusiveLink { HardLink, RenameNoReplace };

/// Tries in a writer's own folder which way works.
///
/// @errors Unsupported: none does; Io
ExclusiveLink probe_exclusive_link(int writer);

/// Gives a file of the writer's folder a name in another one. The old name may stay.
///
/// @param fd  the file, open
/// @return    false: the name is taken
/// @errors    Io, Denied
bool link_exclusively(ExclusiveLink how, int writer, const std::string& part, int fd, int folder,
                      const std::string& name);

}  // namespace qfcsync::store
