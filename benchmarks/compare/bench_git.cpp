// Plain git by libgit2, loose objects, for compare_versions.py: every version is a commit of a
// folder's files as they are.
#include "measure.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <git2.h>

namespace {

namespace fs = std::filesystem;

void check(int result) {
  if (result < 0) throw std::runtime_error(git_error_last()->message);
}

git_repository* open(const std::string& folder) {
  git_libgit2_init();
  git_repository* repository = nullptr;
  if (git_repository_open_bare(&repository, folder.c_str()) < 0) {
    check(git_repository_init(&repository, folder.c_str(), 1));
  }
  return repository;
}

void commit(const std::string& repository_folder, const std::string& folder) {
  git_repository* repository = open(repository_folder);
  git_treebuilder* builder = nullptr;
  check(git_treebuilder_new(&builder, repository, nullptr));
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    git_oid blob;
    check(git_blob_create_from_disk(&blob, repository, entry.path().c_str()));
    check(git_treebuilder_insert(nullptr, builder, entry.path().filename().c_str(), &blob,
                                 GIT_FILEMODE_BLOB));
  }
  git_oid tree_id;
  check(git_treebuilder_write(&tree_id, builder));
  git_treebuilder_free(builder);
  git_tree* tree = nullptr;
  check(git_tree_lookup(&tree, repository, &tree_id));
  git_signature* author = nullptr;
  check(git_signature_new(&author, "bench", "bench@localhost", 1'700'000'000, 0));
  git_oid head;
  git_commit* parent = nullptr;
  if (git_reference_name_to_id(&head, repository, "HEAD") == 0) {
    check(git_commit_lookup(&parent, repository, &head));
  }
  const git_commit* parents[] = {parent};
  check(git_commit_create(&head, repository, "HEAD", author, author, nullptr, "version", tree,
                          parent == nullptr ? 0 : 1, parents));
  git_commit_free(parent);
  git_signature_free(author);
  git_tree_free(tree);
  git_repository_free(repository);
}

void restore(const std::string& repository_folder, const std::string& folder) {
  git_repository* repository = open(repository_folder);
  git_object* tree = nullptr;
  check(git_revparse_single(&tree, repository, "HEAD^{tree}"));
  const auto* entries = reinterpret_cast<const git_tree*>(tree);
  fs::create_directories(folder);
  for (std::size_t i = 0; i < git_tree_entrycount(entries); ++i) {
    const git_tree_entry* entry = git_tree_entry_byindex(entries, i);
    git_blob* blob = nullptr;
    check(git_blob_lookup(&blob, repository, git_tree_entry_id(entry)));
    std::ofstream file(fs::path(folder) / git_tree_entry_name(entry), std::ios::binary);
    file.write(static_cast<const char*>(git_blob_rawcontent(blob)),
               static_cast<std::streamsize>(git_blob_rawsize(blob)));
    if (!file.flush()) throw std::runtime_error("cannot write a file");
    git_blob_free(blob);
  }
  git_object_free(tree);
  git_repository_free(repository);
}

}  // namespace

int main(int argc, char** argv) {
  return measure::run(argc, argv,
                      {{"commit", {2, [](const auto& a) { commit(a[0], a[1]); }}},
                       {"restore", {2, [](const auto& a) { restore(a[0], a[1]); }}}});
}
