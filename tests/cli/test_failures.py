"""What goes wrong is named, and leaves every file as it was.

    test_failures.py PATH_OF_QFCSYNC
"""

import signal
import subprocess

from support import Changesets, PROGRAM, at_terminal, qfcsync, run


class Failures(Changesets):
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
        text = self.folder / "c.json"
        text.write_text(self.done(qfcsync("show", changes, "--json")))
        self.refused(qfcsync("show", text), text.name, "is JSON", "qfcsync from-json")
        self.refused(qfcsync("show", "-", input="{}"), "standard input", "qfcsync from-json")
        self.refused(qfcsync("apply", self.base, text), text.name, "qfcsync from-json")
        self.refused(qfcsync("from-json", changes, "-o", out), changes.name, "no changeset as JSON")
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
    run()
