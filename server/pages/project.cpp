// The first page, and that of a project.

#include "domain/files.hpp"
#include "pages/html.hpp"
#include "pages/page_routes.hpp"

#include <fmt/format.h>

namespace qfcsync::server {
namespace {

Response landing(Call& call) {
  std::string body =
      "<p>This server keeps field data for QField, QFieldSync and all that speak the API of "
      "QFieldCloud. In QField, enter this address as the server and sign in.</p>\n<ul>\n"
      "<li><a href=\"/docs/\">Documentation of the API</a></li>\n";
  body += call.principal ? "<li><a href=\"/accounts/tokens/\">Your tokens</a></li>\n"
                         : "<li><a href=\"/accounts/login/\">Sign in</a></li>\n";
  body += "</ul>\n";
  return page_response(call, {200, call.services.config.site_title, body, ""});
}

/// Short addresses that clients make; only tells where the page is.
Response find(Call& call) {
  const auto id = call.services.db.read([&](Connection& db) {
    return find_project_id(db, call.param("owner"), call.param("project"));
  });
  if (!id) throw errors::object_not_found();
  return redirect(percent_encode_path(
      fmt::format("/a/{}/{}/files/", call.param("owner"), call.param("project"))));
}

std::string version_row(const std::string& link, const FileRecord& file,
                        const FileVersion& version) {
  const bool is_latest = &version == &file.latest();
  return fmt::format(
      "<tr><td>{}</td><td>{}</td><td>{} bytes</td><td><a href=\"{}?version={}\">"
      "{}</a></td></tr>\n",
      is_latest ? escaped(file.name) : "", to_iso(version.uploaded_at), version.size, escaped(link),
      escaped(version.id), is_latest ? "latest" : "older");
}

std::string file_table(const std::string& project_id, const std::vector<FileRecord>& files) {
  if (files.empty()) return "<p>No files yet.</p>\n";
  std::string table =
      "<table><tr><th>File</th><th>Uploaded</th><th>Size</th><th>Version</th></tr>\n";
  for (const FileRecord& file : files) {
    const std::string link =
        percent_encode_path(fmt::format("/api/v1/files/{}/{}/", project_id, file.name));
    for (const FileVersion& version : file.versions) table += version_row(link, file, version);
  }
  return table + "</table>\n";
}

Response show(Call& call) {
  if (!call.principal) return redirect_to_login(call.request);
  std::optional<ProjectRecord> project;
  std::vector<FileRecord> files;
  call.services.db.read([&](Connection& db) {
    const auto id = find_project_id(db, call.param("owner"), call.param("project"));
    if (id) project = find_project(db, *id, call.user_id());
    if (project && allowed(project->role, Action::FileList)) files = list_files(db, project->id);
  });
  if (!project || !allowed(project->role, Action::FileList)) throw errors::object_not_found();
  const std::string title = project->owner + "/" + project->name;
  const std::string body =
      fmt::format("<p>{}</p>\n<p>{}, your role: {}</p>\n{}", escaped(project->description),
                  project->is_public ? "Public" : "Private", to_string(project->role),
                  file_table(project->id, files));
  return page_response(call, {200, title, body, ""});
}

constexpr Route kRoutes[] = {
    {"GET", "", Access::Page, {}, BodyKind::None, landing},
    {"GET", "a/{owner}/{project}", Access::Page, {}, BodyKind::None, find},
    {"GET", "a/{owner}/{project}/files", Access::Page, {}, BodyKind::None, show},
};

}  // namespace

std::span<const Route> project_page_routes() { return kRoutes; }

}  // namespace qfcsync::server
