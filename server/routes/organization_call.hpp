#pragma once

#include <qfcsync/error.hpp>

#include "domain/organizations.hpp"
#include "routes/call.hpp"

namespace qfcsync::server {

/// The organization that the path names.
///
/// @errors ApiError permission_denied: there is none of that name
inline Organization require_organization(Connection& db, const Call& call) {
  auto organization = find_organization(db, call.param("organization"));
  if (!organization) throw errors::permission_denied();
  return *std::move(organization);
}

/// The same, for its owner and admins. Checked in the transaction of the change: a body may take
/// hours to arrive.
///
/// @errors ApiError permission_denied
inline Organization require_managed_organization(Connection& db, const Call& call) {
  Organization organization = require_organization(db, call);
  if (!may_manage(find_organization_role(db, organization, call.user_id()))) {
    throw errors::permission_denied();
  }
  return organization;
}

/// Values that break a rule of an account are errors of the request.
template <class Work>
auto as_api_error(Work&& work) {
  try {
    return work();
  } catch (const Error& error) {
    const bool is_users_fault =
        error.code() == ErrorCode::InvalidArgument || error.code() == ErrorCode::AlreadyExists;
    if (is_users_fault) throw errors::api_error(400).with_detail(error.what());
    throw;
  }
}

}  // namespace qfcsync::server
