"""Changesets at the command line: what people see, what files hold, and what failures leave alone.

    test_changeset.py PATH_OF_QFCSYNC
"""

import json
import os
import pathlib
import pty
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "examples" / "sample" / "trees.gpkg"
COMMANDS = ["diff", "show", "from-json", "apply", "invert", "concat", "rebase", "merge", "schema", "manifest"]
ESCAPE = "\x1b"


def qfcsync(*arguments, text=True, **more):
    """Without a terminal, wherever the tests run."""
    more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, **more}
    if "input" in more:
        del more["stdin"]
    return subprocess.run([PROGRAM, *map(str, arguments)], stderr=subprocess.PIPE, text=text,
                          timeout=60, check=False, start_new_session=True, **more)


def edit(path, *statements):
    """Edits a copy of the sample. The triggers of its spatial index need functions of GDAL."""
    with sqlite3.connect(path) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type='trigger' AND "
                                        "name LIKE 'rtree%'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            database.execute(statement)
    database.close()


def rows(path, table="trees"):
    with sqlite3.connect(path) as database:
        result = database.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
    database.close()
    return result


def at_terminal(arguments, answers=(), environment=None):
    """Runs the command at a pseudo terminal; each answer is typed after a question mark.

    Returns the exit status and all that the terminal showed.
    """
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(environment or {})
        os.execv(PROGRAM, [PROGRAM, *map(str, arguments)])
    shown, answers = b"", list(answers)
    deadline = time.monotonic() + 60
    seen = 0
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            part = os.read(terminal, 65536)
        except OSError:  # the program has ended
            part = b""
        if not part:
            break
        shown += part
        if answers and b"uit? " in shown[seen:]:
            seen = len(shown)
            os.write(terminal, answers.pop(0).encode())
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), shown.decode()


