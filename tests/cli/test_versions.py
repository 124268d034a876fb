"""Versions of a folder: every verb, as a surveyor types it.

    test_versions.py PATH_OF_QFCSYNC
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess

from support import run
from versions import Versions


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Days(Versions):
    def test_a_commit_takes_what_status_lists(self):
        self.done("init")
        self.assertIn("no version yet", self.done("status"))
        listed = {(entry["path"], entry["action"]) for entry in self.lines("status")}
        self.assertEqual(listed, {("survey.gpkg", "added"), ("notes.txt", "added")})
        first = self.one("commit", "-m", "First day")
        self.assertTrue(first["is_new"])
        self.assertIn("nothing has changed", self.done("status", "--exit-code"))
        self.assertIn("nothing has changed", self.done("commit"))
        self.edit("UPDATE trees SET height=12.5 WHERE fid=1")
        (self.folder / "notes.txt").unlink()
        self.done("status", "--exit-code", status=1)
        text = self.done("commit", "-m", "Tree 1 has grown")
        self.assertIn("changed  survey.gpkg  trees 1 updated", text)
        self.assertIn("removed  notes.txt", text)
        self.assertEqual([entry["message"] for entry in self.lines("log")],
                         ["Tree 1 has grown", "First day"])

    def test_only_the_files_that_are_named_are_committed_from_any_folder_inside(self):
        self.started()
        photos = self.folder / "photos"
        photos.mkdir()
        (photos / "1.jpg").write_bytes(b"\xff\xd8oak")
        (photos / "2.jpg").write_bytes(b"\xff\xd8elm")
        done = self.one("commit", "1.jpg", folder=photos)
        self.assertEqual([file["path"] for file in done["files"]], ["photos/1.jpg"])
        self.assertEqual([e["path"] for e in self.lines("status", "-C", photos, folder=self.top)],
                         ["photos/2.jpg"])
        self.refused("commit", "../../elsewhere", words=["is not in the folder"], folder=photos)

    def test_author_and_device_come_from_options_environment_and_config(self):
        self.done("init", "--author", "Config", "--device", "phone")
        self.done("commit")
        self.assertEqual(self.lines("log")[0]["author"], "Ada")
        (self.folder / "notes.txt").write_text("second\n")
        self.done("commit", "--author", "Bob", "--device", "desk")
        (self.folder / "notes.txt").write_text("third\n")
        bare = {key: value for key, value in os.environ.items()
                if not key.startswith("QFCSYNC_")}
        self.done("commit", env=bare)
        authors = [(entry["author"], entry["device"]) for entry in self.lines("log")]
        self.assertEqual(authors, [("Config", "phone"), ("Bob", "desk"), ("Ada", "tablet 3")])

    def test_the_log_of_a_file_a_table_and_a_feature(self):
        self.started()
        self.edit("UPDATE trees SET height=12.5 WHERE fid=1")
        self.done("commit")
        self.edit("DELETE FROM inspections WHERE fid=4")
        self.done("commit")
        (self.folder / "notes.txt").write_text("second\n")
        self.done("commit")
        self.assertEqual(len(self.lines("log")), 4)
        self.assertEqual(len(self.lines("log", "-n", "2")), 2)
        self.assertEqual(len(self.lines("log", "survey.gpkg")), 3)
        self.assertEqual(len(self.lines("log", "survey.gpkg", "--table", "inspections")), 1)
        self.assertEqual(len(self.lines("log", "survey.gpkg", "--table", "trees", "--key", "2")), 0)
        life = self.done("log", "survey.gpkg", "--table", "trees", "--key", "1")
        self.assertRegex(life, r"~ fid 1: height [0-9.]+ -> 12\.5")
        self.assertIn("... there are older ones", self.done("log", "-n", "1"))
        self.assertEqual(self.run_in(self.folder, "log", "--table", "trees").returncode, 2)

    def test_diff_shows_values_of_versions_of_the_folder_and_of_files(self):
        self.started()
        shutil.copy(self.folder / "survey.gpkg", self.top / "before.gpkg")
        self.edit("UPDATE trees SET height=12.5 WHERE fid=1")
        here = self.done("diff")
        self.assertRegex(here, r"changed  survey.gpkg.*\n.*\n.*height [0-9.]+ -> 12\.5")
        self.assertEqual(self.done("diff", "survey.gpkg"), here)
        self.assertEqual(self.done("diff", "notes.txt"), "no changes\n")
        self.done("diff", "--exit-code", status=1)
        self.done("commit")
        self.assertEqual(self.done("diff", "--exit-code"), "no changes\n")
        self.assertRegex(self.done("diff", "HEAD~1", "HEAD"), r"height [0-9.]+ -> 12\.5")
        self.assertRegex(self.done("diff", "HEAD", "HEAD~1", "survey.gpkg"), r"height 12\.5 -> ")
        self.assertEqual(self.lines("diff", "HEAD~1", "HEAD")[0]["path"], "survey.gpkg")
        changes = self.one("diff", "HEAD~1", "HEAD", "survey.gpkg")
        self.assertIn("12.5", str(changes))
        self.done("diff", "HEAD~1", "HEAD", "survey.gpkg", "-o", self.top / "day.changeset")
        self.assertIn("12.5", self.done("show", self.top / "day.changeset"))
        files = self.done("diff", self.top / "before.gpkg", "survey.gpkg")
        self.assertRegex(files, r"height [0-9.]+ -> 12\.5")
        self.refused("diff", "HEAD~7", "HEAD", words=["HEAD~7"])
        self.refused("diff", "nope.gpkg", "survey.gpkg", words=["nope.gpkg"])

    def test_restore_gives_the_bytes_back_and_keeps_what_has_no_version(self):
        self.started()
        first = sha256(self.folder / "survey.gpkg")
        self.edit("UPDATE trees SET height=12.5 WHERE fid=1")
        self.done("commit")
        second = sha256(self.folder / "survey.gpkg")
        self.edit("UPDATE trees SET height=99 WHERE fid=1")
        self.refused("restore", "HEAD~1", "survey.gpkg", words=["--force", "survey.gpkg"])
        self.refused("restore", "HEAD~1", words=["--force"])
        self.assertEqual(self.height(), 99)
        self.done("restore", "HEAD~1", "survey.gpkg", "-o", self.top / "old.gpkg")
        self.assertEqual(sha256(self.top / "old.gpkg"), first)
        self.done("restore", "HEAD", "survey.gpkg", "--force")
        self.assertEqual(sha256(self.folder / "survey.gpkg"), second)
        self.done("restore", "HEAD~1", "survey.gpkg")
        self.assertEqual(sha256(self.folder / "survey.gpkg"), first)
        self.done("commit", "-m", "Back")
        self.assertEqual(self.lines("log")[0]["message"], "Back")

    def test_restore_of_all_files_brings_removed_ones_and_leaves_strange_ones(self):
        self.started()
        (self.folder / "notes.txt").unlink()
        (self.folder / "later.txt").write_text("later\n")
        self.done("commit")
        (self.folder / "strange.txt").write_text("mine\n")
        self.done("restore", "HEAD~1")
        self.assertEqual((self.folder / "notes.txt").read_text(), "first\n")
        self.assertFalse((self.folder / "later.txt").exists())
        self.assertEqual((self.folder / "strange.txt").read_text(), "mine\n")

    def test_a_geopackage_that_a_program_has_open_is_not_replaced(self):
        self.started()
        self.edit("UPDATE trees SET height=12.5 WHERE fid=1")
        self.done("commit")
        database = sqlite3.connect(self.folder / "survey.gpkg")
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("UPDATE inspections SET note='open'")
        database.commit()
        self.done("commit", "-m", "While it is open")
        self.refused("restore", "HEAD~1", "survey.gpkg", words=["open in another program"], status=1)
        self.refused("undo", "HEAD", words=["open in another program"], status=1)
        database.close()
        self.done("restore", "HEAD~1", "survey.gpkg")

    def test_undo_of_a_version_a_table_and_a_feature(self):
        self.started()
        old = self.height()
        self.edit("UPDATE trees SET height=12.5 WHERE fid=1",
                  "UPDATE trees SET height=13.5 WHERE fid=2", "DELETE FROM inspections WHERE fid=4")
        version = self.one("commit")["version"]
        self.done("undo", version, "survey.gpkg", "--table", "trees", "--key", "1")
        self.assertEqual((self.height(1), self.height(2)), (old, 13.5))
        self.edit("UPDATE trees SET height=14.5 WHERE fid=2")
        self.refused("undo", version, words=["commit them first"])
        self.done("commit")
        conflicts = self.one("undo", version, "survey.gpkg", "--table", "trees", "--key", "2",
                             status=1)
        self.assertFalse(conflicts["is_done"])
        self.assertEqual(self.height(2), 14.5)
        self.done("undo", version, "survey.gpkg", "--table", "inspections")
        self.done("status", "--exit-code")
        self.refused("undo", version, "nope.txt", words=["nope.txt"])

    def test_tags_are_names_of_versions(self):
        first = self.started()
        self.done("tag", "first")
        (self.folder / "notes.txt").write_text("second\n")
        self.done("commit")
        self.assertEqual(self.lines("tag"), [{"name": "first", "version": first}])
        self.assertEqual(self.done("cat", "first", "notes.txt"), "first\n")
        self.refused("tag", "first", "HEAD", words=["first"])
        self.refused("tag", "two words")
        self.done("tag", "-d", "first")
        self.refused("tag", "-d", "first")

    def test_cat_gives_ranges(self):
        self.started()
        data = (self.folder / "survey.gpkg").read_bytes()
        for text, expected in [("0-15", data[:16]), ("100-", data[100:]),
                               (f"{len(data) - 3}-999999999", data[-3:])]:
            got = self.run_in(self.folder, "cat", "HEAD", "survey.gpkg", "--range", text, text=False)
            self.assertEqual(got.stdout, expected)
        for bad in ["5-2", "-5", "x", "999999999-"]:
            self.refused("cat", "HEAD", "survey.gpkg", f"--range={bad}", words=["range"])

    def test_export_writes_all_files(self):
        self.started()
        self.done("export", "HEAD", self.top / "out")
        for name in ["survey.gpkg", "notes.txt"]:
            self.assertEqual(sha256(self.top / "out" / name), sha256(self.folder / name))
        self.refused("export", "HEAD", self.top / "out", words=["has something in it"])

    def test_prune_tells_first_and_keeps_the_newest_and_tagged(self):
        self.started()
        self.done("tag", "first")
        for text in ["second", "third", "fourth"]:
            (self.folder / "notes.txt").write_text(text)
            self.done("commit")
        preview = self.one("prune", "--preview", "--keep-newest", "1")
        self.assertEqual(len(preview["pruned"]), 2)
        self.assertEqual(self.done("cat", "HEAD~1", "notes.txt"), "third")
        self.assertIn("2 version", self.done("prune", "--keep-newest", "1"))
        self.refused("cat", "HEAD~1", "notes.txt")
        self.assertEqual(self.done("cat", "first", "notes.txt"), "first\n")
        self.assertEqual(len(self.lines("log")), 4)
        self.done("check", "--deep")

    def test_check_finds_damage_and_repair_fetches_it_from_a_copy(self):
        self.started()
        store = self.folder / ".qfcsync" / "store"
        shutil.copytree(store, self.top / "copy")
        self.assertIn("all is well", self.done("check", "--deep"))
        pack = max((path for path in (store / "packs").rglob("*") if path.is_file()),
                   key=lambda path: path.stat().st_size)
        pack.chmod(0o644)
        data = bytearray(pack.read_bytes())
        data[len(data) // 3] ^= 1
        pack.write_bytes(data)
        problems = self.one("check", status=1)["problems"]
        self.assertIn(pack.name.split(".")[0][:16], str(problems))
        self.assertTrue(any(problem["versions"] for problem in problems), problems)
        self.refused("repair", "--from", self.top / "nowhere", words=["nowhere"])
        self.done("repair", "--from", self.top / "copy")
        self.assertIn("all is well", self.done("check", "--deep"))

    def test_a_bundle_carries_versions_to_a_folder_without_a_network(self):
        self.started()
        other = self.top / "other"
        self.done("init", other)
        self.done("bundle", self.top / "all.bundle")
        self.done("unbundle", self.top / "all.bundle", folder=other)
        self.done("update", folder=other)
        self.assertEqual(sha256(other / "survey.gpkg"), sha256(self.folder / "survey.gpkg"))
        (self.folder / "notes.txt").write_text("second\n")
        head = self.one("commit")["version"]
        self.done("bundle", self.top / "week.bundle", "--have", "HEAD~1")
        self.assertEqual(self.one("unbundle", self.top / "week.bundle", folder=other)["head"], head)
        self.done("update", folder=other)
        self.assertEqual((other / "notes.txt").read_text(), "second\n")
        (self.top / "bad.bundle").write_bytes(b"no bundle at all")
        self.refused("unbundle", self.top / "bad.bundle", folder=other)

    def test_plain_git_reads_the_history(self):
        self.started()
        self.edit("UPDATE trees SET height=12.5 WHERE fid=1")
        self.done("commit", "-m", "Tree 1 has grown")
        log = self.git("log", "--stat")
        for word in ["Tree 1 has grown", "First day", "Ada", "tablet 3", "survey.gpkg",
                     "trees 1 updated"]:
            self.assertIn(word, log)
        self.git("fsck", "--full", "--strict")
        clone = self.top / "clone"
        done = subprocess.run(["git", "clone", "-q", self.folder / ".qfcsync/cache/git", clone],
                              env={**os.environ, "GIT_LFS_SKIP_SMUDGE": "1"},
                              capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(sha256(self.folder / "notes.txt"), (clone / "notes.txt").read_text())


if __name__ == "__main__":
    run()
