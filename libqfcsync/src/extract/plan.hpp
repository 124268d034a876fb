#pragma once

#include <qfcsync/extract.hpp>
#include <qfcsync/schema.hpp>

#include <string>
#include <vector>

namespace qfcsync::extraction {

/// What of two files is compared, and what is not and why.
struct Plan {
  std::vector<std::string> tables;  ///< by name, the same on both sides
  std::vector<TableNote> notes;
  std::vector<SchemaOperation> operations;
};

/// @errors SchemaMismatch: the schemas differ and the policy is Refuse; NotFound: a table that the
///         options name is in neither file
Plan make_plan(const DatabaseSchema& base, const DatabaseSchema& modified,
               const ExtractOptions& options);

}  // namespace qfcsync::extraction
