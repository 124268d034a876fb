"""What the tests of versions have in common: a working folder with a GeoPackage."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from support import PROGRAM, SAMPLE, edit, qfcsync, rows

ENVIRONMENT = {**os.environ, "QFCSYNC_AUTHOR": "Ada", "QFCSYNC_DEVICE": "tablet 3"}


class Versions(unittest.TestCase):
    def setUp(self):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="qfcsync-versions-"))
        self.folder = self.top / "survey"
        self.folder.mkdir()
        shutil.copy(SAMPLE, self.folder / "survey.gpkg")
        (self.folder / "notes.txt").write_text("first\n")

    def tearDown(self):
        shutil.rmtree(self.top)

    def run_in(self, folder, *arguments, **more):
        more.setdefault("env", ENVIRONMENT)
        return qfcsync(*arguments, cwd=folder, **more)

    def done(self, *arguments, folder=None, status=0, **more):
        result = self.run_in(folder or self.folder, *arguments, **more)
        self.assertEqual(result.returncode, status, (arguments, result.stdout, result.stderr))
        return result.stdout

    def refused(self, *arguments, words=(), status=2, folder=None):
        result = self.run_in(folder or self.folder, *arguments)
        self.assertEqual(result.returncode, status, (arguments, result.stdout, result.stderr))
        self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
        self.assertTrue(result.stderr.startswith("error: "), result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)

    def lines(self, *arguments, folder=None):
        """The objects that --json writes."""
        return [json.loads(line) for line in
                self.done(*arguments, "--json", folder=folder).splitlines()]

    def one(self, *arguments, folder=None, status=0):
        return json.loads(self.done(*arguments, "--json", folder=folder, status=status))

    def started(self):
        """Begins, and makes the first version."""
        self.done("init")
        return self.one("commit", "-m", "First day")["version"]

    def edit(self, *statements, folder=None):
        edit((folder or self.folder) / "survey.gpkg", *statements)

    def height(self, fid=1, folder=None):
        found = [row for row in rows((folder or self.folder) / "survey.gpkg") if row[0] == fid]
        return found[0][3] if found else None

    def git(self, *arguments):
        done = subprocess.run(["git", "--git-dir", self.folder / ".qfcsync/cache/git", *arguments],
                              capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def start(self, *arguments, folder=None):
        return subprocess.Popen([PROGRAM, *map(str, arguments)], cwd=folder or self.folder,
                                env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, start_new_session=True)
