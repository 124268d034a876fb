#!/usr/bin/env python3
"""Runs geodiff, SQLite's session functions and this library on the same files, in turn.

    compare_changesets.py DATA BIN [--geodiff LIB] [--rounds 5] [--only WORD] [--engines A,B]

DATA is a folder made by benchmarks/workloads/make_changeset_data.py, BIN the folder with the
programs bench_geodiff, bench_sqlite_session and bench_changesets; those that are not there are left
out. geodiff's library is that of PyPI's pygeodiff, found in the Python that runs this script unless
--geodiff or the variable GEODIFFLIB names it.

Every measurement is a process of its own that does one operation and writes a new file in DATA/out;
the engines take turns, one unmeasured round comes first. Inputs are in the system's cache as reading
them from the disk leaves them there: in large pieces, and not in the small ones in which a program
wrote them, from which everything is read at half the speed. Printed are medians, the ratio of
geodiff's to ours, the pass mark and peak memory. Exits with 1 when a mark is missed.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time
import typing

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import odd_inputs  # noqa: E402

PROGRAMS = {"geodiff": "bench_geodiff", "sqlite": "bench_sqlite_session",
            "ours": "bench_changesets"}
EXTRACT_MEMORY_MB = 16
SYNCED = "ours, synced"
# Operations whose last argument is a file that they write.
WRITING = ("extract", "extract_with_manifest", "concat", "invert", "json")
READ_BYTES = 1 << 22
CALLS_BEFORE = 5


@dataclasses.dataclass
class Case:
    """One line of the table: how each engine is called, and what has to be reached."""
    name: str
    commands: dict  # engine -> (operation, file...)
    mark: float     # geodiff's time divided by ours
    memory_mb: typing.Optional[float] = None  # limit for ours
    spare: typing.Optional[pathlib.Path] = None   # file whose size memory may grow by
    prepare: typing.Optional[typing.Callable] = None  # before each measurement, not measured
    calls_before: int = 0  # of the same operation in the process that is measured


def find_geodiff():
    if os.environ.get("GEODIFFLIB"):
        return os.environ["GEODIFFLIB"]
    try:
        import pygeodiff
    except ImportError:
        return None
    found = sorted(pathlib.Path(pygeodiff.__file__).parent.glob("*pygeodiff*.so"))
    return str(found[0]) if found else None


class Bench:
    def __init__(self, options):
        self.options = options
        self.data = options.data
        self.out = options.data / "out"
        self.out.mkdir(exist_ok=True)
        self.programs = {engine: options.bin / program for engine, program in PROGRAMS.items()
                         if (options.bin / program).exists() and engine in options.engines}
        if not options.geodiff:
            self.programs.pop("geodiff", None)
        self.cached = set()

    def cache_as_read(self, commands):
        """Lets the files that are only read come into the system's cache from the disk."""
        for path in {path for command in commands for path in command[1:]}:
            if path.parent == self.out or path in self.cached or not path.exists():
                continue
            self.cached.add(path)
            with open(path, "rb", buffering=0) as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                while file.read(READ_BYTES):
                    pass

    def measure(self, engine, command, is_synced=False, calls_before=0):
        environment = dict(os.environ, GEODIFFLIB=self.options.geodiff or "",
                           QFCSYNC_BENCH_CALLS_BEFORE=str(calls_before))
        environment.pop("QFCSYNC_BENCH_SYNC", None)
        if is_synced:
            environment["QFCSYNC_BENCH_SYNC"] = "1"
        run = subprocess.run([str(self.programs[engine]), *map(str, command)], env=environment,
                             capture_output=True, text=True)
        if run.returncode != 0:
            return None, run.stderr.strip() or f"exit status {run.returncode}"
        return json.loads(run.stdout.splitlines()[-1]), None

    def run_case(self, case):
        """Returns engine -> (median seconds, peak MB) or engine -> the error's text."""
        engines = [(engine, engine, False) for engine in case.commands if engine in self.programs]
        self.cache_as_read(case.commands.values())
        if "ours" in self.programs and case.commands["ours"][0] not in ("apply", "merge"):
            engines.append((SYNCED, "ours", True))
        samples = {label: [] for label, _, _ in engines}
        errors = {}
        rounds = self.options.rounds
        for turn in range(-1, rounds):
            for label, engine, is_synced in engines:
                if label in errors:
                    continue
                if case.prepare:
                    case.prepare()
                if case.commands[engine][0] in WRITING:
                    case.commands[engine][-1].unlink(missing_ok=True)
                sample, error = self.measure(engine, case.commands[engine], is_synced,
                                             case.calls_before)
                if error:
                    errors[label] = error
                elif turn >= 0:
                    samples[label].append(sample)
        results = dict(errors)
        for label, values in samples.items():
            if label not in errors:
                results[label] = (statistics.median(v[self.options.clock] for v in values),
                                  max(v["peak_kb"] for v in values) / 1024)
        return results


