"""What the tests of the command have in common. The first argument of each is its path."""

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
PROGRAM = os.path.abspath(sys.argv[1])


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
    else:
        os.kill(pid, signal.SIGKILL)  # it waits for an answer that nobody has
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), shown.decode()


class Changesets(unittest.TestCase):
    """Three copies of the sample: base, ours and theirs, which edited it."""

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

    def same_after_apply(self, changes, expected):
        target = self.copy("target.gpkg")
        self.done(qfcsync("apply", target, changes))
        self.same(target, expected)
        return target

    def merged(self, file, height):
        trees = rows(file)
        self.assertEqual((trees[0][2], trees[0][3]), ("Oak", height))
        self.assertEqual(trees[2][1], rows(self.theirs)[2][1])
        self.assertEqual(sorted(row[2] for row in trees if row[0] >= 20), ["fir", "yew"])
        self.assertEqual(len(rows(file, "inspections")), 3)


def run():
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
