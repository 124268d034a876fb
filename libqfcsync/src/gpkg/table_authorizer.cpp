#include "gpkg/table_authorizer.hpp"

#include <cstring>
#include <utility>

#include <sqlite3.h>

namespace qfcsync::gpkg {
namespace {

int decide(void* self, int action, const char* first, const char* second, const char*,
           const char*) {
  const auto* authorizer = static_cast<const ReadOnlyAuthorizer*>(self);
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
      return SQLITE_OK;
    case SQLITE_FUNCTION:
      return std::strcmp(second, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_INSERT:
      return authorizer->target() == first ? SQLITE_OK : SQLITE_DENY;
    default:
      return SQLITE_DENY;
  }
}

}  // namespace

ReadOnlyAuthorizer::ReadOnlyAuthorizer(sqlite3* database, std::string target)
    : database_(database), target_(std::move(target)) {
  sqlite3_set_authorizer(database_, decide, this);
}

ReadOnlyAuthorizer::~ReadOnlyAuthorizer() { sqlite3_set_authorizer(database_, nullptr, nullptr); }

}  // namespace qfcsync::gpkg
