#pragma once

#include <qfcsync/deltafile.hpp>

#include "domain/projects.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace qfcsync::server {

/// Writes all UUIDs of a file in lower case, as they are kept and compared.
void lower_ids(Deltafile& file);

/// @errors ApiError invalid_deltafile: a uuid twice in the file, or ids that are none
void check_ids(const Deltafile& file);

/// Stores the deltas of a file, each once: pending, or unpermitted when the role does not allow
/// it. A delta that is known already only gets an entry under the new file id.
/// The ids must have been checked.
void store_deltas(Connection& db, const ProjectRecord& project, const Deltafile& file,
                  std::int64_t user_id);

/// Keeps what could not be read as a deltafile for inspection.
struct FaultyDeltafile {
  std::string deltafile_id;
  std::string user_agent;
  std::string reason;
  std::string sha256;
  std::uint64_t size = 0;
};
void store_faulty_deltafile(Connection& db, const std::string& project_id, std::int64_t user_id,
                            const FaultyDeltafile& file);

enum class DeltaDecision {
  Reapply,  ///< pending again, as if it had just come
  Ignore,   ///< final, whatever it was
};

/// Changes the state of deltas that were sent with a file. Applied ones stay as they are: they
/// would happen twice. What is being ignored was not applied and will not be.
///
/// @param ids  only these; empty = all of the file
void decide_deltas(Connection& db, const std::string& project_id, const std::string& deltafile_id,
                   const std::vector<std::string>& ids, DeltaDecision decision);

struct DeltaFilter {
  std::string deltafile_id;  ///< "" = all of the project
  bool newest_first = false;
  std::optional<std::int64_t> limit;
  std::int64_t offset = 0;
};

struct DeltaPage {
  std::vector<std::string> documents;  ///< delta objects of the API, JSON
  std::int64_t total = 0;
};

DeltaPage list_deltas(Connection& db, const std::string& project_id, const DeltaFilter& filter);

}  // namespace qfcsync::server
