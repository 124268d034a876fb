#include "fixture.hpp"

#include <cstring>
#include <fstream>
#include <iterator>

namespace {

using qfcsync::test::Buffer;
using qfcsync::test::Databases;

struct Free : qfcsync::test::Free {
  using qfcsync::test::Free::operator();
  void operator()(qfcsync_repository* it) const { qfcsync_repository_free(it); }
  void operator()(qfcsync_files* it) const { qfcsync_files_free(it); }
  void operator()(qfcsync_versions* it) const { qfcsync_versions_free(it); }
  void operator()(qfcsync_commit_result* it) const { qfcsync_commit_result_free(it); }
  void operator()(qfcsync_undo_result* it) const { qfcsync_undo_result_free(it); }
  void operator()(qfcsync_tags* it) const { qfcsync_tags_free(it); }
  void operator()(qfcsync_check_result* it) const { qfcsync_check_result_free(it); }
  void operator()(qfcsync_prune_result* it) const { qfcsync_prune_result_free(it); }
  void operator()(qfcsync_repair_result* it) const { qfcsync_repair_result_free(it); }
};
template <typename Type>
using Owned = std::unique_ptr<Type, Free>;

/// A repository with two versions of a database: as in base, and as in ours.
class TwoVersions {
 public:
  TwoVersions() {
    qfcsync_repository* made = nullptr;
    REQUIRE_OK(qfcsync_repository_init(&made, address().c_str(), nullptr));
    repository_.reset(made);
    commit("base", "Ada");
    commit("ours", "Bob");
  }

  std::string address() const { return (files.folder() / "store").string(); }
  qfcsync_repository* get() const { return repository_.get(); }

  void commit(const std::string& from, const char* author) {
    const std::string file = files.path(from);
    const qfcsync_working_file working = {"survey.db", file.c_str()};
    qfcsync_commit_options options = QFCSYNC_COMMIT_OPTIONS_INIT;
    options.author = author;
    qfcsync_commit_result* made = nullptr;
    REQUIRE_OK(qfcsync_repository_commit(&made, get(), &working, 1, nullptr, 0, &options));
    const Owned<qfcsync_commit_result> result(made);
    CHECK_EQ(qfcsync_commit_result_is_new(made), 1);
    char head[QFCSYNC_VERSION_ID_SIZE];
    REQUIRE_OK(qfcsync_repository_head(head, get()));
    CHECK_EQ(std::string(head), qfcsync_commit_result_version(made));
    CHECK_GT(qfcsync_commit_result_stored_bytes(made), 0);
  }

  std::string bytes(const char* version) const {
    Buffer out;
    const auto sink = out.sink();
    REQUIRE_OK(qfcsync_repository_read(&sink, get(), version, "survey.db", 0, 0));
    return out.text();
  }

  Databases files;

