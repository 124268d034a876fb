#!/usr/bin/env python3
"""Checks that includes go one way only, from the `#include` lines of the sources.

Debian puts most third-party headers on the default search path, so that include directories
alone enforce nothing. The tables below are the rule; a new module or library is added here.

    check_layers.py ROOT          checks a tree; prints what breaks the rule, exits with 1
    check_layers.py --self-test   makes a bad tree and expects every kind of offence to be found
"""

import pathlib
import re
import subprocess
import sys
import tempfile

# Module of libqfcsync/src -> modules it may include besides itself, and the third parties.
MODULES = {
    "base": (set(), {"fmt", "openssl"}),
    "model": ({"base"}, {"fmt"}),
    "io": ({"base"}, {"fmt", "posix"}),
    "changeset": ({"model", "base"}, {"fmt", "nlohmann", "xxhash"}),
    "chunk": ({"base"}, {"fmt", "zstd"}),
    "history": ({"chunk", "base"}, {"fmt", "nlohmann", "git2"}),
    "deltafile": ({"model", "base"}, {"fmt", "nlohmann"}),
    "merge": ({"changeset", "model", "base"}, {"fmt"}),
    "sqlitefile": ({"model", "base"}, {"fmt", "xxhash"}),
    "store": ({"io", "base"}, {"fmt", "posix"}),
    "remote": ({"store", "io", "base"}, {"fmt", "curl", "pugixml", "openssl", "posix"}),
    "gpkg": ({"model", "deltafile", "io", "base"}, {"fmt", "nlohmann", "sqlite", "posix"}),
    "extract": ({"sqlitefile", "gpkg", "changeset", "io", "model", "base"},
                {"fmt", "sqlite", "posix", "xxhash"}),
    "apply": ({"gpkg", "changeset", "io", "model", "base"}, {"fmt", "sqlite", "posix"}),
    "replica": ({"extract", "apply", "merge", "gpkg", "changeset", "io", "model", "base"},
                {"fmt", "posix"}),
    "repository": ({"history", "chunk", "extract", "apply", "gpkg", "changeset", "io", "model",
                    "base"}, {"fmt", "sqlite", "git2", "posix"}),
    "ogr": ({"model", "base"}, {"fmt", "nlohmann", "gdal", "proj", "posix"}),
    "project": ({"gpkg", "ogr", "deltafile", "io", "model", "base"},
                {"fmt", "nlohmann", "pugixml", "zip", "sqlite", "posix"}),
}

# Modules that know no file, socket, thread, clock or randomness.
PURE = ("base", "model", "changeset", "chunk", "history", "deltafile", "merge",
        "sqlitefile")
# <strings.h> compares texts; the other system headers are ways out of the program.
HARMLESS_SYSTEM_HEADERS = {"strings.h"}
IMPURE_HEADERS = {"fstream", "filesystem", "iostream", "thread", "mutex", "condition_variable",
                  "future", "random", "chrono", "ctime", "cstdio"}
# Digests of files are taken where digests are made.
PURE_EXCEPTIONS = {("base/digest.cpp", header)
                   for header in ("fstream", "filesystem", "fcntl.h", "unistd.h")}
PURE_EXCEPTIONS |= {("base/digest.hpp", "filesystem")}

# Programs: which folders of their own and of the library they may include, and which libraries.
SERVER = (("base",), {"fmt", "nlohmann", "sqlite", "boost", "spdlog", "sodium", "toml", "cli11",
                      "openssl", "pugixml", "posix"})
BINDINGS = ((), {"fmt", "cli11", "nlohmann", "posix"})

