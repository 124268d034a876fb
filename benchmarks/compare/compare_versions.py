#!/usr/bin/env python3
"""Stores the same series of file versions with git, restic, borg and this library, in turn.

    compare_versions.py DATA BIN [--only large,small,photos,raster] [--engines ours,git,restic,borg]
                                 [--small-versions 400] [--gc] [--keep]

DATA is a folder made by benchmarks/workloads/make_version_data.py, BIN the folder with the programs
bench_versions and bench_git. Restic and borg are Debian's packages restic and borgbackup; an engine
that is not there is left out. Everything is written in DATA/out.

Every store and every restore is a process of its own; its time is that of the whole process. For
each version: bytes that the store grew by, speed of storing and of restoring into an empty folder,
peak memory of both, and what a client needs that has the version before: for ours bytes and calls
to the store, for git the thin pack that a fetch sends, for the others the new files of the store,
which a mirror copies. "git" is libgit2 with loose objects, which syncs nothing; --gc adds one
`git gc` at the end of a series. Borg compresses with zstd level 3, restic as it comes.

"update" is the restore over the version before, of ours alone: only what differs is written.
Prints a table with what has to be reached, and exits with 1 when something was missed.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
import typing

MEGABYTE = 1e6
ENGINES = ("ours", "git", "restic", "borg")
SERIES = ("large", "small", "photos", "raster")
LARGE_NAMES = ("first", "50 edits", "5 % of the rows", "VACUUM", "OGR export")
READ_BYTES = 1 << 22
MEMORY_MB = 64
# What ours has to reach, by series and version.
STORE_MB_S = {("large", 0): 120, ("large", 1): 350, ("photos", 0): 350}
RESTORE_MB_S = 300
BYTES = {("large", 1): 25_000}
SHARES = {("large", 0): 0.52, ("large", 2): 0.02, ("large", 3): 0.03, ("large", 4): 0.03}
SMALL_BYTES = 14_000
PULL_CALLS = 2


@dataclasses.dataclass
class Run:
    """One process: its time in seconds, peak memory in MB, and what it printed."""
    seconds: float
    peak_mb: float
    output: str


@dataclasses.dataclass
class Stored:
    """One version in one engine."""
    new_bytes: int
    store: Run
    restore: typing.Optional[Run] = None
    update: typing.Optional[Run] = None
    pull: str = ""
    pull_calls: typing.Optional[int] = None


def run(command, cwd=None, environment=None):
    start = time.monotonic()
    process = subprocess.Popen([str(part) for part in command], cwd=cwd, env=environment,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - start
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: {output.strip()}")
    # A process begins with what the script has; our programs tell their own peak.
    lines = output.splitlines()
    told = json.loads(lines[-1]) if lines and "peak_kb" in lines[-1] else {}
    return Run(seconds, told.get("peak_kb", usage.ru_maxrss) * 1024 / MEGABYTE, output)


def tree_bytes(folder):
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path: path.stat().st_size for path in files}


def cache(folder):
    """Brings a version into the system's cache."""
    for path in folder.iterdir():
        with open(path, "rb", buffering=0) as file:
            while file.read(READ_BYTES):
                pass


def is_same(version, restored):
    return all(subprocess.run(["cmp", "-s", path, restored / path.name]).returncode == 0
               for path in version.iterdir())


class Engine:
    name = ""

    def __init__(self, options, folder):
        self.bin = options.bin
        self.store = folder / self.name
        self.before = {}
        shutil.rmtree(self.store, ignore_errors=True)
        self.store.mkdir(parents=True)

    def store_version(self, folder, number):
        """Returns what it took, and how the store has grown."""
        taken = self.put(folder, number)
        now = self.files()
        new = [size for path, size in now.items() if path not in self.before]
        grown = sum(now.values()) - sum(self.before.values())
        self.before = now
        return Stored(grown, taken, pull=f"{sum(new):,} B, {len(new)} files")

    def files(self):
        return tree_bytes(self.store)

    def prepare_client(self):
        """Called before a version is stored: what a client has then."""

    def measure_client(self, stored, restored):
        """restored: the version before, to be gone after."""


