"""The library for C exports what symbols.txt lists and its headers declare, and nothing else.

    check_symbols.py LIBRARY BINDING_FOLDER NM

A new function is added to symbols.txt by hand: the list is what programs may rely on. A removed
or changed one needs a new QFCSYNC_ABI_VERSION.
"""

import pathlib
import re
import subprocess
import sys


def exported(library, nm):
    lines = subprocess.run([nm, "-D", "--defined-only", library], capture_output=True, text=True,
                           check=True).stdout.splitlines()
    names = [line.split()[-1] for line in lines]
    return {re.sub("@.*", "", name) for name in names if not name.startswith("QFCSYNC_")}


def main(library, folder, nm):
    folder = pathlib.Path(folder)
    headers = sorted((folder / "include" / "qfcsync").glob("*.h"))
    text = "\n".join(header.read_text(encoding="utf-8") for header in headers)
    declared = set(re.findall(r"QFCSYNC_API[^;]*?\b(qfcsync_\w+)\(", text))
    listed = (folder / "symbols.txt").read_text(encoding="utf-8").split()
    abi = re.search(r"#define QFCSYNC_ABI_VERSION (\d+)", text).group(1)
    umbrella = (folder / "include" / "qfcsync.h").read_text(encoding="utf-8")
    wrong = [f"qfcsync.h does not include {header.name}" for header in headers
             if f"#include <qfcsync/{header.name}>" not in umbrella]
    for what, names in [("exported", exported(library, nm)), ("declared in a header", declared)]:
        wrong += [f"{name}: {what}, not in symbols.txt" for name in sorted(names - set(listed))]
        wrong += [f"{name}: in symbols.txt, not {what}" for name in sorted(set(listed) - names)]
    if listed != sorted(listed):
        wrong.append("symbols.txt is not sorted")
    if not pathlib.Path(f"{library}").resolve().parent.joinpath(f"libqfcsync_c.so.{abi}").exists():
        wrong.append(f"the library has not the SOVERSION {abi} of the header")
    print("\n".join(wrong) or f"{len(listed)} symbols, all declared")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