LIBRARIES = (
    ("fmt", r"fmt/"), ("nlohmann", r"nlohmann/"), ("pugixml", r"pugixml\.hpp"),
    ("zip", r"zip\.h"), ("sqlite", r"sqlite3\.h|SQLiteCpp/"),
    ("gdal", r"gdal.*|ogr_.*|ogrsf_.*|cpl_.*"), ("proj", r"proj\.h"), ("openssl", r"openssl/"),
    ("boost", r"boost/"), ("spdlog", r"spdlog/"), ("sodium", r"sodium(\.h|/)"),
    ("toml", r"toml\+\+/"), ("cli11", r"CLI/"), ("xxhash", r"xxh(ash|_x86dispatch)\.h"),
    ("zstd", r"zstd\.h"), ("curl", r"curl/"), ("git2", r"git2(\.h|/)"),
    ("posix", r"(sys/|linux/)?[a-z0-9_]+\.h"),
)

TOP_LEVEL = {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "libqfcsync", "server",
             "bindings", "examples", "tests", "benchmarks"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def library_of(header):
    """Name of the third party a header belongs to; None for the C++ standard library."""
    if header in HARMLESS_SYSTEM_HEADERS:
        return None
    return next((name for name, pattern in LIBRARIES if re.match(f"(?:{pattern})", header)), None)


def includes_of(path):
    return [(kind == '"', header) for kind, header in
            INCLUDE.findall(path.read_text(encoding="utf-8"))]


def sources(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in (".cpp", ".hpp", ".h"))


class Check:
    def __init__(self, root):
        self.root = root
        self.offences = []

    def complain(self, path, header, reason):
        self.offences.append(f"{path.relative_to(self.root)}: {header}: {reason}")

    def library(self, path, header, allowed, where):
        library = library_of(header)
        if library is not None and library not in allowed:
            self.complain(path, header, f"{where} may not use {library}")

    def modules(self):
        folder = self.root / "libqfcsync" / "src"
        for module in sorted(entry.name for entry in folder.iterdir() if entry.is_dir()):
            if module not in MODULES:
                self.complain(folder / module, module, "module without a row in the table")
                continue
            for path in sources(folder / module):
                self.module_file(path, module)

    def module_file(self, path, module):
        may_include, libraries = MODULES[module]
        name = f"{module}/{path.name}"
        for is_quoted, header in includes_of(path):
            if is_quoted:
                target = header.split("/")[0] if "/" in header else module
                if target != module and target not in may_include:
                    self.complain(path, header, f"{module} may not include {target}")
            elif not header.startswith("qfcsync/"):
                if (name, header) in PURE_EXCEPTIONS:
                    continue
                self.library(path, header, libraries, module)
                if module in PURE and header in IMPURE_HEADERS:
                    self.complain(path, header, f"{module} is pure")

    def public_headers(self):
        for path in sources(self.root / "libqfcsync" / "include"):
            for is_quoted, header in includes_of(path):
                if is_quoted:
                    self.complain(path, header, "public headers include by <qfcsync/...>")
                elif not header.startswith("qfcsync/") and library_of(header):
                    self.complain(path, header, "public headers include no third party")

    def program(self, folder, rule):
        may_include, libraries = rule
        own = {entry.name for entry in (self.root / folder).rglob("*") if entry.is_dir()}
        for path in sources(self.root / folder):
            for is_quoted, header in includes_of(path):
                if is_quoted:
                    target = header.split("/")[0]
                    if "/" in header and target not in own and target not in may_include:
                        self.complain(path, header, f"{folder} uses the library's public headers")
                elif not header.startswith("qfcsync/"):
                    self.library(path, header, libraries, folder)

    def top_level(self):
        for name in tracked_names(self.root):
            if name not in TOP_LEVEL and not name.startswith("."):
                self.offences.append(f"{name}: does not belong at the top level")

    def run(self):
        self.modules()
        self.public_headers()
        self.program("server", SERVER)
        self.program("bindings", BINDINGS)
        self.top_level()
        return self.offences


def tracked_names(root):
    """What the repository holds at its top; without git, what the folder holds."""
    done = subprocess.run(["git", "-C", root, "ls-files"], capture_output=True, text=True)
    if done.returncode == 0 and done.stdout:
        return sorted({line.split("/")[0] for line in done.stdout.splitlines()})
    return sorted(entry.name for entry in root.iterdir() if entry.name != "build")


BAD_TREE = {
    "libqfcsync/src/base/a.cpp": ('#include "model/value.hpp"', "base may not include model"),
    "libqfcsync/src/base/b.cpp": ("#include <sqlite3.h>", "base may not use sqlite"),
    "libqfcsync/src/model/a.hpp": ("  #  include <random>", "model is pure"),
    "libqfcsync/src/deltafile/a.cpp": ("#include <fstream>", "deltafile is pure"),
    "libqfcsync/src/chunk/a.cpp": ("#include <random>", "chunk is pure"),
    "libqfcsync/src/changeset/a.cpp": ("#include <zstd.h>", "changeset may not use zstd"),
    "libqfcsync/src/deltafile/b.cpp": ('#include "gpkg/table.hpp"',
                                       "deltafile may not include gpkg"),
    "libqfcsync/src/store/a.cpp": ('#include "project/project.hpp"',
                                   "store may not include project"),
    "libqfcsync/src/gpkg/a.cpp": ("#include <ogr_api.h>", "gpkg may not use gdal"),
    "libqfcsync/src/ogr/a.cpp": ('#include "gpkg/table.hpp"', "ogr may not include gpkg"),
    "libqfcsync/src/project/a.cpp": ("#include <boost/asio.hpp>", "project may not use boost"),
    "libqfcsync/src/extra/a.cpp": ("", "module without a row in the table"),
    "libqfcsync/include/qfcsync/a.hpp": ("#include <nlohmann/json.hpp>",
                                         "public headers include no third party"),
    "libqfcsync/include/qfcsync/b.hpp": ('#include "base/digest.hpp"',
                                         "public headers include by <qfcsync/...>"),
    "server/routes/a.cpp": ('#include "gpkg/table.hpp"',
                            "server uses the library's public headers"),
    "server/routes/b.cpp": ("#include <gdal.h>", "server may not use gdal"),
    "bindings/cli/a.cpp": ('#include "base/digest.hpp"',
                           "bindings uses the library's public headers"),
    "bindings/cli/b.cpp": ("#include <sqlite3.h>", "bindings may not use sqlite"),
    "notes.txt": ("", "does not belong at the top level"),
}

GOOD_TREE = {
    "libqfcsync/src/base/digest.cpp": "#include <fstream>\n#include <openssl/evp.h>",
    "libqfcsync/src/gpkg/good.cpp": '#include "model/value.hpp"\n#include <qfcsync/error.hpp>\n'
                                    "#include <sqlite3.h>\n#include <string>",
    "server/http/good.cpp": '#include "base/digest.hpp"\n#include "http/message.hpp"\n'
                            "#include <boost/asio.hpp>",
}


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in [*GOOD_TREE.items(), *((n, t) for n, (t, _) in BAD_TREE.items())]:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        offences = Check(root).run()
    for name, (_, reason) in BAD_TREE.items():
        place = name.removesuffix("/a.cpp") if reason.startswith("module without") else name
        if not any(line.startswith(place) and line.endswith(reason) for line in offences):
            sys.exit(f"self-test: not found: {name}: {reason}\nfound: " + "\n".join(offences))
    if len(offences) != len(BAD_TREE):
        sys.exit("self-test: found too much:\n" + "\n".join(offences))
    print(f"self-test: all {len(BAD_TREE)} offences found, nothing else")


if __name__ == "__main__":
    if sys.argv[1:] == ["--self-test"]:
        self_test()
    elif len(sys.argv) == 2:
        found = Check(pathlib.Path(sys.argv[1]).resolve()).run()
        print("\n".join(found) or "includes go one way only")
        sys.exit(bool(found))
    else:
        sys.exit(__doc__)
