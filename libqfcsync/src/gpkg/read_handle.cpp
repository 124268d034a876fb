#include "gpkg/read_handle.hpp"

#include "gpkg/read_file.hpp"

#include <sqlite3.h>

namespace qfcsync::gpkg {

ReadHandle::~ReadHandle() { sqlite3_close_v2(database_); }

sqlite3_file* ReadHandle::file() const { return file_of(database_); }

}  // namespace qfcsync::gpkg
