#include "story.hpp"

#include <qfcsync/error.hpp>

#include "support/seed_offset.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>

#include <fmt/format.h>
#include <unistd.h>

namespace qfcsync::test {
namespace {

namespace fs = std::filesystem;

/// Two more fold small packs.
constexpr int kFirstVersions = 30;
constexpr int kTagged = 10;
constexpr std::uint32_t kKept = 5;
constexpr std::uint32_t kKeptThen = 3;
constexpr std::size_t kFileBytes = 20'000;
constexpr int kLastVersion = 99;

/// Each version differs in some bytes from the one before: deltas have long chains.
std::string content_of(int number) {
  std::mt19937_64 random(1);
  std::string bytes(kFileBytes, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  for (int edit = 0; edit < 3 * number; ++edit) bytes[random() % bytes.size()] ^= 1;
  return bytes;
}

std::string bytes_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

Repository open_in(const fs::path& place) {
  return Repository::open(open_folder_blobs(place / "store"), {place / "cache"});
}

/// Same versions have same ids in all places.
std::string commit_number(Repository& repository, const fs::path& place, int number) {
  const fs::path file = place / "file";
  std::ofstream(file, std::ios::binary | std::ios::trunc) << content_of(number);
  const WorkingFile working{"file", file};
  CommitOptions options;
  options.time = Timestamp(std::chrono::seconds(1'700'000'000 + number));
  const CommitResult result = repository.commit({&working, 1}, {}, options);
  if (!result.is_new) throw Error(ErrorCode::Internal, "nothing was committed");
  return result.version;
}

void prune(Repository& repository, std::uint32_t newest) {
  PruneRules rules;
  rules.keep_newest = newest;
  rules.grace = std::chrono::hours(0);
  repository.prune(rules);
}

struct Step {
  int versions = 0;   ///< after it
  int kept_from = 0;  ///< older ones may have been given up, once it has begun
  std::function<void(Repository&, const fs::path& place, const std::string& bundle)> work;
};

const std::vector<Step>& steps() {
  constexpr int kPruned = kFirstVersions + 2;
  constexpr int kEnd = kPruned + 3;
  constexpr int kFirstKept = kPruned - static_cast<int>(kKept);
  const auto commit = [](int number) {
    return [number](Repository& repository, const fs::path& place, const std::string&) {
      commit_number(repository, place, number);
    };
  };
  static const std::vector<Step> kSteps = {
      {kFirstVersions + 1, 0, commit(kFirstVersions)},
      {kFirstVersions + 2, 0, commit(kFirstVersions + 1)},
      {kPruned, 0,
       [](Repository& repository, const fs::path&, const std::string&) {
         repository.tag("kept", fmt::format("HEAD~{}", kPruned - 1 - kTagged));
       }},
      {kPruned, kFirstKept,
       [](Repository& repository, const fs::path&, const std::string&) {
         prune(repository, kKept);
       }},
      {kPruned + 2, kFirstKept,
       [](Repository& repository, const fs::path&, const std::string& bundle) {
         MemorySource source(bundle);
         repository.unbundle(source);
       }},
      {kEnd, kFirstKept, commit(kEnd - 1)},
      {kEnd, kEnd - static_cast<int>(kKeptThen),
       [](Repository& repository, const fs::path&, const std::string&) {
         prune(repository, kKeptThen);
       }},
  };
  return kSteps;
}

std::size_t count_in(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

/// Looks at a place once work on it was broken off.
class Inspection {
 public:
  Inspection(const fs::path& place, int acknowledged)
      : place_(place), acknowledged_(static_cast<std::size_t>(acknowledged)) {}

  std::vector<std::string> run(bool with_git) try {
    Repository repository = open_in(place_);
    if (count_in(place_ / "store/tmp") != 2) fault("tmp is not cleaned");
    look_at_versions(repository);
    look_at_tag(repository);
    const std::string next = commit_number(repository, place_, kLastVersion);
    if (repository.head() != next) fault("the next version is not the newest");
    for (const CheckProblem& problem : repository.check(CheckDepth::Deep).problems) {
      fault(problem.name + ": " + problem.text);
    }
    if (with_git) look_at_git(next);
    return faults_;
  } catch (const std::exception& error) {
    fault(std::string("it does not work any more: ") + error.what());
    return faults_;
  }

 private:
  void fault(const std::string& text) { faults_.push_back(text); }

  int versions_after(std::size_t steps_done) const {
    return steps_done == 0 ? kFirstVersions : steps()[steps_done - 1].versions;
  }
  std::size_t begun() const { return std::min(acknowledged_ + 1, steps().size()); }

  void look_at_versions(Repository& repository) {
    LogOptions all;
    all.limit = 1000;
    const auto log = repository.log(all);
    const int count = static_cast<int>(log.size());
    if (count != versions_after(acknowledged_) && count != versions_after(begun())) {
      fault(fmt::format("{} versions after {} steps", count, acknowledged_));
    }
    const int kept_from = begun() == 0 ? 0 : steps()[begun() - 1].kept_from;
    for (int number = 0; number < count; ++number) {
      look_at_version(repository, log[static_cast<std::size_t>(count - 1 - number)].id, number,
                      number >= kept_from || number == kTagged);
    }
  }

  void look_at_version(Repository& repository, const std::string& id, int number, bool is_kept) {
    try {
      repository.restore(id, "file", place_ / "restored");
      if (bytes_of(place_ / "restored") != content_of(number)) {
        fault(fmt::format("version {} has other bytes", number));
      }
    } catch (const Error& error) {
      if (!is_kept && error.code() == ErrorCode::NotFound) return;
      fault(fmt::format("version {}: {}", number, error.what()));
    }
  }

  void look_at_tag(Repository& repository) {
    constexpr std::size_t kTagStep = 2;
    const bool is_there = !repository.tags().empty();
    if (!is_there && acknowledged_ > kTagStep) fault("the tag is lost");
    if (is_there && begun() <= kTagStep) fault("a tag that nobody set");
  }

  void look_at_git(const std::string& head) {
    const std::string git =
        fmt::format("git -c safe.directory='*' --git-dir='{}' ", (place_ / "cache/git").string());
    if (std::system((git + "fsck --strict >/dev/null 2>&1").c_str()) != 0) fault("git fsck fails");
    if (std::system((git + "cat-file -e " + head + " 2>/dev/null").c_str()) != 0) {
      fault("git does not know the newest version");
    }
  }

  fs::path place_;
  std::size_t acknowledged_;
  std::vector<std::string> faults_;
};

}  // namespace

Story::Story(const fs::path& folder) : folder_(folder) {
  const fs::path first = folder / "first";
  fs::create_directories(first);
  Repository repository = Repository::init(open_folder_blobs(first / "store"), {first / "cache"});
  for (int number = 0; number < kFirstVersions; ++number) {
    commit_number(repository, first, number);
  }
  const fs::path other = folder / "other";
  begin(other);
  Repository ahead = open_in(other);
  std::string known;
  for (int number = kFirstVersions; number < kFirstVersions + 4; ++number) {
    const std::string version = commit_number(ahead, other, number);
    if (number == kFirstVersions + 1) known = version;
  }
  MemorySink sink;
  ahead.bundle({&known, 1}, sink);
  bundle_ = sink.take();
}

void Story::begin(const fs::path& place) const {
  fs::copy(folder_ / "first", place, fs::copy_options::recursive);
}

void Story::run(const fs::path& place, const Acknowledge& acknowledge) const {
  Repository repository = open_in(place);
  for (const Step& step : steps()) {
    step.work(repository, place, bundle_);
    acknowledge();
  }
}

std::vector<std::string> Story::faults(const fs::path& place, int acknowledged,
                                       bool with_git) const {
  return Inspection(place, acknowledged).run(with_git);
}

int crash_runs(int usual) {
  const char* text = std::getenv("QFCSYNC_CRASH_RUNS");
  return text == nullptr ? usual : std::stoi(text);
}

void use_memory_for_temporary_files() {
  if (::access("/dev/shm", W_OK) == 0) ::setenv("TMPDIR", "/dev/shm", 1);
}

}  // namespace qfcsync::test
