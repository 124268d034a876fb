"""rebase and merge: results, conflicts and who is asked about them.

    test_merge.py PATH_OF_QFCSYNC
"""

import json
import signal
import sqlite3
import subprocess
import time

from support import Changesets, PROGRAM, at_terminal, qfcsync, rows, run


class Merge(Changesets):
    def test_rebase_writes_ours_after_theirs_and_every_conflict(self):
        ours, theirs = self.changeset(self.ours, "ours"), self.changeset(self.theirs, "theirs")
        out, conflicts = self.folder / "out", self.folder / "conflicts.jsonl"
        for policy, height in [("ours", 12.5), ("theirs", 13.5)]:
            text = self.done(qfcsync("rebase", ours, theirs, "-o", out, "--conflicts", conflicts,
                                     "--policy", policy), status=1)
            self.assertIn("2 conflicts", text)
            self.assertIn("base 11.5, ours 12.5, theirs 13.5", text)
            self.assertIn("trees: our row 20 is now", text)
            target = self.copy("target.gpkg")
            self.done(qfcsync("apply", target, theirs))
            self.done(qfcsync("apply", target, out))
            self.merged(target, height)
            self.conflicts(conflicts, policy)

    def conflicts(self, file, policy):
        found = {line["kind"]: line for line in
                 map(json.loads, file.read_text(encoding="utf-8").splitlines())}
        self.assertEqual(sorted(found), ["key_collision", "same_cell"])
        cell = next(c for c in found["same_cell"]["cells"] if c["column"] == "height")
        self.assertEqual((cell["base"], cell["ours"], cell["theirs"]), (11.5, 12.5, 13.5))
        self.assertEqual(found["same_cell"]["written"], policy)
        self.assertEqual(found["key_collision"]["written"], "both")

    def test_rebase_of_plain_changesets_learns_from_the_base(self):
        ours = self.changeset(self.ours, "ours", "--plain")
        theirs = self.changeset(self.theirs, "theirs", "--plain")
        out, conflicts = self.folder / "out", self.folder / "conflicts.jsonl"
        self.done(qfcsync("rebase", ours, theirs, "-o", out, "--conflicts", conflicts,
                          "--base", self.base), status=1)
        self.conflicts(conflicts, "ours")

    def test_rebase_without_conflicts_is_silent_about_them(self):
        ours, same = self.changeset(self.ours, "ours"), self.changeset(self.base, "none")
        conflicts = self.folder / "conflicts.jsonl"
        result = qfcsync("rebase", ours, same, "-o", "-", "--conflicts", conflicts, text=False)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(conflicts.read_bytes(), b"")
        self.assertEqual(self.done(qfcsync("show", "-", input=result.stdout, text=False)),
                         self.done(qfcsync("show", ours)).encode())

    def test_merge_has_the_edits_of_both(self):
        for policy, height in [("ours", 12.5), ("theirs", 13.5)]:
            result, conflicts = self.folder / "merged.gpkg", self.folder / "conflicts.jsonl"
            text = self.done(qfcsync("merge", self.base, self.ours, self.theirs, "-o", result,
                                     "--policy", policy, "--conflicts", conflicts), status=1)
            self.assertIn("2 conflicts", text)
            self.merged(result, height)
            self.conflicts(conflicts, policy)
        self.assertIn("no conflicts", self.done(
            qfcsync("merge", self.base, self.ours, self.base, "-o", result)))
        self.same(result, self.ours)

    def test_merge_may_replace_a_side_and_prints_the_losing_values(self):
        text = self.done(qfcsync("merge", self.base, self.ours, self.theirs, "-o", self.ours,
                                 "--policy", "theirs"), status=1)
        self.merged(self.ours, 13.5)
        self.assertIn("height: base 11.5, ours 12.5, theirs 13.5", text)
        for line in text.splitlines():
            self.assertLessEqual(line.count("is written"), 1, line)
            self.assertLessEqual(line.count("fid 1"), 1, line)
        self.assertEqual([path for path in self.state() if "part" in path], [])

    def test_relations_that_no_file_declares_are_told(self):
        folder = self.folder
        for name, tree in [("b", []), ("o", ["oak"]), ("t", ["fir"])]:
            with sqlite3.connect(folder / name) as database:
                database.execute("CREATE TABLE tree(id INTEGER PRIMARY KEY, kind TEXT)")
                database.execute("CREATE TABLE visit(id INTEGER PRIMARY KEY, tree INTEGER)")
                for kind in tree:
                    database.execute("INSERT INTO tree VALUES (1, ?)", (kind,))
                    database.execute("INSERT INTO visit VALUES (1, 1)")
            database.close()
        for relation, parents in [([], 1), (["--relation", "visit.tree=tree.id"], 2)]:
            self.done(qfcsync("merge", *relation, folder / "b", folder / "o", folder / "t", "-o",
                              folder / "m"), status=1)
            self.assertEqual(len({row[1] for row in rows(folder / "m", "visit")}), parents)
        self.refused(qfcsync("merge", folder / "b", folder / "o", folder / "t", "-o", folder / "m",
                             "--relation", "visit.tre=tree.id"), "visit", "tre")
        for side in ["o", "t"]:
            self.done(qfcsync("diff", folder / "b", folder / side, "-o", folder / f"{side}.changes"))
        rebase = ["rebase", folder / "o.changes", folder / "t.changes", "-o", folder / "r",
                  "--conflicts", folder / "c"]
        self.done(qfcsync(*rebase, "--relation", "visit.tree=tree.id"), status=1)
        for base in [[], ["--base", folder / "b"]]:
            self.refused(qfcsync(*rebase, *base, "--relation", "visits.tree=tree.id"), "visits")
        for wrong in ["visit.tree", "visit=tree", "visit.tree=tree.", "visit.a,b=tree.id"]:
            self.refused(qfcsync("merge", self.base, self.ours, self.theirs, "-o", folder / "m",
                                 "--relation", wrong), wrong, "CHILD.COLUMN=PARENT.COLUMN")

    def test_a_table_without_key_is_no_loss_when_ours_did_not_change_it(self):
        files = [self.folder / name for name in ["b", "o", "t"]]
        for file in files:
            with sqlite3.connect(file) as database:
                database.execute("CREATE TABLE notes(text)")
            database.close()
        merge = ["merge", *files, "-o", self.folder / "m"]
        result = qfcsync(*merge)
        self.done(result)
        self.assertEqual(result.stderr, "")
        with sqlite3.connect(files[1]) as database:
            database.execute("INSERT INTO notes VALUES ('mine')")
        database.close()
        result = qfcsync(*merge)
        self.done(result, status=1)
        self.assertIn("note: notes: ", result.stderr)
        self.assertIn("rows of theirs", result.stderr)

    def test_asking_needs_a_terminal(self):
        before = self.state()
        self.refused(qfcsync("merge", self.base, self.ours, self.theirs, "-o",
                             self.folder / "m.gpkg", "--policy", "ask"), "terminal", "--policy")
        self.assertEqual(self.state(), before)

    def test_each_conflict_is_asked_at_the_terminal(self):
        for answer, height in [("o", 12.5), ("t", 13.5)]:
            result = self.folder / "merged.gpkg"
            status, shown = at_terminal(["merge", self.base, self.ours, self.theirs, "-o", result,
                                         "--policy", "ask"], ["what?\n"] + [f"{answer}\n"] * 4)
            self.assertEqual(status, 1, shown)
            self.assertIn("height: base 11.5, ours 12.5, theirs 13.5", shown)
            self.merged(result, height)

    def test_quitting_leaves_everything_as_it_was(self):
        before = self.state()
        for answer in ["q\n", "\x04"]:
            status, shown = at_terminal(
                ["merge", self.base, self.ours, self.theirs, "-o", self.ours, "--policy", "ask",
                 "--conflicts", self.folder / "c.jsonl"], [answer])
            self.assertEqual(status, 1, shown)
            self.assertIn("nothing was changed", shown)
            self.assertEqual(self.state(), before)

    def test_ctrl_c_leaves_everything_as_it_was(self):
        before = self.state()
        status, shown = at_terminal(
            ["merge", self.base, self.ours, self.theirs, "-o", self.ours, "--policy", "ask",
             "--conflicts", self.folder / "c.jsonl"], ["\x03"])
        self.assertEqual(status, -signal.SIGINT, shown)
        self.assertEqual(self.state(), before)
        with subprocess.Popen([PROGRAM, "apply", self.base, "-"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as waiting:
            time.sleep(0.5)
            waiting.send_signal(signal.SIGINT)
            self.assertEqual(waiting.wait(timeout=30), -signal.SIGINT)
        self.assertEqual(self.state(), before)


if __name__ == "__main__":
    run()
