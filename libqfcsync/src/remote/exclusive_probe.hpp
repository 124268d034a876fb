#pragma once

#include <qfcsync/blob_store.hpp>

#include <functional>
#include <string>

namespace qfcsync::remote {

/// Makes everything ready to create a blob with the given content under a name, and gives the step
/// that creates it. Both are called from several threads at once.
using ProbeCreate =
    std::function<std::function<Created()>(const std::string& name, const std::string& content)>;

/// Finds out whether a server tells two creators of one name apart: creates twice, one after the
/// other, then lets several race for one name in many rounds. Some servers lose only now and then:
/// passing proves nothing for certain, failing does.
///
/// @param prefix  of the names to create, which the caller removes
/// @return        false: twice the same name was created, or never, or it could not be done at all
/// @errors        Network, Timeout: the probe says nothing then
bool probe_exclusive_create(const std::string& prefix, int rounds, const ProbeCreate& create);

inline constexpr std::size_t kProbeRacers = 6;

}  // namespace qfcsync::remote
