"""apply, invert and concat: what files hold afterwards.

    test_apply.py PATH_OF_QFCSYNC
"""

import json
import shutil

from support import Changesets, SAMPLE, edit, qfcsync, rows, run


class Apply(Changesets):
    def test_apply_makes_the_file_the_other_one_and_invert_undoes_it(self):
        for modified in [self.ours, self.theirs]:
            changes = self.changeset(modified, "c.changeset")
            target = self.same_after_apply(changes, modified)
            undo = self.folder / "undo.changeset"
            self.done(qfcsync("invert", changes, "-o", undo))
            self.done(qfcsync("apply", target, undo))
            self.same(target, self.base)

    def test_changesets_go_through_pipes(self):
        changes = self.changeset(self.ours, "c.changeset").read_bytes()
        piped = qfcsync("diff", self.base, self.ours, "-o", "-", text=False)
        self.assertEqual((piped.returncode, piped.stdout, piped.stderr), (0, changes, b""))
        target = self.copy("target.gpkg")
        self.done(qfcsync("apply", target, "-", input=changes, text=False))
        self.same(target, self.ours)
        undo = qfcsync("invert", "-", input=changes, text=False).stdout
        self.done(qfcsync("apply", target, "-", input=undo, text=False))
        self.same(target, self.base)
        joined = qfcsync("concat", "-", self.changeset(self.base, "none"), "-o", "-",
                         input=changes, text=False)
        self.assertEqual(self.done(qfcsync("show", "-", input=joined.stdout, text=False)),
                         self.done(qfcsync("diff", self.base, self.ours)).encode())
        self.refused(qfcsync("concat", "-", "-", "-o", self.folder / "x"), "once")

    def test_dry_run_changes_nothing(self):
        changes = self.changeset(self.ours, "c.changeset")
        before = self.state()
        text = self.done(qfcsync("apply", self.base, changes, "--dry-run"))
        self.assertIn("3 changes would be made", text)
        self.assertEqual(rows(self.base), rows(SAMPLE))
        self.assertIn("nothing would be changed", self.done(
            qfcsync("apply", self.theirs, changes, "--dry-run"), status=1))
        self.assertEqual(sorted(self.state()), sorted(before))
        self.assertEqual(rows(self.theirs)[0][3], 13.5)

    def test_misfits_are_named_and_nothing_is_changed(self):
        changes = self.changeset(self.ours, "c.changeset")
        report = self.folder / "misfits.jsonl"
        before = rows(self.theirs)
        text = self.done(qfcsync("apply", self.theirs, changes, "--report", report), status=1)
        self.assertIn("update of trees fid 1: height is 13.5, expected 11.5", text)
        self.assertIn("nothing was changed", text)
        self.assertEqual(rows(self.theirs), before)
        misfits = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
        self.assertEqual([(m["kind"], m["key"]) for m in misfits],
                         [("other_value", {"fid": 1}), ("existing_row", {"fid": 20})])
        self.assertEqual((misfits[0]["expected"], misfits[0]["found"]), (11.5, 13.5))

    def test_skipping_makes_the_changes_that_fit(self):
        changes = self.changeset(self.ours, "c.changeset")
        text = self.done(qfcsync("apply", self.theirs, changes, "--skip-mismatches"), status=1)
        self.assertIn("1 change made, 2 left out", text)
        self.assertEqual([row[0] for row in rows(self.theirs, "inspections")], [1, 2, 3])
        self.assertEqual(rows(self.theirs)[0][3], 13.5)

    def test_concat_does_what_all_do(self):
        later = self.folder / "later.gpkg"
        shutil.copy(self.ours, later)
        edit(later, "UPDATE trees SET height=99.0 WHERE fid=1", "DELETE FROM trees WHERE fid=20")
        first = self.changeset(self.ours, "first")
        second = self.folder / "second"
        self.done(qfcsync("diff", self.ours, later, "-o", second))
        both = self.folder / "both"
        self.done(qfcsync("concat", first, second, "-o", both))
        self.same_after_apply(both, later)
        before = both.read_bytes()
        self.refused(qfcsync("concat", second, second, "-o", both), "cannot follow")
        self.assertEqual(both.read_bytes(), before)


if __name__ == "__main__":
    run()