def fresh_copy(source, target):
    """A file as it was, on the disk already: writing it back must not count."""
    def prepare():
        for path in target.parent.glob(target.name + "*"):
            path.unlink()
        shutil.copyfile(source, target)
        with open(target, "rb") as file:
            os.fsync(file.fileno())
    return prepare


def extract_case(bench, name, base, modified, mark):
    out = {engine: bench.out / f"extract-{engine}" for engine in PROGRAMS}
    commands = {engine: ("extract", base, modified, out[engine]) for engine in PROGRAMS}
    return Case(f"extract {name}", commands, mark, EXTRACT_MEMORY_MB, out["ours"])


def extraction_cases(bench):
    marks = [("pts100k", {"e10": 8, "p1": 8, "p10": 8, "c1": 8, "c10": 8, "vac": 8}),
             ("pts1m", {"e10": 20, "c1": 20, "p1": 15, "p10": 11, "c10": 11, "vac": 18}),
             ("poly100k", {"e10": 9, "c1": 9, "p1": 6, "p10": 4, "vac": 4.5})]
    for name, copies in marks:
        for copy, mark in copies.items():
            yield extract_case(bench, f"{name} {copy}", bench.data / f"{name}.gpkg",
                               bench.data / f"{name}-{copy}.gpkg", mark)
    base, manifest = bench.data / "poly100k.gpkg", bench.out / "poly100k.manifest"
    if "ours" in bench.programs:
        bench.measure("ours", ("manifest", base, manifest))
    for copy in ("e10", "c1", "p1", "p10"):
        case = extract_case(bench, f"poly100k {copy} with a manifest", base,
                            bench.data / f"poly100k-{copy}.gpkg", 10)
        case.commands["ours"] = ("extract_with_manifest", base, manifest,
                                 bench.data / f"poly100k-{copy}.gpkg", case.spare)
        del case.commands["sqlite"]
        yield case


def changeset(bench, name, before, after):
    """A changeset as input for all engines, made by geodiff (else by ours) once."""
    target = bench.out / f"{name}.changeset"
    if not target.exists():
        part = bench.out / f"{name}.part"
        engine = "geodiff" if "geodiff" in bench.programs else "ours"
        _, error = bench.measure(engine, ("extract", bench.data / f"{before}.gpkg",
                                          bench.data / f"{after}.gpkg", part))
        if error:
            sys.exit(f"{engine}, {before} to {after}: {error}")
        os.replace(part, target)
    return target


def apply_case(bench, name, base, copy, mark):
    target, changes = bench.out / "apply.gpkg", changeset(bench, copy, base, copy)
    # SQLite alone has not the functions that the triggers of a spatial index call.
    return Case(name, {engine: ("apply", target, changes) for engine in ("geodiff", "ours")}, mark,
                prepare=fresh_copy(bench.data / f"{base}.gpkg", target))


def merge_case(bench):
    base, ours = bench.data / "pts1m.gpkg", bench.out / "merge-ours.gpkg"
    theirs, result = bench.data / "pts1m-p10b.gpkg", bench.out / "merge-result.gpkg"
    copy_ours = fresh_copy(bench.data / "pts1m-p10.gpkg", ours)

    def prepare():
        copy_ours()
        result.unlink(missing_ok=True)

    # geodiff writes the result into ours.
    return Case("merge into a file, pts1m p10 on p10",
                {"geodiff": ("merge", base, theirs, ours, bench.out / "conflicts.json"),
                 "ours": ("merge", base, ours, theirs, result)}, 3, 64, prepare=prepare)