class Ours(Engine):
    name = "ours"

    def __init__(self, options, folder):
        super().__init__(options, folder)
        self.program = options.bin / "bench_versions"
        self.client = folder / "client"

    def put(self, folder, number):
        return run([self.program, "commit", self.store, folder])

    def get(self, target):
        return run([self.program, "restore", self.store, target])

    def files(self):
        return {path: size for path, size in tree_bytes(self.store).items()
                if self.store / "cache" not in path.parents}

    def prepare_client(self):
        shutil.rmtree(self.client, ignore_errors=True)
        if (self.store / "cache").exists():
            shutil.copytree(self.store / "cache", self.client)

    def measure_client(self, stored, restored):
        if not self.client.exists():
            return
        stored.update = run([self.program, "pull", self.store, self.client, restored])
        asked = json.loads(stored.update.output.splitlines()[0])
        stored.pull_calls = asked["requests"]
        stored.pull = f"{asked['bytes']:,} B, {asked['requests']} calls"


class Git(Engine):
    name = "git"

    def put(self, folder, number):
        return run([self.bin / "bench_git", "commit", self.store, folder])

    def get(self, target):
        return run([self.bin / "bench_git", "restore", self.store, target])

    def gc(self):
        taken = run(["git", "-C", self.store, "gc", "--quiet"])
        self.before = self.files()
        return Stored(sum(self.before.values()), taken)


class Restic(Engine):
    name = "restic"

    def __init__(self, options, folder):
        super().__init__(options, folder)
        self.environment = dict(os.environ, RESTIC_PASSWORD="none",
                                RESTIC_CACHE_DIR=str(folder / "restic_cache"),
                                RESTIC_REPOSITORY=str(self.store))
        self.call("init")
        self.before = self.files()

    def call(self, *arguments, cwd=None):
        return run(["restic", "--quiet", *arguments], cwd, self.environment)

    def put(self, folder, number):
        return self.call("backup", ".", cwd=folder)

    def get(self, target):
        return self.call("restore", "latest", "--target", target)


class Borg(Engine):
    name = "borg"

    def __init__(self, options, folder):
        super().__init__(options, folder)
        self.environment = dict(os.environ, BORG_BASE_DIR=str(folder / "borg_base"),
                                BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK="yes")
        shutil.rmtree(folder / "borg_base", ignore_errors=True)
        run(["borg", "init", "-e", "none", self.store], None, self.environment)
        self.before = self.files()
        self.last = ""

    def put(self, folder, number):
        self.last = f"{self.store}::{number}"
        return run(["borg", "create", "--compression", "zstd,3", self.last, "."], folder,
                   self.environment)

    def get(self, target):
        target.mkdir(parents=True, exist_ok=True)
        return run(["borg", "extract", self.last], target, self.environment)


CLASSES = {"ours": Ours, "git": Git, "restic": Restic, "borg": Borg}


