#include "commands.hpp"
#include "terminal.hpp"
#include "working_folder.hpp"

#include <filesystem>
#include <memory>
#include <string>

#include <fmt/format.h>

namespace {

constexpr const char* kHelp = R"(
Begins to keep versions of the files in a folder (default: this one). It gets a folder .qfcsync with
a config that explains itself and, where --store names no other place, the versions. Nothing of your
files is touched, and nothing has a version before the first qfcsync commit.

ADDRESS is a folder, s3://bucket/prefix?endpoint=https://host, or webdav+https://host/path. Where
somebody has begun there, the folder joins them: qfcsync update brings their files. Passwords never
stand in an address: WebDAV takes them from QFCSYNC_WEBDAV_USER and QFCSYNC_WEBDAV_PASSWORD, S3 from
AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, both from --credentials-file.

Every day: qfcsync status, commit, log, diff, restore. Plain git reads the history, too:
git --git-dir .qfcsync/cache/git log

Exit status: 0 done, 1 the work failed, 2 wrong usage, or the folder has versions already.

Examples:
  qfcsync init
  qfcsync init survey --store /media/stick/survey-versions --author "Ada L." --device "tablet 3"
  qfcsync init --store webdav+https://cloud.example.org/dav/files/ada/survey
)";

struct Arguments {
  std::string folder;
  FolderConfig config{"store", "", "", "", "", ""};
  std::string base;
};

std::string absolute(const std::string& path) {
  if (path.empty() || path.find("://") != std::string::npos) return path;
  return std::filesystem::absolute(path).lexically_normal().string();
}

void run(Arguments arguments) {
  const StopOnInterrupt stop;
  FolderConfig& config = arguments.config;
  if (config.store != "store") config.store = absolute(config.store);
  config.credentials_file = absolute(config.credentials_file);
  config.ca_file = absolute(config.ca_file);
  if (!arguments.base.empty() && !arguments.folder.empty()) {
    throw CLI::ValidationError("name the folder once: as FOLDER, or with -C");
  }
  const std::string& name = arguments.base.empty() ? arguments.folder : arguments.base;
  bool joined = false;
  WorkingFolder folder = WorkingFolder::create(name, config, joined);
  const std::string root = printable(folder.root().string());
  if (joined && folder.repository().head()) {
    fmt::print("{}: joined the versions in {}; qfcsync update brings the files\n", root,
               printable(config.store));
  } else {
    fmt::print("{}: ready; qfcsync commit makes the first version\n", root);
  }
}

}  // namespace

void add_init(CLI::App& app) {
  CLI::App* command = app.add_subcommand("init", "Begin to keep versions of a folder");
  command->footer(kHelp);
  const auto arguments = std::make_shared<Arguments>();
  FolderConfig& config = arguments->config;
  command->add_option("FOLDER", arguments->folder, "Folder with the files; made if missing");
  command->add_option("--store", config.store, "Where versions are kept; default: in .qfcsync")
      ->option_text("ADDRESS");
  command->add_option("--credentials-file", config.credentials_file, "INI file with the password")
      ->option_text("FILE");
  command->add_option("--profile", config.profile, "Section of that file")->option_text("NAME");
  command->add_option("--ca-file", config.ca_file, "Certificates to trust, PEM")
      ->option_text("FILE");
  command->add_option("--author", config.author, "Who makes the versions")->option_text("NAME");
  command->add_option("--device", config.device, "Where they are made")->option_text("NAME");
  add_folder_option(*command, arguments->base);
  command->callback([arguments] { run(*arguments); });
}
