#include "commands.hpp"
#include "files.hpp"
#include "watched_blobs.hpp"
#include "working_folder.hpp"

#include <memory>
#include <string>
#include <vector>

namespace {

constexpr const char* kHelp = R"(
Writes versions into one file that another folder of the same project takes in with qfcsync
unbundle: for USB sticks and places without a network. All versions are written, or with --have only
what somebody lacks who has that version.

Exit status: 0 done, 1 the work failed, 2 wrong usage, or no such version.

Examples:
  qfcsync bundle /media/stick/survey.bundle
  qfcsync bundle week.bundle --have handover-monday
)";

struct Arguments {
  std::string folder;
  std::string output;
  std::vector<std::string> have;
};

/// Lets the user stop what is written.
class StoppableSink : public qfcsync::ByteSink {
 public:
  explicit StoppableSink(qfcsync::ByteSink& out) : out_(out) {}
  void write(std::string_view bytes) override {
    stop_when_interrupted();
    out_.write(bytes);
  }

 private:
  qfcsync::ByteSink& out_;
};

void run(const Arguments& arguments) {
  const StopOnInterrupt stop;
  WorkingFolder folder = WorkingFolder::find(arguments.folder);
  check_output(arguments.output, Content::Binary);
  qfcsync::FileSink file(arguments.output);
  StoppableSink out(file);
  std::vector<std::string> have;
  for (const std::string& name : arguments.have) {
    have.push_back(folder.repository().resolve(name));
  }
  folder.repository().bundle(have, out);
  file.publish();
}

}  // namespace

void add_bundle(CLI::App& app) {
  CLI::App* command = app.add_subcommand("bundle", "Write versions into one file to carry");
  command->footer(kHelp);
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("FILE", arguments->output, "File to write, - for standard output")
      ->required();
  command->add_option("--have", arguments->have, "A version that the receiver has; may be repeated")
      ->option_text("VERSION")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  add_folder_option(*command, arguments->folder);
  command->callback([arguments] { run(*arguments); });
}
