#include <qfcsync/version.hpp>

namespace qfcsync {

std::string_view version() noexcept { return QFCSYNC_VERSION; }

}  // namespace qfcsync
