#include "history/graph.hpp"

#include <qfcsync/error.hpp>

#include "history/commit_message.hpp"
#include "history/git_handle.hpp"
#include "history/git_name.hpp"

#include <cstring>
#include <set>

#include <git2.h>

namespace qfcsync::history {
namespace {

constexpr const char* kNobody = "unknown";

using CommitHandle = GitHandle<git_commit, git_commit_free>;
using TreeHandle = GitHandle<git_tree, git_tree_free>;
using EntryHandle = GitHandle<git_tree_entry, git_tree_entry_free>;
using BuilderHandle = GitHandle<git_treebuilder, git_treebuilder_free>;
using SignatureHandle = GitHandle<git_signature, git_signature_free>;
using OdbObjectHandle = GitHandle<git_odb_object, git_odb_object_free>;

git_oid oid_of(const chunk::ObjectId& id) {
  git_oid oid;
  std::memcpy(oid.id, id.bytes.data(), kGitIdBytes);
  return oid;
}

chunk::ObjectId id_of(const git_oid& oid) {
  chunk::ObjectId id;
  std::memcpy(id.bytes.data(), oid.id, kGitIdBytes);
  return id;
}

CommitHandle look_up_commit(GitOdb& odb, const chunk::ObjectId& id) {
  const git_oid oid = oid_of(id);
  git_commit* commit = nullptr;
  odb.check(git_commit_lookup(&commit, odb.repository(), &oid), "read version " + git_hex(id));
  return CommitHandle(commit);
}

TreeHandle look_up_tree(GitOdb& odb, const git_oid& oid) {
  git_tree* tree = nullptr;
  odb.check(git_tree_lookup(&tree, odb.repository(), &oid), "read tree " + git_hex(id_of(oid)));
  return TreeHandle(tree);
}

TreeHandle tree_of(GitOdb& odb, const chunk::ObjectId& commit) {
  return look_up_tree(odb, *git_commit_tree_id(look_up_commit(odb, commit).get()));
}

/// The entry of a path; nullptr if there is none.
EntryHandle entry_of(GitOdb& odb, const git_tree* tree, const std::string& path) {
  git_tree_entry* entry = nullptr;
  const int result = git_tree_entry_bypath(&entry, tree, path.c_str());
  if (result == GIT_ENOTFOUND) {
    odb.check(0, {});
    return nullptr;
  }
  odb.check(result, "find " + path);
  return EntryHandle(entry);
}

bool is_folder(const git_tree_entry* entry) {
  return git_tree_entry_filemode(entry) == GIT_FILEMODE_TREE;
}

void refuse(const std::string& file, const std::string& other) {
  throw Error(ErrorCode::InvalidArgument, file + " is a file; it cannot be the folder of " + other);
}

/// Nothing is put below a file, and no file in place of a folder.
void check_place(GitOdb& odb, const git_tree* tree, const std::string& path) {
  const EntryHandle there = entry_of(odb, tree, path);
  if (there && is_folder(there.get())) refuse(path, "what is in it");
  for (std::size_t end = path.rfind('/'); end != std::string::npos && end > 0;
       end = path.rfind('/', end - 1)) {
    const EntryHandle above = entry_of(odb, tree, path.substr(0, end));
    if (!above) continue;
    if (!is_folder(above.get())) refuse(path.substr(0, end), path);
    return;
  }
}

/// Nor are a file and what is below it added at once.
void check_among(const std::set<std::string, std::less<>>& files, const std::string& path) {
  for (std::size_t end = path.rfind('/'); end != std::string::npos && end > 0;
       end = path.rfind('/', end - 1)) {
    if (files.contains(path.substr(0, end))) refuse(path.substr(0, end), path);
  }
}

TreeHandle empty_tree(GitOdb& odb) {
  git_treebuilder* builder = nullptr;
  odb.check(git_treebuilder_new(&builder, odb.repository(), nullptr), "make a tree");
  const BuilderHandle owned(builder);
  git_oid oid;
  odb.check(git_treebuilder_write(&oid, builder), "write a tree");
  return look_up_tree(odb, oid);
}

TreeHandle updated(GitOdb& odb, TreeHandle tree, const std::vector<git_tree_update>& updates) {
  if (updates.empty()) return tree;
  git_oid oid;
  odb.check(
      git_tree_create_updated(&oid, odb.repository(), tree.get(), updates.size(), updates.data()),
      "change a tree");
  return look_up_tree(odb, oid);
}

/// Git takes dots and quotes off both ends; what is nothing then gets a name.
SignatureHandle signature_of(GitOdb& odb, const Person& person, std::int64_t time_s) {
  const std::string name = clean_name(person.name);
  const std::string email = clean_name(person.email);
  git_signature* signature = nullptr;
  for (const char* tried_name : {name.c_str(), kNobody}) {
    for (const char* tried_email : {email.c_str(), kNobody}) {
      if (git_signature_new(&signature, tried_name, tried_email, time_s, 0) == 0) {
        return SignatureHandle(signature);
      }
    }
  }
  odb.check(GIT_ERROR, "name an author");
  return nullptr;
}

struct Walk {
  GitOdb* odb;
  std::vector<std::pair<std::string, chunk::ObjectId>> blobs;
};

int on_entry(const char* folder, const git_tree_entry* entry, void* payload) noexcept {
  try {
    if (git_tree_entry_type(entry) == GIT_OBJECT_BLOB) {
      static_cast<Walk*>(payload)->blobs.emplace_back(
          std::string(folder) + git_tree_entry_name(entry), id_of(*git_tree_entry_id(entry)));
    }
    return 0;
  } catch (...) {  // no memory
    return GIT_EUSER;
  }
}

}  // namespace

Commit Graph::commit(const chunk::ObjectId& id) {
  const CommitHandle handle = look_up_commit(odb_, id);
  Commit commit;
  commit.id = id;
  commit.tree = id_of(*git_commit_tree_id(handle.get()));
  for (unsigned i = 0; i < git_commit_parentcount(handle.get()); ++i) {
    commit.parents.push_back(id_of(*git_commit_parent_id(handle.get(), i)));
  }
  const git_signature* author = git_commit_author(handle.get());
  commit.author = {author->name, author->email};
  commit.time_s = git_commit_time(handle.get());
  commit.message = git_commit_message_raw(handle.get());
  return commit;
}

TreeFiles Graph::files(const chunk::ObjectId& commit) {
  const TreeHandle tree = tree_of(odb_, commit);
  Walk walk{&odb_, {}};
  odb_.check(git_tree_walk(tree.get(), GIT_TREEWALK_PRE, &on_entry, &walk), "list files");
  TreeFiles files;
  for (const auto& [path, id] : walk.blobs) {
    const auto pointer = path == kAttributesPath ? std::nullopt : parse_pointer(blob(id));
    if (pointer) files.emplace(path, *pointer);
  }
  return files;
}

std::optional<Pointer> Graph::find(const chunk::ObjectId& commit, std::string_view path) {
  const TreeHandle tree = tree_of(odb_, commit);
  const EntryHandle entry = entry_of(odb_, tree.get(), std::string(path));
  if (!entry || git_tree_entry_type(entry.get()) != GIT_OBJECT_BLOB || path == kAttributesPath) {
    return std::nullopt;
  }
  return parse_pointer(blob(id_of(*git_tree_entry_id(entry.get()))));
}

chunk::ObjectId Graph::change_tree(const std::optional<chunk::ObjectId>& parent,
                                   const std::vector<TreeChange>& changes) {
  TreeHandle tree = parent ? tree_of(odb_, *parent) : empty_tree(odb_);
  std::vector<git_tree_update> removals;
  std::vector<git_tree_update> additions;
  std::set<std::string, std::less<>> added;
  for (const TreeChange& change : changes) {
    check_versioned_path(change.path);
    git_tree_update update{};
    update.path = change.path.c_str();
    update.filemode = GIT_FILEMODE_BLOB;
    if (change.file) {
      update.action = GIT_TREE_UPDATE_UPSERT;
      update.id = oid_of(add_blob(format_pointer(*change.file)));
      additions.push_back(update);
      added.insert(change.path);
    } else if (entry_of(odb_, tree.get(), change.path)) {
      update.action = GIT_TREE_UPDATE_REMOVE;
      removals.push_back(update);
    }
  }
  // What goes goes first: a file may take the place of a folder.
  tree = updated(odb_, std::move(tree), removals);
  for (const std::string& path : added) {
    check_among(added, path);
    check_place(odb_, tree.get(), path);
  }
  if (!entry_of(odb_, tree.get(), std::string(kAttributesPath))) {
    git_tree_update update{};
    update.action = GIT_TREE_UPDATE_UPSERT;
    update.path = kAttributesPath.data();
    update.filemode = GIT_FILEMODE_BLOB;
    update.id = oid_of(add_blob(kAttributes));
    additions.push_back(update);
  }
  tree = updated(odb_, std::move(tree), additions);
  return id_of(*git_tree_id(tree.get()));
}

std::map<std::string, chunk::ObjectId> Graph::folders(const chunk::ObjectId& tree,
                                                      const std::vector<TreeChange>& changes) {
  std::map<std::string, chunk::ObjectId> folders{{"", tree}};
  const TreeHandle handle = look_up_tree(odb_, oid_of(tree));
  for (const TreeChange& change : changes) {
    for (std::size_t end = change.path.find('/'); end != std::string::npos;
         end = change.path.find('/', end + 1)) {
      const std::string folder = change.path.substr(0, end);
      if (folders.contains(folder)) continue;
      const EntryHandle entry = entry_of(odb_, handle.get(), folder);
      if (!entry || !is_folder(entry.get())) break;
      folders.emplace(folder, id_of(*git_tree_entry_id(entry.get())));
    }
  }
  return folders;
}

chunk::ObjectId Graph::add_commit(const Commit& commit) {
  const TreeHandle tree = look_up_tree(odb_, oid_of(commit.tree));
  std::vector<CommitHandle> parents;
  std::vector<const git_commit*> parent_handles;
  for (const chunk::ObjectId& parent : commit.parents) {
    parents.push_back(look_up_commit(odb_, parent));
    parent_handles.push_back(parents.back().get());
  }
  const SignatureHandle author = signature_of(odb_, commit.author, commit.time_s);
  git_buf buffer = GIT_BUF_INIT;
  odb_.check(git_commit_create_buffer(&buffer, odb_.repository(), author.get(), author.get(),
                                      nullptr, commit.message.c_str(), tree.get(),
                                      parent_handles.size(), parent_handles.data()),
             "make a version");
  git_oid oid;
  const int result = git_odb_write(&oid, odb_.odb(), buffer.ptr, buffer.size, GIT_OBJECT_COMMIT);
  git_buf_dispose(&buffer);
  odb_.check(result, "make a version");
  return id_of(oid);
}

std::optional<chunk::ObjectId> Graph::merge_base(const chunk::ObjectId& ours,
                                                 const chunk::ObjectId& theirs) {
  const git_oid one = oid_of(ours);
  const git_oid two = oid_of(theirs);
  git_oid base;
  const int result = git_merge_base(&base, odb_.repository(), &one, &two);
  if (result == GIT_ENOTFOUND) {
    odb_.check(0, {});
    return std::nullopt;
  }
  odb_.check(result, "find the version that both come from");
  return id_of(base);
}

bool Graph::is_ancestor(const chunk::ObjectId& ancestor, const chunk::ObjectId& of) {
  return ancestor == of || merge_base(ancestor, of) == ancestor;
}

std::string Graph::blob(const chunk::ObjectId& id) {
  const git_oid oid = oid_of(id);
  git_odb_object* object = nullptr;
  odb_.check(git_odb_read(&object, odb_.odb(), &oid), "read git object " + git_hex(id));
  const OdbObjectHandle owned(object);
  return {static_cast<const char*>(git_odb_object_data(object)), git_odb_object_size(object)};
}

chunk::ObjectId Graph::add_blob(std::string_view content) {
  git_oid oid;
  odb_.check(git_odb_write(&oid, odb_.odb(), content.data(), content.size(), GIT_OBJECT_BLOB),
             "write a git object");
  return id_of(oid);
}

}  // namespace qfcsync::history
