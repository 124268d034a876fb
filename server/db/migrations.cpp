#include "db/migrations.hpp"

#include <qfcsync/error.hpp>

#include "db/database.hpp"

#include <array>

#include <fmt/format.h>

namespace qfcsync::server {
namespace {

// Times are microseconds since 1970 UTC. Ids that clients see are UUID texts, except users'.
constexpr const char* kFirst = R"sql(
CREATE TABLE user (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  username TEXT NOT NULL UNIQUE COLLATE NOCASE,
  type INTEGER NOT NULL DEFAULT 1,          -- 1 person, 2 organization, 3 team
  email TEXT NOT NULL DEFAULT '',
  first_name TEXT NOT NULL DEFAULT '',
  last_name TEXT NOT NULL DEFAULT '',
  password_hash TEXT NOT NULL DEFAULT '',   -- '' = cannot log in
  is_active INTEGER NOT NULL DEFAULT 1,
  is_staff INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX user_email ON user (lower(email)) WHERE email <> '' AND type = 1;

CREATE TABLE token (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
  key_sha256 TEXT NOT NULL UNIQUE,
  client_type TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  last_used_at INTEGER
);
CREATE INDEX token_user ON token (user_id, client_type, expires_at);

CREATE TABLE login_failure (
  username TEXT NOT NULL,                   -- lower case, as typed
  address TEXT NOT NULL,
  failures INTEGER NOT NULL,
  last_failure_at INTEGER NOT NULL,
  PRIMARY KEY (username, address)
) WITHOUT ROWID;

CREATE TABLE project (
  id TEXT PRIMARY KEY,
  owner_id INTEGER NOT NULL REFERENCES user,
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  project_type TEXT NOT NULL DEFAULT 'regular',
  is_public INTEGER NOT NULL DEFAULT 0,
  is_featured INTEGER NOT NULL DEFAULT 0,
  is_attachment_download_on_demand INTEGER NOT NULL DEFAULT 0,
  has_restricted_projectfiles INTEGER NOT NULL DEFAULT 0,
  overwrite_conflicts INTEGER NOT NULL DEFAULT 1,
  created_by INTEGER REFERENCES user,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  data_last_updated_at INTEGER,
  data_last_packaged_at INTEGER,
  restricted_data_last_updated_at INTEGER,
  qgis_file TEXT,                           -- path of the project file, NULL if there is none
  qgis_version TEXT,
  details TEXT,                             -- project_details, NULL until processed
  attachment_dirs TEXT NOT NULL DEFAULT '["DCIM"]',
  has_online_layers INTEGER NOT NULL DEFAULT 0,
  storage_bytes INTEGER NOT NULL DEFAULT 0,
  UNIQUE (owner_id, name)
);

CREATE TABLE collaborator (
  project_id TEXT NOT NULL REFERENCES project ON DELETE CASCADE,
  user_id INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
  role TEXT NOT NULL,
  created_by INTEGER REFERENCES user ON DELETE SET NULL,
  updated_by INTEGER REFERENCES user ON DELETE SET NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (project_id, user_id)
);
CREATE INDEX collaborator_user ON collaborator (user_id);

CREATE TABLE file (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id TEXT NOT NULL REFERENCES project ON DELETE CASCADE,
  name TEXT NOT NULL,
  uploaded_at INTEGER NOT NULL,
  UNIQUE (project_id, name)
);

CREATE TABLE file_version (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,    -- newest = largest
  id TEXT NOT NULL UNIQUE,
  file_id INTEGER NOT NULL REFERENCES file ON DELETE CASCADE,
  sha256 TEXT NOT NULL,
  etag TEXT NOT NULL,
  size INTEGER NOT NULL,
  uploaded_at INTEGER NOT NULL,
  uploaded_by INTEGER REFERENCES user ON DELETE SET NULL
);
CREATE INDEX file_version_file ON file_version (file_id, seq);
CREATE INDEX file_version_content ON file_version (sha256);

CREATE TABLE job (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  project_id TEXT NOT NULL REFERENCES project ON DELETE CASCADE,
  type TEXT NOT NULL,
  status TEXT NOT NULL,
  created_by INTEGER REFERENCES user ON DELETE SET NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  feedback TEXT,
  output TEXT
);
CREATE INDEX job_project ON job (project_id, type, seq);
CREATE INDEX job_unfinished ON job (status) WHERE status IN ('pending', 'queued', 'started');

CREATE TABLE package_file (
  job_id TEXT NOT NULL REFERENCES job (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  etag TEXT NOT NULL,
  size INTEGER NOT NULL,
  uploaded_at INTEGER NOT NULL,
  PRIMARY KEY (job_id, name)
);
CREATE INDEX package_file_content ON package_file (sha256);

CREATE TABLE delta (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  project_id TEXT NOT NULL REFERENCES project ON DELETE CASCADE,
  deltafile_id TEXT NOT NULL,
  client_id TEXT NOT NULL,
  client_key TEXT NOT NULL,                 -- <clientId>__<localLayerId>__<localPk>
  content TEXT NOT NULL,
  status TEXT NOT NULL,
  feedback TEXT,
  last_modified_pk TEXT,
  job_id TEXT,
  created_by INTEGER REFERENCES user ON DELETE SET NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);
CREATE INDEX delta_project ON delta (project_id, seq);
CREATE INDEX delta_pending ON delta (project_id, seq) WHERE status IN ('pending', 'started');
CREATE INDEX delta_client ON delta (client_id) WHERE last_modified_pk IS NOT NULL;

-- A delta that is sent again under another file id is listed there too.
CREATE TABLE deltafile_entry (
  deltafile_id TEXT NOT NULL,
  project_id TEXT NOT NULL REFERENCES project ON DELETE CASCADE,
  delta_seq INTEGER NOT NULL REFERENCES delta (seq) ON DELETE CASCADE,
  PRIMARY KEY (project_id, deltafile_id, delta_seq)
) WITHOUT ROWID;

-- Deltafiles that could not be read, kept for inspection.
CREATE TABLE faulty_deltafile (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id TEXT NOT NULL REFERENCES project ON DELETE CASCADE,
  deltafile_id TEXT,
  user_agent TEXT NOT NULL,
  created_by INTEGER REFERENCES user ON DELETE SET NULL,
  created_at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  size INTEGER NOT NULL
);

-- Contents that may have become garbage; looked at again after the deleting transaction.
CREATE TABLE unused_content (
  sha256 TEXT PRIMARY KEY
) WITHOUT ROWID;
)sql";

// Versions older than the newest one of their file move into the project's repository.
constexpr const char* kRepositories = R"sql(
ALTER TABLE file_version ADD COLUMN in_repository INTEGER NOT NULL DEFAULT 0;
ALTER TABLE project ADD COLUMN repository_bytes INTEGER NOT NULL DEFAULT 0;  -- as stored

-- Versions that may lie in the wrong place: older ones among the contents, or a newest one that
-- only the repository has.
CREATE TABLE waiting_version (
  version_id TEXT PRIMARY KEY REFERENCES file_version (id) ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO waiting_version SELECT v.id FROM file_version v WHERE EXISTS
  (SELECT 1 FROM file_version n WHERE n.file_id = v.file_id AND n.seq > v.seq);

-- Projects, also deleted ones, whose repository has contents that no version names any more.
CREATE TABLE dead_content (
  project_id TEXT PRIMARY KEY,
  since INTEGER NOT NULL,
  deaths INTEGER NOT NULL DEFAULT 1
) WITHOUT ROWID;
)sql";

constexpr const char* kOrganizations = R"sql(
ALTER TABLE user ADD COLUMN has_accepted_terms INTEGER NOT NULL DEFAULT 1;

CREATE TABLE organization (
  user_id INTEGER PRIMARY KEY REFERENCES user ON DELETE CASCADE,  -- an account of type 2
  owner_id INTEGER NOT NULL REFERENCES user,                      -- never a member
  default_project_role TEXT                 -- of members on its projects, NULL = none
);
CREATE INDEX organization_owner ON organization (owner_id);

CREATE TABLE member (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organization_id INTEGER NOT NULL REFERENCES organization ON DELETE CASCADE,
  user_id INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
  role TEXT NOT NULL,                       -- admin, creator, member
  is_public INTEGER NOT NULL DEFAULT 0,
  created_by INTEGER REFERENCES user ON DELETE SET NULL,
  updated_by INTEGER REFERENCES user ON DELETE SET NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (organization_id, user_id)
);
CREATE INDEX member_user ON member (user_id, organization_id, role);

CREATE TABLE team (
  user_id INTEGER PRIMARY KEY REFERENCES user ON DELETE CASCADE,  -- of type 3: @organization/name
  organization_id INTEGER NOT NULL REFERENCES organization ON DELETE CASCADE
);
CREATE INDEX team_organization ON team (organization_id);

CREATE TABLE team_member (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  team_id INTEGER NOT NULL REFERENCES team ON DELETE CASCADE,
  user_id INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
  UNIQUE (team_id, user_id)
);
CREATE INDEX team_member_user ON team_member (user_id, team_id);
DROP INDEX collaborator_user;
CREATE INDEX collaborator_user ON collaborator (user_id, project_id, role);

-- The plan of the configuration, one row; written at every start of the server so that commands
-- beside it know it.
CREATE TABLE plan (
  code TEXT NOT NULL,
  display_name TEXT NOT NULL,
  is_premium INTEGER NOT NULL,
  storage_bytes INTEGER NOT NULL,
  warning_bytes INTEGER NOT NULL,           -- less than this is left: clients warn
  critical_bytes INTEGER NOT NULL,
  keep_versions INTEGER NOT NULL,
  max_members INTEGER NOT NULL,             -- -1 = as many as they like
  max_collaborators INTEGER NOT NULL,       -- persons on a private project, -1 likewise
  allows_online_layers INTEGER NOT NULL
);

-- What an account has that differs from the plan; NULL = as there.
CREATE TABLE subscription (
  user_id INTEGER PRIMARY KEY REFERENCES user ON DELETE CASCADE,
  id TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL,
  active_since INTEGER NOT NULL,
  active_until INTEGER,
  storage_bytes INTEGER,
  keep_versions INTEGER,
  max_members INTEGER,
  max_collaborators INTEGER,
  is_premium INTEGER,
  allows_online_layers INTEGER
);

ALTER TABLE project ADD COLUMN keep_versions INTEGER;  -- NULL = as the owner's plan says
-- No file has more versions than this; NULL = not known.
ALTER TABLE project ADD COLUMN kept_versions INTEGER;

-- Details are long: as the last column they cost nothing where they are not read.
ALTER TABLE project RENAME COLUMN details TO former_details;
ALTER TABLE project ADD COLUMN details TEXT;
UPDATE project SET details = former_details WHERE former_details IS NOT NULL;
ALTER TABLE project DROP COLUMN former_details;

-- What lists of projects ask of every row, answered by the index alone.
CREATE INDEX project_public ON project (id) WHERE is_public;
CREATE INDEX project_shared_datasets ON project (owner_id, id)
  WHERE project_type = 'shared_datasets';
CREATE INDEX project_storage ON project (owner_id, storage_bytes);
CREATE INDEX job_busy ON job (project_id) WHERE status IN ('pending', 'queued', 'started');
CREATE INDEX job_packaged ON job (project_id, seq, finished_at)
  WHERE type = 'package' AND status = 'finished';

CREATE TABLE avatar (
  user_id INTEGER PRIMARY KEY REFERENCES user ON DELETE CASCADE,
  public_id TEXT NOT NULL UNIQUE,           -- random: tells nothing about the account
  sha256 TEXT NOT NULL,
  etag TEXT NOT NULL,
  extension TEXT NOT NULL,                  -- png, jpg or svg
  uploaded_at INTEGER NOT NULL
);

CREATE TABLE thumbnail (
  project_id TEXT PRIMARY KEY REFERENCES project ON DELETE CASCADE,
  sha256 TEXT NOT NULL,
  etag TEXT NOT NULL,
  extension TEXT NOT NULL,                  -- png or jpg
  uploaded_at INTEGER NOT NULL
);

-- From what a project is built when it does not begin empty.
CREATE TABLE seed (
  project_id TEXT PRIMARY KEY REFERENCES project ON DELETE CASCADE,
  extent TEXT,                              -- minx,miny,maxx,maxy in EPSG:4326
  clone_from_project TEXT,
  settings TEXT NOT NULL,                   -- JSON: basemaps, xlsform
  xlsform_sha256 TEXT,
  xlsform_name TEXT
);

-- Logins of browsers. The key is in the cookie, only its hash here.
CREATE TABLE session (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key_sha256 TEXT NOT NULL UNIQUE,
  user_id INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
  client_type TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  last_used_at INTEGER
);
CREATE INDEX session_user ON session (user_id);
)sql";

constexpr std::array kSteps = {kFirst, kRepositories, kOrganizations};

}  // namespace

void migrate(Connection& connection) {
  const auto version = connection.integer("PRAGMA user_version", {}).value_or(0);
  if (version > static_cast<std::int64_t>(kSteps.size())) {
    throw Error(ErrorCode::FormatTooNew,
                fmt::format("the data folder has schema {}, this server knows {}: upgrade qfcsync",
                            version, kSteps.size()));
  }
  for (auto step = static_cast<std::size_t>(version); step < kSteps.size(); ++step) {
    connection.run_script(fmt::format("BEGIN IMMEDIATE; {}; PRAGMA user_version = {}; COMMIT;",
                                      kSteps[step], step + 1));
  }
}

}  // namespace qfcsync::server
