"""Versions that several folders and processes share, and what must not be typed.

    test_versions_shared.py PATH_OF_QFCSYNC
"""

import os
import random
import shutil
import signal
import time

from support import run
from versions import Versions

VERBS = ["init", "status", "commit", "log", "diff", "restore", "undo", "update", "tag", "prune",
         "check", "repair", "export", "bundle", "unbundle", "cat"]


class Shared(Versions):
    def join(self, name):
        folder = self.top / name
        self.done("init", folder, "--store", self.top / "store")
        self.done("update", folder=folder)
        return folder

    def share(self):
        """Two folders on one store, with one version."""
        self.done("init", "--store", self.top / "store")
        self.done("commit", "-m", "First day")
        return self.join("bob")

    def test_what_another_folder_committed_comes_with_update_and_is_never_taken_back(self):
        bob = self.share()
        (bob / "notes.txt").write_text("by Bob\n")
        self.done("commit", folder=bob)
        self.assertEqual(self.lines("status"),
                         [{"path": "notes.txt", "action": "changed", "by": "others"}])
        self.edit("UPDATE trees SET height=12.5 WHERE fid=1")
        done = self.one("commit")
        self.assertEqual([file["path"] for file in done["files"]], ["survey.gpkg"])
        self.assertEqual((self.folder / "notes.txt").read_text(), "by Bob\n")
        self.assertEqual(self.done("cat", "HEAD", "notes.txt"), "by Bob\n")

    def test_a_folder_that_joins_does_not_remove_what_it_has_not_fetched(self):
        self.share()
        carol = self.top / "carol"
        self.done("init", carol, "--store", self.top / "store")
        (carol / "new.txt").write_text("by Carol\n")
        done = self.one("commit", folder=carol)
        self.assertEqual([file["path"] for file in done["files"]], ["new.txt"])
        self.assertTrue((carol / "survey.gpkg").exists())

    def test_a_geopackage_that_both_edited_is_merged(self):
        bob = self.share()
        self.edit("UPDATE trees SET height=21.5 WHERE fid=2", folder=bob)
        self.done("commit", folder=bob)
        self.edit("UPDATE trees SET height=12.5 WHERE fid=1")
        self.refused("commit", words=["survey.gpkg", "qfcsync update"], status=1)
        self.assertIn("merged", self.done("update"))
        self.assertEqual((self.height(1), self.height(2)), (12.5, 21.5))
        self.done("commit", "-m", "Both")
        self.done("update", folder=bob)
        self.assertEqual((self.height(1, folder=bob), self.height(2, folder=bob)), (12.5, 21.5))

    def test_conflicts_are_told_and_nothing_is_lost(self):
        bob = self.share()
        self.edit("UPDATE trees SET height=21.5 WHERE fid=1", folder=bob)
        (bob / "notes.txt").write_text("by Bob\n")
        self.done("commit", folder=bob)
        self.edit("UPDATE trees SET height=12.5 WHERE fid=1")
        (self.folder / "notes.txt").write_text("by Ada\n")
        shown = self.done("update", status=1)
        self.assertIn("21.5", shown)
        self.assertIn("notes.txt: changed on both sides", shown)
        self.assertEqual(self.height(1), 12.5)
        self.assertEqual((self.folder / "notes.txt").read_text(), "by Ada\n")
        self.done("commit")
        self.assertEqual(self.done("cat", "HEAD~1", "notes.txt"), "by Bob\n")

    def test_two_processes_commit_at_once_and_both_versions_are_there(self):
        folders = [self.folder, self.share(), self.join("carol")]
        rounds = 4
        for number in range(rounds):
            for index, folder in enumerate(folders):
                (folder / f"own{index}.txt").write_text(f"{number}\n")
            started = [self.start("commit", "-m", f"{index}-{number}", folder=folder)
                       for index, folder in enumerate(folders)]
            for process in started:
                _, errors = process.communicate(timeout=120)
                self.assertEqual(process.returncode, 0, errors)
        messages = {entry["message"] for entry in self.lines("log", "-n", "0")}
        for index in range(len(folders)):
            for number in range(rounds):
                self.assertIn(f"{index}-{number}", messages)
        for folder in folders:
            self.done("update", folder=folder)
            for index in range(len(folders)):
                self.assertEqual((folder / f"own{index}.txt").read_text(), f"{rounds - 1}\n")
        self.done("check", "--deep")

    def test_a_commit_that_is_killed_leaves_all_as_it_was_or_done(self):
        self.done("init")
        self.done("commit")
        seed = int(os.environ.get("QFCSYNC_SEED", "7"))
        chance = random.Random(seed)
        for number in range(12):
            blob = chance.randbytes(300_000)
            (self.folder / "photo.jpg").write_bytes(blob)
            before = self.lines("log")[0]["version"]
            process = self.start("commit", "-m", f"try {number}")
            time.sleep(chance.uniform(0.0, 0.08))
            os.kill(process.pid, signal.SIGKILL)
            process.communicate(timeout=60)
            newest = self.lines("log")[0]
            self.assertTrue(newest["version"] == before or newest["message"] == f"try {number}",
                            f"seed {seed}: {newest}")
            self.done("check")
            self.done("commit", "-m", f"again {number}")
            got = self.run_in(self.folder, "cat", "HEAD", "photo.jpg", text=False)
            self.assertEqual(got.stdout, blob, f"seed {seed}")
        self.done("check", "--deep")

    def test_a_process_that_is_asked_to_end_ends(self):
        self.started()
        (self.folder / "large.bin").write_bytes(os.urandom(30_000_000))
        process = self.start("commit")
        time.sleep(0.15)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        self.assertIn(process.returncode, [0, -signal.SIGTERM])
        self.done("check")


