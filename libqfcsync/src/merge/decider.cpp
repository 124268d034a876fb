#include "merge/decider.hpp"

#include <qfcsync/error.hpp>

namespace qfcsync::merge {

Decider::Decider(const MergeOptions& options) : options_(&options) {
  if (options.policy == MergePolicy::Ask && !options.resolver) {
    throw Error(ErrorCode::InvalidArgument,
                "conflicts are to be asked about, but there is no resolver");
  }
}

Side Decider::ask(const Conflict& conflict) const {
  const Side side = options_->resolver(conflict);
  if (side == Side::Both) {
    throw Error(ErrorCode::InvalidArgument,
                "the resolver answered \"both\"; only ours or theirs can win a conflict");
  }
  return side;
}

}  // namespace qfcsync::merge
