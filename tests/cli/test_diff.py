"""diff: what it finds, prints and tells by its exit status.

    test_diff.py PATH_OF_QFCSYNC
"""

import json
import shutil

from support import Changesets, edit, qfcsync, run


class Diff(Changesets):
    def test_diff_prints_what_a_surveyor_can_read(self):
        text = self.done(qfcsync("diff", self.base, self.ours))
        self.assertEqual(text.splitlines(), [
            "inspections: 1 deleted",
            '  - fid 4: tree 5, day "2025-06-12", inspector "Bob", note "ash dieback"',
            "trees: 1 inserted, 1 updated",
            '  + fid 20: geom POINT (2600042 1199731), species "yew", height 2.0',
            '  ~ fid 1: species "oak" -> "Oak", height 11.5 -> 12.5'], text)
        text = self.done(qfcsync("diff", self.base, self.theirs))
        self.assertIn("geom POINT (2600071.75 1199745.5) -> POINT (2600135.25 1199690.75)", text)
        self.assertEqual(self.done(qfcsync("diff", self.base, self.base)), "no changes\n")

    def test_exit_code_tells_differences_from_trouble(self):
        self.assertEqual(qfcsync("diff", self.base, self.base, "--exit-code").returncode, 0)
        self.assertEqual(qfcsync("diff", self.base, self.ours, "--exit-code").returncode, 1)
        self.assertEqual(qfcsync("diff", self.base, self.ours).returncode, 0)
        self.refused(qfcsync("diff", self.base, self.folder / "nope", "--exit-code"), "nope")
        with open("/dev/full", "w", encoding="utf-8") as full:
            lost = qfcsync("diff", self.base, self.ours, "--exit-code", stdout=full)
        self.refused(lost, "standard output")

    def test_ways_of_comparing_agree_and_the_base_is_named(self):
        expected = self.changeset(self.ours, "auto", "--base-id", "monday").read_bytes()
        self.assertIn(b'"monday"', expected)
        for way in ["leaves", "pages", "sqlite"]:
            made = self.changeset(self.ours, way, "--base-id", "monday", "--method", way)
            self.assertEqual(made.read_bytes(), expected)
        self.assertEqual(qfcsync("diff", self.base, self.ours, "--method", "x").returncode, 2)

    def test_tables_and_manifest(self):
        only = self.done(qfcsync("diff", self.base, self.ours, "--tables", "trees", "--summary"))
        self.assertEqual(only, "trees: 1 inserted, 1 updated\n")
        self.refused(qfcsync("diff", self.base, self.ours, "--tables", "nope"), "nope")
        pages = self.folder / "base.pages"
        self.done(qfcsync("manifest", self.base, "-o", pages))
        self.assertEqual(
            self.done(qfcsync("diff", self.base, self.ours, "--manifest", pages)),
            self.done(qfcsync("diff", self.base, self.ours)))
        self.refused(qfcsync("diff", self.base, self.ours, "--manifest", self.ours), "ours.gpkg")
        self.refused(qfcsync("diff", self.base, self.ours, "--manifest", self.folder / "x"), "x")

    def test_other_columns_are_refused_or_reported(self):
        wider = self.copy("wider.gpkg", "ALTER TABLE trees ADD COLUMN owner TEXT",
                          "DELETE FROM inspections WHERE fid=4")
        before = self.state()
        self.refused(qfcsync("diff", self.base, wider, "-o", self.folder / "x"), "trees", "owner")
        self.assertEqual(self.state(), before)
        result = qfcsync("diff", self.base, wider, "--schema-report")
        self.assertIn("inspections: 1 deleted", self.done(result, status=1))
        self.assertRegex(result.stderr, r"schema: .*trees.*owner")

    def test_tables_that_are_not_compared_are_noted(self):
        keyless = self.copy("keyless.gpkg", "CREATE TABLE notes(text)")
        again = self.folder / "again.gpkg"
        shutil.copy(keyless, again)
        result = qfcsync("diff", keyless, again)
        self.assertEqual(self.done(result), "no changes\n")
        self.assertRegex(result.stderr, "note: notes: .*the same in both files")
        self.done(qfcsync("diff", keyless, again, "--exit-code"))
        self.assertIn("not compared: notes: ", self.done(qfcsync("schema", keyless)))
        schema = json.loads(self.done(qfcsync("schema", keyless, "--json")))
        self.assertIn(("notes", "no_key"),
                      [(note["table"], note["reason"]) for note in schema["notes"]])

    def test_no_script_takes_a_changed_table_without_key_for_unchanged(self):
        base = self.copy("b.gpkg", "CREATE TABLE notes(text)", "INSERT INTO notes VALUES ('a')")
        other = self.copy("o.gpkg", "CREATE TABLE notes(text)", "INSERT INTO notes VALUES ('b')")
        out = self.folder / "out.changeset"
        for options in [[], ["--summary"], ["--exit-code"], ["--json"], ["-o", out],
                        ["--geojson", "--exit-code"], ["-o", "-"], ["-o", out, "--exit-code"]]:
            with self.subTest(options=options):
                result = qfcsync("diff", base, other, *options)
                text = self.done(result, status=1)
                self.assertRegex(result.stderr, "note: notes: .*they changed")
                if not {"--json", "--geojson", "-"} & set(options):
                    self.assertIn("notes: changed", text)
                if out not in options:
                    self.assertNotIn("no changes", text)
        edit(other, "UPDATE trees SET species='yew' WHERE fid=1")
        text = self.done(qfcsync("diff", base, other), status=1)
        self.assertIn("notes: changed", text)
        self.assertIn("trees: 1 updated", text)


if __name__ == "__main__":
    run()