class Changesets(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="qfcsync-changeset-"))
        self.base = self.copy("base.gpkg")
        self.ours = self.copy("ours.gpkg",
                              "UPDATE trees SET height=12.5, species='Oak' WHERE fid=1",
                              "INSERT INTO trees(fid, species, height, geom) "
                              "SELECT 20, 'yew', 2.0, geom FROM trees WHERE fid=2",
                              "DELETE FROM inspections WHERE fid=4")
        self.theirs = self.copy("theirs.gpkg", "UPDATE trees SET height=13.5 WHERE fid=1",
                                "UPDATE trees SET geom=(SELECT geom FROM trees WHERE fid=5) "
                                "WHERE fid=3",
                                "INSERT INTO trees(fid, species) VALUES (20, 'fir')")

    def tearDown(self):
        shutil.rmtree(self.folder)

    def copy(self, name, *statements):
        path = self.folder / name
        shutil.copy(SAMPLE, path)
        edit(path, *statements)
        return path

    def changeset(self, modified, name, *options):
        path = self.folder / name
        self.done(qfcsync("diff", self.base, modified, "-o", path, *options))
        return path

    def done(self, result, status=0):
        self.assertEqual(result.returncode, status, (result.stdout, result.stderr))
        return result.stdout

    def refused(self, result, *words, status=2):
        self.assertEqual(result.returncode, status, (result.stdout, result.stderr))
        self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
        self.assertTrue(result.stderr.startswith("error: "), result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)

    def same(self, first, second):
        self.assertEqual(qfcsync("diff", first, second, "--exit-code").returncode, 0)
        for table in ["trees", "inspections"]:
            self.assertEqual(rows(first, table), rows(second, table))

    def state(self):
        """Every file of the folder with its bytes."""
        return {path.name: path.read_bytes() for path in self.folder.iterdir()}

    def test_help_of_each_command_tells_the_exit_status(self):
        for command in COMMANDS:
            text = self.done(qfcsync(command, "--help"))
            self.assertIn("Exit status", text)
            self.assertIn("Examples:", text)
        for command in COMMANDS:
            self.assertIn(command, self.done(qfcsync("--help")))
            self.assertEqual(qfcsync(command).returncode, 2)
            self.assertEqual(qfcsync(command, "--nope").returncode, 2)
        self.refused(qfcsync("dif"), "unknown command 'dif'", "diff", "merge")

    # diff and show

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

    def test_long_lists_and_values_are_cut_and_json_has_all(self):
        many = self.copy("many.gpkg", *[f"INSERT INTO inspections(tree, note) VALUES ({n}, 'x')"
                                        for n in range(30)],
                         f"UPDATE trees SET species='{'a' * 500}b' WHERE fid=1",
                         f"UPDATE trees SET photo='{'a' * 500}b' WHERE fid=2")
        lines = self.done(qfcsync("diff", self.base, many)).splitlines()
        self.assertEqual(lines[0], "inspections: 30 inserted")
        self.assertEqual(len([line for line in lines if line.startswith("  + ")]), 20)
        self.assertIn("  ... and 10 more; --json shows all", lines)
        self.assertLess(max(map(len, lines)), 200)
        also = self.copy("also.gpkg", f"UPDATE trees SET species='{'a' * 500}c' WHERE fid=1")
        shown = self.done(qfcsync("diff", many, also, "--tables", "trees"))
        self.assertRegex(shown, r'species "\.\.\.a+b" -> "\.\.\.a+c"')
        document = json.loads(self.done(qfcsync("diff", self.base, many, "--json")))
        self.assertEqual(sum(len(table["rows"]) for table in document["changes"]), 32)

    def test_forms_agree_and_go_to_files_too(self):
        file = self.folder / "out.json"
        printed = self.done(qfcsync("diff", self.base, self.ours, "--json"))
        self.assertEqual(
            self.done(qfcsync("diff", self.base, self.ours, "--json", "-o", file)), "")
        self.assertEqual(file.read_text(encoding="utf-8"), printed)
        changes = self.changeset(self.ours, "ours.changeset")
        self.assertEqual(self.done(qfcsync("show", changes, "--json")), printed)
        self.assertEqual(self.done(qfcsync("show", changes)),
                         self.done(qfcsync("diff", self.base, self.ours)))
        summary = "inspections: 1 deleted\ntrees: 1 inserted, 1 updated\n"
        self.assertEqual(self.done(qfcsync("show", changes, "--summary")), summary)
        self.assertEqual(self.done(qfcsync("diff", self.base, self.ours, "--summary")), summary)
        features = json.loads(self.done(qfcsync("diff", self.base, self.ours, "--geojson")))
        self.assertEqual(features["type"], "FeatureCollection")
        self.assertEqual(len(features["features"]), 3)
        self.assertEqual(qfcsync("show", changes, "--json", "--summary").returncode, 2)

    def test_edited_json_becomes_a_changeset(self):
        changes = self.changeset(self.ours, "ours.changeset")
        text = self.done(qfcsync("show", changes, "--json"))
        back = self.folder / "back.changeset"
        self.done(qfcsync("from-json", "-", "-o", back, input=text))
        self.assertEqual(back.read_bytes(), changes.read_bytes())
        edited = self.folder / "edited.json"
        edited.write_text(text.replace('"yew"', '"elm"'), encoding="utf-8")
        self.done(qfcsync("from-json", edited, "-o", back))
        target = self.copy("target.gpkg")
        self.done(qfcsync("apply", target, back))
        self.assertEqual([row[2] for row in rows(target) if row[0] == 20], ["elm"])
        before = self.state()
        edited.write_text(text[:-20], encoding="utf-8")
        before[edited.name] = edited.read_bytes()
        self.refused(qfcsync("from-json", edited, "-o", back), "edited.json", "line")
        self.refused(qfcsync("from-json", edited, "-o", self.base), "name another file")
        self.refused(qfcsync("from-json", self.folder / "none", "-o", back), "none")
        self.assertEqual(self.state(), before)
        status, shown = at_terminal(["from-json", edited])
        self.assertEqual(status, 2, shown)

    def test_ways_of_comparing_agree_and_the_base_is_named(self):
        expected = self.changeset(self.ours, "auto", "--base-id", "monday").read_bytes()
        self.assertIn(b'"monday"', expected)
        for way in ["leaves", "pages", "sqlite"]:
            made = self.changeset(self.ours, way, "--base-id", "monday", "--method", way)
            self.assertEqual(made.read_bytes(), expected)
        self.assertEqual(qfcsync("diff", self.base, self.ours, "--method", "x").returncode, 2)

    def test_plain_changesets_are_read_with_a_schema(self):
        plain = self.changeset(self.ours, "plain.changeset", "--plain")
        full = self.changeset(self.ours, "full.changeset")
        self.assertNotIn(b"qfcsync", plain.read_bytes())
        self.assertIn(b"qfcsync-envelope", full.read_bytes())
        self.assertIn("c3 11.5 -> 12.5", self.done(qfcsync("show", plain)))
        self.assertEqual(self.done(qfcsync("show", plain, "--schema", self.base)),
                         self.done(qfcsync("show", full)))
        self.same_after_apply(plain, self.ours)
        other = self.folder / "other.db"
        with sqlite3.connect(other) as database:
            database.execute("CREATE TABLE trees(fid INTEGER PRIMARY KEY, only TEXT)")
            database.execute("CREATE TABLE inspections(fid INTEGER PRIMARY KEY)")
        self.refused(qfcsync("show", plain, "--schema", other), "inspections")

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
        self.assertRegex(result.stderr, "note: notes: ")
        self.assertIn("not compared: notes: ", self.done(qfcsync("schema", keyless)))
        schema = json.loads(self.done(qfcsync("schema", keyless, "--json")))
        self.assertIn(("notes", "no_key"),
                      [(note["table"], note["reason"]) for note in schema["notes"]])

    def test_schema_names_columns_and_geometry(self):
        text = self.done(qfcsync("schema", self.base))
        self.assertIn("geometry in geom: POINT, reference system 2056", text)
        schema = json.loads(self.done(qfcsync("schema", self.base, "--json")))
        trees = next(table for table in schema["tables"] if table["name"] == "trees")
        self.assertEqual(trees["geometry"], {"column": "geom", "type": "POINT", "srs_id": 2056})
        self.assertEqual([column["name"] for column in trees["columns"]][:3],
                         ["fid", "geom", "species"])
        self.assertIn(schema["fingerprint"], text)

    def test_texts_of_strangers_do_not_steer_the_terminal(self):
        evil = self.copy("evil.gpkg", "UPDATE trees SET species='a'||char(27)||'[31mred'||char(155)"
                         "||char(10)||char(8238)||'b' WHERE fid=1",
                         "INSERT INTO trees(fid, species) VALUES (21, CAST(x'61ff62' AS TEXT))")
        changes = self.changeset(evil, "evil.changeset")
        text = self.done(qfcsync("show", changes))
        self.assertIn(r'"a\x1b[31mred\u009b\n\u202eb"', text)
        self.assertIn(r'"a\xffb"', text)
        self.assertNotIn(ESCAPE, text)
        status, shown = at_terminal(["show", changes], environment={"NO_COLOR": "1"})
        self.assertEqual(status, 0)
        self.assertNotIn(ESCAPE, shown)
        self.assertNotIn("\x9b", shown)
        status, shown = at_terminal(["show", changes, "--json"])
        self.assertEqual(status, 0)
        self.assertIn(r"red\u009b\n\u202eb", shown)
        self.assertNotIn("\x9b", shown)
        self.assertIn("\x9b", self.done(qfcsync("show", changes, "--json")))
        refused = qfcsync("show", self.folder / "a\x1b[31m\n")
        self.refused(refused, r"a\x1b[31m\n")

    def test_colours_are_for_terminals(self):
        environment = {"TERM": "xterm", "NO_COLOR": ""}
        _, shown = at_terminal(["diff", self.base, self.ours], environment=environment)
        self.assertIn(f"{ESCAPE}[32m+", shown)
        for quiet in [{"NO_COLOR": "1"}, {"NO_COLOR": "", "TERM": "dumb"}]:
            _, shown = at_terminal(["diff", self.base, self.ours],
                                   environment={**environment, **quiet})
            self.assertIn("+ fid 20", shown)
            self.assertNotIn(ESCAPE, shown)
        self.assertNotIn(ESCAPE, self.done(qfcsync("diff", self.base, self.ours)))

    # apply, invert, concat

    def same_after_apply(self, changes, expected):
        target = self.copy("target.gpkg")
        self.done(qfcsync("apply", target, changes))
        self.same(target, expected)
        return target

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

    # rebase and merge

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

    def merged(self, file, height):
        trees = rows(file)
        self.assertEqual((trees[0][2], trees[0][3]), ("Oak", height))
        self.assertEqual(trees[2][1], rows(self.theirs)[2][1])
        self.assertEqual(sorted(row[2] for row in trees if row[0] >= 20), ["fir", "yew"])
        self.assertEqual(len(rows(file, "inspections")), 3)

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

    def test_the_page_for_newcomers_tells_what_happens(self):
        page = (ROOT / "libqfcsync" / "docs" / "changesets.md").read_text(encoding="utf-8")
        commands = page.split("```sh\n")[1].split("```")[0]
        first_output = page.split("The first one prints\n\n```\n")[1].split("```")[0]
        programs = self.folder / "programs"
        programs.mkdir()
        (programs / "qfcsync").symlink_to(PROGRAM)
        shell = programs / "sqlite3"  # what the page uses of it
        shell.write_text(f"#!{sys.executable}\nimport sqlite3, sys\n"
                         "sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])\n")
        shell.chmod(0o755)
        (self.folder / "examples").symlink_to(ROOT / "examples")
        commands = commands.replace("PATH=$PWD/build/release/bin:$PATH", "PATH=$PWD/programs:$PATH")
        done = subprocess.run(["sh", "-c", commands], cwd=self.folder, text=True, timeout=60,
                              capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue(done.stdout.startswith(first_output), done.stdout)
        self.assertIn("inspections: our row 5 is now 6\n", done.stdout)
        self.assertTrue(done.stdout.endswith("\nno changes\n"), done.stdout)
        conflicts = (self.folder / "conflicts.jsonl").read_text(encoding="utf-8")
        self.assertIn("look again", conflicts)

    # what goes wrong

    def test_binary_changesets_are_not_written_to_a_terminal(self):
        changes = self.changeset(self.ours, "c")
        for arguments in [["diff", self.base, self.ours, "-o", "-"], ["invert", changes],
                          ["concat", changes, "-o", "-"], ["manifest", self.base, "-o", "-"]]:
            status, shown = at_terminal(arguments)
            self.assertEqual(status, 2, shown)
            self.assertIn("-o FILE", shown)
            self.assertNotIn("qfcsync-envelope", shown)

    def test_bad_input_is_named_and_changes_nothing(self):
        changes = self.changeset(self.ours, "c.changeset")
        whole = changes.read_bytes()
        none = self.changeset(self.base, "none.changeset")
        cut, broken = self.folder / "cut.changeset", self.folder / "broken.changeset"
        cut.write_bytes(whole[:-3])
        broken.write_bytes(whole.replace(b"yew", b"yaw"))
        out, conflicts = self.folder / "out", self.folder / "conflicts"
        before = self.state()
        for bad in [cut, broken, self.folder / "missing.changeset", self.base, self.folder]:
            for arguments in [["show", bad], ["show", bad, "--json"], ["show", bad, "--summary"],
                              ["apply", self.base, bad], ["invert", bad, "-o", out],
                              ["concat", none, bad, "-o", out],
                              ["rebase", changes, bad, "-o", out, "--conflicts", conflicts],
                              ["rebase", bad, changes, "-o", out, "--conflicts", conflicts]]:
                with self.subTest(arguments=list(map(str, arguments))):
                    self.refused(qfcsync(*arguments), bad.name)
                    self.assertEqual(self.state(), before)
        self.refused(qfcsync("show", self.base), "is a database", "qfcsync diff")
        for option in ["--report", "--dry-run"]:  # lists that are asked for are not left out
            self.refused(qfcsync("apply", self.base, changes, option, ""), "argument is empty")
        self.refused(qfcsync("show", "-", input=whole[:-3]
                             .decode("latin-1")), "standard input")

    def test_what_is_no_database_is_named_and_changes_nothing(self):
        text, changes = self.folder / "text.gpkg", self.changeset(self.ours, "c.changeset")
        text.write_text("no database, but a text that is longer than a hundred bytes " * 10)
        before = self.state()
        for bad in [text, self.folder / "missing.gpkg", self.folder]:
            for arguments in [["diff", self.base, bad], ["diff", bad, self.base], ["schema", bad],
                              ["apply", bad, changes], ["show", changes, "--schema", bad],
                              ["merge", bad, self.ours, self.theirs, "-o", self.folder / "m"],
                              ["merge", self.base, bad, self.theirs, "-o", self.folder / "m"],
                              ["merge", self.base, self.ours, bad, "-o", self.folder / "m"],
                              ["manifest", bad, "-o", self.folder / "m"]]:
                with self.subTest(arguments=list(map(str, arguments))):
                    self.refused(qfcsync(*arguments), bad.name)
                    self.assertEqual(self.state(), before)

    def test_no_output_replaces_a_database_or_an_input(self):
        changes = self.changeset(self.ours, "c.changeset")
        before = self.state()
        for arguments in [["diff", self.base, self.ours, "-o", self.base],
                          ["diff", self.base, self.ours, "--json", "-o", self.ours],
                          ["invert", changes, "-o", self.base],
                          ["concat", changes, "-o", self.theirs],
                          ["manifest", self.base, "-o", self.base],
                          ["apply", self.base, changes, "--report", self.base],
                          ["apply", self.base, changes, "--report", changes],
                          ["rebase", changes, changes, "-o", self.folder / "x", "--conflicts",
                           changes],
                          ["rebase", changes, changes, "-o", self.folder / "x", "--conflicts",
                           self.folder / "." / "x"],
                          ["merge", self.base, self.ours, self.theirs, "-o", self.folder / "m",
                           "--conflicts", self.folder / "m"],
                          ["merge", self.base, self.ours, self.theirs, "-o", self.folder / "m",
                           "--conflicts", self.ours]]:
            with self.subTest(arguments=list(map(str, arguments))):
                self.refused(qfcsync(*arguments), "name another file")
                self.assertEqual(self.state(), before)

    def test_outputs_are_opened_before_anything_is_changed(self):
        changes = self.changeset(self.ours, "c.changeset")
        nowhere = self.folder / "nowhere" / "x"
        before = self.state()
        for arguments in [["apply", self.base, changes, "--report", nowhere],
                          ["merge", self.base, self.ours, self.theirs, "-o", self.ours,
                           "--conflicts", nowhere],
                          ["rebase", changes, changes, "-o", self.folder / "x", "--conflicts",
                           nowhere],
                          ["diff", self.base, self.ours, "-o", nowhere]]:
            with self.subTest(arguments=list(map(str, arguments))):
                self.refused(qfcsync(*arguments), "nowhere")
                self.assertEqual(self.state(), before)

    def test_a_full_disk_is_a_failure_and_changes_nothing(self):
        changes = self.changeset(self.ours, "c.changeset")
        before = self.state()
        for arguments in [["diff", self.base, self.ours, "-o", "/dev/full"],
                          ["diff", self.base, self.ours, "--json", "-o", "/dev/full"],
                          ["invert", changes, "-o", "/dev/full"],
                          ["concat", changes, "-o", "/dev/full"],
                          ["manifest", self.base, "-o", "/dev/full"],
                          ["merge", self.base, self.ours, self.theirs, "-o", self.ours,
                           "--conflicts", "/dev/full"]]:
            with self.subTest(arguments=list(map(str, arguments))):
                self.refused(qfcsync(*arguments), "/dev/full", status=1)
                self.assertEqual(self.state(), before)
        with open("/dev/full", "w", encoding="utf-8") as full:
            for arguments in [["show", changes], ["show", changes, "--json"],
                              ["diff", self.base, self.ours, "-o", "-"],
                              ["diff", self.base, self.ours], ["schema", self.base]]:
                with self.subTest(arguments=list(map(str, arguments))):
                    self.refused(qfcsync(*arguments, stdout=full), "standard output", status=1)

    def test_a_reader_that_has_enough_is_no_error(self):
        many = self.copy("many.gpkg", *[f"INSERT INTO inspections(tree, note) VALUES ({n}, "
                                        f"'{'x' * 900}')" for n in range(500)])
        with subprocess.Popen([PROGRAM, "diff", self.base, many, "--json"], stderr=subprocess.PIPE,
                              stdout=subprocess.PIPE) as writing:
            writing.stdout.read(10)
            writing.stdout.close()
            self.assertEqual(writing.stderr.read(), b"")
            self.assertEqual(writing.wait(timeout=30), -signal.SIGPIPE)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
