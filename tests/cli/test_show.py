"""show, from-json and schema: what people read, at terminals and in files.

    test_show.py PATH_OF_QFCSYNC
"""

import json
import sqlite3

from support import Changesets, ESCAPE, at_terminal, qfcsync, rows, run


class Show(Changesets):
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


if __name__ == "__main__":
    run()