class Bench:
    def __init__(self, options):
        self.options = options
        self.out = options.data / "out"
        self.missed = []

    def engines(self):
        found = {"ours": (self.options.bin / "bench_versions").exists(),
                 "git": (self.options.bin / "bench_git").exists(),
                 "restic": shutil.which("restic"), "borg": shutil.which("borg")}
        return [CLASSES[name](self.options, self.out) for name in ENGINES
                if name in self.options.engines and found[name]]

    def restore(self, engine, version):
        """Into an empty folder, which is left there."""
        target = self.out / f"{engine.name}_restored"
        shutil.rmtree(target, ignore_errors=True)
        taken = engine.get(target)
        if not is_same(version, target):
            raise RuntimeError(f"{engine.name} restored other bytes than those of {version}")
        return taken

    def store(self, engine, version, number, with_restore):
        engine.prepare_client()
        stored = engine.store_version(version, number)
        restored = self.out / f"{engine.name}_restored"
        if with_restore:
            if number > 0 and restored.exists():
                engine.measure_client(stored, restored)
            stored.restore = self.restore(engine, version)
        return stored

    def run_series(self, series):
        versions = sorted(path for path in (self.options.data / series).iterdir()
                          if path.name.isdigit())
        if series == "small":
            return self.run_small(versions[:self.options.small_versions])
        engines = self.engines()
        for number, version in enumerate(versions):
            cache(version)
            size = sum(tree_bytes(version).values())
            for engine in engines:
                stored = self.store(engine, version, number, with_restore=True)
                name = LARGE_NAMES[number] if series == "large" else f"version {number}"
                missed = self.judge(series, number, size, stored) if engine.name == "ours" else []
                self.print_row(series, name, engine.name, size, stored, missed)
        self.collect_garbage(series, engines)
        self.clean(series)

    def run_small(self, versions):
        for engine in self.engines():
            all_bytes, seconds, peak = 0, 0.0, 0.0
            size = sum(tree_bytes(versions[0]).values())
            first = self.store(engine, versions[0], 0, with_restore=True)
            for number, version in enumerate(versions[1:], 1):
                is_last = number == len(versions) - 1
                stored = self.store(engine, version, number, with_restore=is_last)
                all_bytes += stored.new_bytes
                seconds += stored.store.seconds
                peak = max(peak, stored.store.peak_mb)
            self.print_row("small", "first", engine.name, size, first, [])
            count = len(versions) - 1
            mean = dataclasses.replace(stored, new_bytes=round(all_bytes / count),
                                       store=Run(seconds / count, peak, ""), pull="", update=None)
            missed = []
            if engine.name == "ours" and mean.new_bytes > SMALL_BYTES:
                missed.append(f"{SMALL_BYTES:,} B")
            self.print_row("small", f"mean of {count}", engine.name, size, mean, missed)
        self.clean("small")

    def collect_garbage(self, series, engines):
        for engine in engines:
            if self.options.gc and engine.name == "git":
                stored = engine.gc()
                last = sorted(path for path in (self.options.data / series).iterdir()
                              if path.name.isdigit())[-1]
                stored.restore = self.restore(engine, last)
                size = sum(tree_bytes(last).values())
                self.print_row(series, "all, after git gc", "git", size, stored, [])

    def clean(self, series):
        if not self.options.keep:
            shutil.rmtree(self.out, ignore_errors=True)

    def judge(self, series, number, size, stored):
        key, missed = (series, number), []
        speed = size / MEGABYTE / stored.store.seconds
        if speed < STORE_MB_S.get(key, 0):
            missed.append(f"store {STORE_MB_S[key]} MB/s")
        if size / MEGABYTE / stored.restore.seconds < RESTORE_MB_S:
            missed.append(f"restore {RESTORE_MB_S} MB/s")
        if stored.new_bytes > BYTES.get(key, SHARES.get(key, 2) * size):
            missed.append(f"{BYTES.get(key, round(SHARES.get(key, 2) * size)):,} B")
        if max(stored.store.peak_mb, stored.restore.peak_mb) > MEMORY_MB:
            missed.append(f"{MEMORY_MB} MB")
        if stored.pull_calls is not None and stored.pull_calls > PULL_CALLS:
            missed.append(f"{PULL_CALLS} calls")
        return missed

    def print_row(self, series, version, engine, size, stored, missed):
        def speed(taken):
            return f"{size / MEGABYTE / taken.seconds:.0f}" if taken else ""
        peaks = " / ".join(f"{taken.peak_mb:.0f}"
                           for taken in (stored.store, stored.restore) if taken)
        cells = (series, version, engine, f"{stored.new_bytes:,}",
                 f"{100 * stored.new_bytes / size:.2f} %", f"{stored.store.seconds:.2f}",
                 speed(stored.store), speed(stored.restore), speed(stored.update), peaks,
                 stored.pull, ", ".join(missed))
        print("| " + " | ".join(cells) + " |", flush=True)
        self.missed += [f"{series}, {version}: {what}" for what in missed]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--only", default=",".join(SERIES))
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--small-versions", type=int, default=400)
    parser.add_argument("--gc", action="store_true", help="git gc after each series, too")
    parser.add_argument("--keep", action="store_true", help="leave the stores in DATA/out")
    options = parser.parse_args()
    options.data, options.bin = options.data.resolve(), options.bin.resolve()
    options.engines = options.engines.split(",")
    bench = Bench(options)
    print(f"{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} cores, load "
          f"{os.getloadavg()[0]:.1f}\n")
    print("| Series | Version | Engine | new bytes | of the version | s | store MB/s "
          "| restore MB/s | update MB/s | peak MB | one version behind | missed |")
    print("|---|---|---|---:|---:|---:|---:|---:|---:|---:|---|---|", flush=True)
    for series in options.only.split(","):
        bench.run_series(series)
    if bench.missed:
        print(f"\nmissed: {'; '.join(bench.missed)}")
    return 1 if bench.missed else 0


if __name__ == "__main__":
    sys.exit(main())
