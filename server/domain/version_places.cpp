#include "domain/version_places.hpp"

#include <qfcsync/error.hpp>

#include "domain/services.hpp"
#include "domain/timestamp.hpp"

#include <vector>

#include <fmt/format.h>

namespace qfcsync::server {
namespace {

constexpr std::size_t kCopyBytes = 1u << 20;

/// Says that the versions with that content need it as a plain one.
void mark_plain(Services& services, const std::string& project_id, const std::string& sha256) {
  services.db.write([&](Connection& db) {
    // Those that are not the newest of their file move again.
    db.run(
        "INSERT OR IGNORE INTO waiting_version SELECT v.id FROM file_version v "
        "JOIN file f ON f.id = v.file_id WHERE f.project_id = ? AND v.sha256 = ?",
        {project_id, sha256});
    db.run(
        "UPDATE file_version SET in_repository = 0 WHERE sha256 = ?2 AND file_id IN "
        "(SELECT id FROM file WHERE project_id = ?1)",
        {project_id, sha256});
    // They may all have been deleted meanwhile.
    db.run("INSERT OR IGNORE INTO unused_content VALUES (?)", {sha256});
  });
}

}  // namespace

std::unique_ptr<ObjectReader> open_content(Services& services, const std::string& project_id,
                                           const std::string& sha256) {
  // In this order: a plain content goes away only after the repository has it.
  try {
    return services.store->open(sha256);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::NotFound) throw;
  }
  return services.repositories.read(project_id, sha256);
}

std::unique_ptr<ObjectWriter> rebuild_content(Services& services, const std::string& project_id,
                                              const std::string& sha256) {
  const auto reader = services.repositories.read(project_id, sha256);
  auto writer = services.store->create();
  std::vector<char> buffer(kCopyBytes);
  for (std::uint64_t offset = 0; offset < reader->size();) {
    const std::size_t count = reader->read_at(offset, buffer);
    writer->write({buffer.data(), count});
    offset += count;
  }
  return writer;
}

void publish_rebuilt(Services& services, const std::string& project_id, const std::string& sha256,
                     ObjectWriter& writer) {
  const ObjectInfo info = writer.finish();
  if (info.sha256 == sha256) return mark_plain(services, project_id, sha256);
  note_unused_content(services, info.sha256);
  throw Error(ErrorCode::Corrupt,
              fmt::format("content {} of project {} came out of its repository as {}: check the "
                          "data folder",
                          sha256, project_id, info.sha256));
}

void make_plain(Services& services, const std::string& project_id, const std::string& sha256) {
  if (!services.store->contains(sha256)) {
    const auto writer = rebuild_content(services, project_id, sha256);
    return publish_rebuilt(services, project_id, sha256, *writer);
  }
  const bool is_marked = services.db.read([&](Connection& db) {
    return db.integer(
                 "SELECT NOT EXISTS (SELECT 1 FROM file_version v JOIN file f ON f.id = v.file_id "
                 "WHERE f.project_id = ? AND v.sha256 = ? AND v.in_repository)",
                 {project_id, sha256})
               .value_or(0) != 0;
  });
  if (!is_marked) mark_plain(services, project_id, sha256);
}

void note_waiting_versions(Connection& db, const std::string& project_id, const std::string& name) {
  db.run(
      "INSERT OR IGNORE INTO waiting_version SELECT v.id FROM file_version v "
      "JOIN file f ON f.id = v.file_id WHERE f.project_id = ? AND f.name = ? AND v.in_repository = "
      "(v.seq = (SELECT max(n.seq) FROM file_version n WHERE n.file_id = f.id))",
      {project_id, name});
}

void note_dead_content(Connection& db, const std::string& project_id) {
  db.run(
      "INSERT INTO dead_content (project_id, since) VALUES (?, ?) "
      "ON CONFLICT (project_id) DO UPDATE SET deaths = deaths + 1",
      {project_id, now()});
}

std::int64_t stored_bytes(Connection& db, const std::string& project_id) {
  return db
      .integer(
          "SELECT repository_bytes + coalesce((SELECT sum(size) FROM (SELECT DISTINCT v.sha256, "
          "v.size FROM file_version v JOIN file f ON f.id = v.file_id WHERE f.project_id = p.id "
          "AND NOT v.in_repository)), 0) FROM project p WHERE p.id = ?",
          {project_id})
      .value_or(0);
}

}  // namespace qfcsync::server
