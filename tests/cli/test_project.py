"""The command `qfcsync` as people meet it: answers, exit status, nothing half done.

    test_project.py PATH_OF_QFCSYNC
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "examples" / "sample"
TREES = "trees_5d0c6f0e_2a1b_4c1e_9a55_0f3b8f6f2a10"


def qfcsync(*arguments, stdout=subprocess.PIPE):
    return subprocess.run([PROGRAM, *map(str, arguments)], stdout=stdout, stderr=subprocess.PIPE,
                          text=True, timeout=60, check=False)


def delta(new, source_pk="1", old=None):
    return {"uuid": str(uuid.uuid4()), "clientId": str(uuid.uuid4()), "method": "patch",
            "localLayerId": TREES, "sourceLayerId": TREES, "localPk": "1", "sourcePk": source_pk,
            "old": {"attributes": old or {"height": 11.5}}, "new": {"attributes": new}}


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="qfcsync-cli-"))
        self.project = self.folder / "sample"
        shutil.copytree(SAMPLE, self.project)

    def tearDown(self):
        shutil.rmtree(self.folder)

    def deltafile(self, *deltas):
        path = self.folder / "deltafile.json"
        path.write_text(json.dumps({"version": "1.0", "id": str(uuid.uuid4()), "files": [],
                                    "project": str(uuid.uuid4()), "deltas": list(deltas)}))
        return path

    def refused(self, done, *words, status=2):
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_project_prints_its_layers(self):
        for place in [self.project, self.project / "trees.qgs"]:
            done = qfcsync("project", place)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(json.loads(done.stdout)["layers_by_id"][TREES]["name"], "Trees")

    def test_package_is_complete_or_not_there(self):
        output = self.folder / "package"
        done = qfcsync("package", self.project, output)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(done.stdout.split()), sorted(
            str(path.relative_to(output)) for path in output.rglob("*") if path.is_file()))
        self.refused(qfcsync("package", self.project, output), "not an empty folder")
        before = sorted(self.project.rglob("*"))
        self.refused(qfcsync("package", self.project, self.project / "inside"), "own folder")
        self.refused(qfcsync("package", self.project, ""), "an argument is empty")
        self.assertEqual(sorted(self.project.rglob("*")), before)

    def test_apply_deltas_reports_each_change(self):
        report = self.folder / "report.json"
        file = self.deltafile(delta({"height": 12.0}))
        done = qfcsync("apply-deltas", self.project, file, "--report", report)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("1 delta: 1 applied, 0 conflicts, 0 not applied, 0 errors", done.stdout)
        self.assertEqual(json.loads(report.read_text())[0]["status"], "status_applied")
        file = self.deltafile(delta({"height": 13.0}), delta({"height": 1.0}, source_pk="999"))
        done = qfcsync("apply-deltas", self.project, file, "--no-overwrite-conflicts")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("2 deltas: 0 applied, 1 conflict, 1 not applied, 0 errors", done.stdout)
        done = qfcsync("apply-deltas", self.project, self.deltafile(delta({"height": 14.0})),
                       "--overwrite-conflicts")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_nothing_is_applied_when_the_report_cannot_be_written(self):
        before = (self.project / "trees.gpkg").read_bytes()
        file = self.deltafile(delta({"height": 12.0}))
        self.refused(qfcsync("apply-deltas", self.project, file, "--report", "/nowhere/r.json"),
                     "nothing was changed")
        self.refused(qfcsync("apply-deltas", self.project, file, "--report", self.folder),
                     "nothing was changed")
        self.assertEqual((self.project / "trees.gpkg").read_bytes(), before)

    def test_the_report_replaces_an_older_one_and_leaves_nothing_beside_it(self):
        report = self.folder / "report.json"
        report.write_text("old")
        broken = self.folder / "broken.json"
        broken.write_text("{")
        self.refused(qfcsync("apply-deltas", self.project, broken, "--report", report))
        self.assertEqual(report.read_text(), "old")
        file = self.deltafile(delta({"height": 12.0}))
        self.assertEqual(
            qfcsync("apply-deltas", self.project, file, "--report", report).returncode, 0)
        self.assertEqual(json.loads(report.read_text())[0]["status"], "status_applied")
        self.assertEqual(list(self.folder.glob("*.part")), [])
        self.refused(qfcsync("apply-deltas", self.project, file, "--report", "/dev/full"),
                     "report /dev/full", status=1)
        self.assertTrue(pathlib.Path("/dev/full").is_char_device())

    def test_wrong_input_is_named_and_changes_nothing(self):
        broken = self.folder / "broken.json"
        broken.write_text("{")
        (self.folder / "empty").mkdir()
        (self.folder / "bad.qgs").write_text("<html>")
        self.refused(qfcsync("project", self.folder / "missing.qgs"), "missing.qgs")
        self.refused(qfcsync("project", self.folder / "bad.qgs"), "bad.qgs")
        self.refused(qfcsync("project", self.folder / "empty"), "empty")
        self.refused(qfcsync("apply-deltas", self.project, self.folder / "missing"), "missing")
        self.refused(qfcsync("apply-deltas", self.project, self.folder), "is no file")
        self.refused(qfcsync("apply-deltas", self.project, broken), "broken.json")
        self.refused(qfcsync("apply-deltas", self.project, self.project / "trees.gpkg"),
                     "trees.gpkg")
        self.refused(qfcsync("project", self.project / "trees.gpkg"), "trees.gpkg")
        for arguments in [["project", ""], ["package", "", "x"], ["apply-deltas", self.project, ""],
                          ["package", self.project, "\n/../x" * 2000]]:
            done = qfcsync(*arguments)
            self.assertIn(done.returncode, [1, 2])
            self.assertNotIn("filesystem error", done.stderr)
        shutil.copy(self.project / "trees.qgs", self.project / "second.qgs")
        self.refused(qfcsync("project", self.project), "second.qgs", "trees.qgs")

    def test_usage_is_explained(self):
        self.refused(qfcsync("nope"), "unknown command 'nope'", "apply-deltas")
        self.assertEqual(qfcsync().returncode, 2)
        self.assertEqual(qfcsync("project", "--nope").returncode, 2)
        both = ["--overwrite-conflicts", "--no-overwrite-conflicts"]
        self.assertEqual(
            qfcsync("apply-deltas", self.project, self.deltafile(), *both).returncode, 2)
        for command in [[], ["project"], ["package"], ["apply-deltas"]]:
            done = qfcsync(*command, "--help")
            self.assertEqual(done.returncode, 0)
            self.assertIn("Exit status", done.stdout)
            self.assertNotIn("{false}", done.stdout)

    def test_lost_output_is_a_failure(self):
        with open("/dev/full", "w") as full:
            report, output = self.folder / "report.json", self.folder / "package"
            many = self.deltafile(*[delta({"height": 1.0}, source_pk="999") for _ in range(200)])
            for arguments in [["project", self.project], ["package", self.project, output],
                              ["apply-deltas", self.project, many, "--report", report],
                              ["--help"], ["--version"]]:
                self.refused(qfcsync(*arguments, stdout=full), "standard output", status=1)
            self.assertEqual(len(json.loads(report.read_text())), 200)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
