"""What the help and the page for newcomers promise.

    test_help.py PATH_OF_QFCSYNC
"""

import subprocess
import sys

from support import COMMANDS, Changesets, PROGRAM, ROOT, qfcsync, run


class Help(Changesets):
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


if __name__ == "__main__":
    run()