class Wrong(Versions):
    def test_help_of_each_verb_teaches(self):
        for verb in VERBS:
            text = self.done(verb, "--help")
            self.assertIn("Exit status", text, verb)
            self.assertIn("Examples:", text, verb)
            self.assertEqual(self.run_in(self.folder, verb, "--nope").returncode, 2, verb)
        self.assertIn("Versions of a folder", self.done("--help"))

    def test_a_folder_without_versions_says_how_to_begin(self):
        for verb in ["status", "commit", "log", "tag", "check", "prune", "update"]:
            self.refused(verb, words=["qfcsync init"])
        self.refused("status", "-C", self.top / "nowhere", words=["nowhere"])

    def test_init_twice_and_bad_addresses_are_refused_and_leave_nothing(self):
        for address in ["ftp://host/x", "s3://", "webdav+https://user:secret@host/x"]:
            result = self.run_in(self.folder, "init", "--store", address)
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertNotIn("secret", result.stderr)
            self.assertFalse((self.folder / ".qfcsync").exists(), address)
        self.done("init")
        self.refused("init", words=["has versions already"])

    def test_a_config_that_says_nonsense_is_named_with_its_line(self):
        self.started()
        config = self.folder / ".qfcsync" / "config"
        text = config.read_text()
        self.assertIn("# Where versions are kept", text)
        config.write_text(text + "colour = blue\n")
        self.refused("status", words=["config, line", "key = value"])
        config.write_text("# nothing\n")
        self.refused("status", words=["names no store"])

    def test_versions_and_paths_that_are_not_there(self):
        self.refused("restore", "HEAD", words=["init"])
        self.done("init")
        self.refused("restore", "HEAD", words=["nothing has been committed"])
        self.done("commit")
        self.refused("restore", "HEAD~5", words=["HEAD~5"])
        self.refused("restore", "HEAD", "nope.txt", words=["nope.txt"])
        self.refused("cat", "0123456789", "notes.txt", words=["0123456789"])
        self.refused("restore", "HEAD", "-o", self.top / "x", words=["export"])

    def test_a_cache_can_be_deleted_at_any_time(self):
        self.started()
        shutil.rmtree(self.folder / ".qfcsync" / "cache")
        self.assertEqual(len(self.lines("log")), 1)
        self.done("status", "--exit-code")
        self.git("fsck")


if __name__ == "__main__":
    run()