def algebra_cases(bench):
    base, out = bench.data / "pts1m.gpkg", bench.out
    p10 = changeset(bench, "pts1m-p10", "pts1m", "pts1m-p10")
    p10b = changeset(bench, "pts1m-p10b", "pts1m", "pts1m-p10b")
    after = changeset(bench, "pts1m-p10next", "pts1m-p10", "pts1m-p10next")
    yield Case("rebase, pts1m p10 on p10",
               {"geodiff": ("rebase", base, p10, p10b, out / "rebase-geodiff",
                            out / "conflicts.json"),
                "ours": ("rebase", p10, p10b, out / "rebase-ours")}, 4)
    yield Case("concat, pts1m p10 + p10",
               {engine: ("concat", p10, after, out / f"concat-{engine}") for engine in PROGRAMS}, 5)
    yield Case("changeset to JSON, 100,000 entries",
               {engine: ("json", p10, out / f"json-{engine}") for engine in ("geodiff", "ours")},
               8, 16)
    yield Case("invert, pts1m p10",
               {engine: ("invert", p10, out / f"invert-{engine}") for engine in PROGRAMS}, 3)


def odd_cases(bench):
    folder = bench.out / "odd"
    folder.mkdir(exist_ok=True)
    for name, make in odd_inputs.MAKERS.items():
        if bench.options.only in f"extract {name}":
            base, modified = make(folder)
            case = extract_case(bench, name, base, modified, 1)
            # Below a millisecond, the first call measures how pages of programs come into memory.
            case.calls_before = CALLS_BEFORE if name.startswith("10 rows") else 0
            yield case


def all_cases(bench):
    yield from extraction_cases(bench)
    yield apply_case(bench, "apply pts1m p10 in place", "pts1m", "pts1m-p10", 2)
    yield apply_case(bench, "apply 10,000 attribute updates, pts1m", "pts1m", "pts1m-attr", 3)
    yield apply_case(bench, "apply 10,000 attribute updates, pts100k", "pts100k", "pts100k-attr", 3)
    yield merge_case(bench)
    yield from algebra_cases(bench)
    yield from odd_cases(bench)


def seconds_text(result):
    if result is None:
        return ""
    if isinstance(result, str):
        return "fails"
    return f"{result[0]:.3g} s" if result[0] >= 0.1 else f"{1000 * result[0]:.3g} ms"


def memory_text(result):
    return f"{result[1]:.0f} MB" if isinstance(result, tuple) else ""


def judge(case, results):
    """(ratio text, "yes"/"no"/"")"""
    geodiff, ours = results.get("geodiff"), results.get("ours")
    if ours is None:
        return "", ""
    if isinstance(ours, str):
        return "", "no"
    verdict = True
    if case.memory_mb:
        spare = case.spare.stat().st_size / 2**20 if case.spare else 0
        verdict = ours[1] <= case.memory_mb + spare
    if not isinstance(geodiff, tuple):
        return "", "yes" if verdict else "memory"
    ratio = geodiff[0] / ours[0]
    if ratio < case.mark:
        return f"{ratio:.1f}×", "no"
    return f"{ratio:.1f}×", "yes" if verdict else "memory"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--geodiff", default=find_geodiff())
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="cases whose name holds this")
    parser.add_argument("--engines", default=",".join(PROGRAMS))
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall",
                        help="cpu: processor time, which other programs disturb less; the marks "
                             "are meant for wall")
    options = parser.parse_args()
    bench = Bench(options)
    print(f"{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} cores, load "
          f"{os.getloadavg()[0]:.1f}, medians of {options.rounds}, {options.clock} time\n")
    print("| Operation | geodiff | SQLite session | ours | ours, synced | geodiff ÷ ours | mark "
          "| met | peak geodiff | peak SQLite | peak ours |")
    print("|---|---:|---:|---:|---:|---:|---:|---|---:|---:|---:|", flush=True)
    missed, errors = [], []
    for case in all_cases(bench):
        if options.only not in case.name:
            continue
        results = bench.run_case(case)
        ratio, met = judge(case, results)
        if met not in ("", "yes"):
            missed.append(case.name)
        errors += [f"{case.name}, {engine}: {result}" for engine, result in results.items()
                   if isinstance(result, str)]
        cells = [case.name] + [seconds_text(results.get(engine))
                               for engine in ("geodiff", "sqlite", "ours", SYNCED)]
        cells += [ratio, f"{case.mark}×", met]
        cells += [memory_text(results.get(engine)) for engine in ("geodiff", "sqlite", "ours")]
        print("| " + " | ".join(cells) + " |", flush=True)
    for error in errors:
        print(f"\n{error}")
    if missed:
        print(f"\nmissed: {'; '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