 private:
  Owned<qfcsync_repository> repository_;
};

std::string text_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST_SUITE("c_abi/repository") {
  TEST_CASE("the log tells who did what, and of one row only what changed it") {
    const TwoVersions versions;
    qfcsync_versions* made = nullptr;
    REQUIRE_OK(qfcsync_repository_log(&made, versions.get(), nullptr));
    const Owned<qfcsync_versions> all(made);
    REQUIRE_EQ(qfcsync_versions_count(made), 2);
    const qfcsync_version_info* newest = qfcsync_versions_at(made, 0);
    CHECK_EQ(std::string(newest->author), "Bob");
    REQUIRE_EQ(newest->parent_count, 1);
    CHECK_EQ(std::string(newest->parents[0]), qfcsync_versions_at(made, 1)->id);
    REQUIRE_EQ(qfcsync_files_count(newest->files), 1);
    const qfcsync_file_change* file = qfcsync_files_at(newest->files, 0);
    CHECK_EQ(std::string(qfcsync_file_action_name(file->action)), "changed");
    REQUIRE_EQ(file->table_count, 1);
    CHECK_EQ(std::string(file->tables[0].name), "trees");
    CHECK_EQ(file->tables[0].inserts, 1);
    CHECK_EQ(qfcsync_versions_at(made, 2), nullptr);

    qfcsync_value key = {};
    key.type = QFCSYNC_VALUE_INTEGER;
    qfcsync_log_options options = QFCSYNC_LOG_OPTIONS_INIT;
    options.path = "survey.db";
    options.table = "trees";
    options.key = &key;
    options.key_count = 1;
    for (const auto& [fid, expected] : {std::pair{1, 1}, {3, 0}}) {
      key.integer = fid;
      qfcsync_versions* found = nullptr;
      REQUIRE_OK(qfcsync_repository_log(&found, versions.get(), &options));
      const Owned<qfcsync_versions> owned(found);
      CHECK_EQ(qfcsync_versions_count(found), expected);
    }
  }

  TEST_CASE("files come back byte for byte, whole and in parts, and the changes between them") {
    const TwoVersions versions;
    const std::string base = text_of(versions.files.path("base"));
    CHECK_EQ(versions.bytes("HEAD~1"), base);
    const std::string target = versions.files.path("restored");
    REQUIRE_OK(qfcsync_repository_restore(versions.get(), "HEAD~1", "survey.db", target.c_str()));
    CHECK_EQ(text_of(target), base);
    Buffer part;
    const auto part_sink = part.sink();
    REQUIRE_OK(qfcsync_repository_read(&part_sink, versions.get(), "HEAD~1", "survey.db", 16, 84));
    CHECK_EQ(part.text(), base.substr(16, 84));

    Buffer changes;
    const auto sink = changes.sink();
    qfcsync_summary* made = nullptr;
    REQUIRE_OK(
        qfcsync_repository_diff(&made, &sink, versions.get(), "HEAD~1", "HEAD", "survey.db"));
    const Owned<qfcsync_summary> summary(made);
    CHECK_EQ(qfcsync_summary_change_count(made), 3);
    qfcsync_files* files = nullptr;
    REQUIRE_OK(qfcsync_repository_diff_files(&files, versions.get(), "HEAD~1", "HEAD"));
    const Owned<qfcsync_files> owned(files);
    CHECK_EQ(qfcsync_files_count(files), 1);
    const std::string folder = (versions.files.folder() / "out").string();
    REQUIRE_OK(qfcsync_repository_export(versions.get(), "HEAD", folder.c_str()));
    CHECK_EQ(text_of(folder + "/survey.db"), text_of(versions.files.path("ours")));
  }

  TEST_CASE("undo of one row is a new version; tags name old ones") {
    TwoVersions versions;
    REQUIRE_OK(qfcsync_repository_tag(versions.get(), "bob", "HEAD"));
    qfcsync_value key = {};
    key.type = QFCSYNC_VALUE_INTEGER;
    key.integer = 2;
    qfcsync_commit_options commit = QFCSYNC_COMMIT_OPTIONS_INIT;
    commit.author = "Carol";
    qfcsync_undo_options options = QFCSYNC_UNDO_OPTIONS_INIT;
    options.path = "survey.db";
    options.table = "trees";
    options.key = &key;
    options.key_count = 1;
    options.commit = &commit;
    qfcsync_undo_result* made = nullptr;
    REQUIRE_OK(qfcsync_repository_undo(&made, versions.get(), "HEAD", &options));
    const Owned<qfcsync_undo_result> undone(made);
    CHECK_EQ(qfcsync_undo_result_is_done(made), 1);
    CHECK_EQ(qfcsync_undo_result_conflict_count(made), 0);
    CHECK_EQ(qfcsync_files_count(qfcsync_commit_result_files(qfcsync_undo_result_commit(made))), 1);
    const std::string target = versions.files.path("undone");
    REQUIRE_OK(qfcsync_repository_restore(versions.get(), "HEAD", "survey.db", target.c_str()));
    CHECK_EQ(versions.files.query("undone", "select count(*) from trees where fid = 2"), "1,");

    qfcsync_tags* listed = nullptr;
    REQUIRE_OK(qfcsync_repository_tags(&listed, versions.get()));
    const Owned<qfcsync_tags> tags(listed);
    REQUIRE_EQ(qfcsync_tags_count(listed), 1);
    CHECK_EQ(std::string(qfcsync_tags_at(listed, 0)->name), "bob");
    char id[QFCSYNC_VERSION_ID_SIZE];
    REQUIRE_OK(qfcsync_repository_resolve(id, versions.get(), "HEAD~1"));
    CHECK_EQ(std::string(qfcsync_tags_at(listed, 0)->version), id);
    REQUIRE_OK(qfcsync_repository_remove_tag(versions.get(), "bob"));
    CHECK_EQ(qfcsync_repository_remove_tag(versions.get(), "bob"), QFCSYNC_ERROR_NOT_FOUND);
  }

  TEST_CASE("a bundle carries all to an empty store, which check finds sound") {
    const TwoVersions versions;
    Buffer bundle;
    const auto sink = bundle.sink();
    REQUIRE_OK(qfcsync_repository_bundle(&sink, versions.get(), nullptr, 0));
    qfcsync_repository* other = nullptr;
    const std::string address = (versions.files.folder() / "other").string();
    REQUIRE_OK(qfcsync_repository_init(&other, address.c_str(), nullptr));
    const Owned<qfcsync_repository> owned(other);
    const auto source = bundle.source();
    qfcsync_unbundle_result taken = {};
    REQUIRE_OK(qfcsync_repository_unbundle(&taken, other, &source));
    char head[QFCSYNC_VERSION_ID_SIZE];
    REQUIRE_OK(qfcsync_repository_head(head, versions.get()));
    CHECK_EQ(std::string(taken.head), head);
    CHECK_EQ(std::string(taken.diverged), "");
    CHECK_GT(taken.objects, 0);
    qfcsync_check_result* made = nullptr;
    REQUIRE_OK(qfcsync_repository_check(&made, other, QFCSYNC_CHECK_DEEP));
    const Owned<qfcsync_check_result> report(made);
    CHECK_EQ(qfcsync_check_result_problem_count(made), 0);
    CHECK_EQ(qfcsync_check_result_version_count(made), 2);
    qfcsync_repair_result* mended = nullptr;
    REQUIRE_OK(qfcsync_repository_repair(&mended, other, versions.address().c_str(), nullptr));
    const Owned<qfcsync_repair_result> repaired(mended);
    CHECK_EQ(qfcsync_repair_result_unrepaired_count(mended), 0);
  }

  TEST_CASE("prune tells in a preview what it would give up") {
    const TwoVersions versions;
    qfcsync_prune_options options = QFCSYNC_PRUNE_OPTIONS_INIT;
    options.keep_newest = 1;
    options.preview = 1;
    qfcsync_prune_result* made = nullptr;
    REQUIRE_OK(qfcsync_repository_prune(&made, versions.get(), &options));
    const Owned<qfcsync_prune_result> report(made);
    REQUIRE_EQ(qfcsync_prune_result_pruned_count(made), 1);
    CHECK_EQ(std::string(qfcsync_prune_result_pruned(made, 0)->path), "survey.db");
    CHECK_EQ(qfcsync_prune_result_kept_versions(made), 1);
    CHECK_FALSE(versions.bytes("HEAD~1").empty());
  }

  TEST_CASE("a folder is committed and compared") {
    const TwoVersions versions;
    const std::string folder = (versions.files.folder() / "out").string();
    REQUIRE_OK(qfcsync_repository_export(versions.get(), "HEAD", folder.c_str()));
    std::ofstream(folder + "/notes.txt") << "new\n";
    qfcsync_files* made = nullptr;
    REQUIRE_OK(qfcsync_repository_status(&made, versions.get(), folder.c_str(), nullptr, 0));
    const Owned<qfcsync_files> status(made);
    REQUIRE_EQ(qfcsync_files_count(made), 1);
    CHECK_EQ(std::string(qfcsync_files_at(made, 0)->path), "notes.txt");
    CHECK_EQ(qfcsync_files_at(made, 0)->action, QFCSYNC_FILE_ADDED);
    const char* paths[] = {"notes.txt"};
    REQUIRE_OK(qfcsync_repository_commit_folder(nullptr, versions.get(), folder.c_str(), paths, 1,
                                                nullptr));
    qfcsync_files* all = nullptr;
    REQUIRE_OK(qfcsync_repository_files(&all, versions.get(), "HEAD"));
    const Owned<qfcsync_files> files(all);
    CHECK_EQ(qfcsync_files_count(all), 2);
    REQUIRE_OK(qfcsync_repository_rebuild_cache(versions.get()));
  }

  TEST_CASE("errors are codes, and nothing is set") {
    qfcsync_repository* made = nullptr;
    CHECK_EQ(qfcsync_repository_open(&made, "webdav+https://ada:secret@host/x", nullptr),
             QFCSYNC_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(std::string(qfcsync_last_error()->message).find("secret"), std::string::npos);
    CHECK_EQ(made, nullptr);
    const TwoVersions versions;
    CHECK_EQ(qfcsync_repository_init(&made, versions.address().c_str(), nullptr),
             QFCSYNC_ERROR_ALREADY_EXISTS);
    char id[QFCSYNC_VERSION_ID_SIZE] = "";
    CHECK_EQ(qfcsync_repository_resolve(id, versions.get(), "nope"), QFCSYNC_ERROR_NOT_FOUND);
    CHECK_EQ(qfcsync_repository_resolve(nullptr, versions.get(), "HEAD"),
             QFCSYNC_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(qfcsync_repository_head(id, nullptr), QFCSYNC_ERROR_INVALID_ARGUMENT);
    qfcsync_check_result* report = nullptr;
    CHECK_EQ(qfcsync_repository_check(&report, versions.get(), 2), QFCSYNC_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(qfcsync_files_count(nullptr), 0);
    CHECK_EQ(qfcsync_versions_at(nullptr, 0), nullptr);
    CHECK_EQ(std::string(qfcsync_commit_result_version(nullptr)), "");
    CHECK_EQ(std::string(qfcsync_file_action_name(4)), "");
    qfcsync_repository_free(nullptr);
  }
}

}  // namespace
