#!/bin/sh
# Plays libqfcsync/docs/versions.md: a survey with versions, in a folder that is removed at the end.
#
#   examples/versions.sh [PATH_OF_QFCSYNC]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
program=${1:-$root/build/release/bin/qfcsync}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/build/release/bin"
ln -s "$program" "$work/build/release/bin/qfcsync"
ln -s "$root/examples" "$work/examples"
cd "$work"
sed -n '/^```sh$/,/^```$/p' "$root/libqfcsync/docs/versions.md" | grep -v '^```' > tour.sh
if ! command -v sqlite3 > /dev/null; then # what the tour uses of it
  cat > build/release/bin/sqlite3 << 'PYTHON'
#!/usr/bin/env python3
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.executescript(sys.argv[2])
database.close()
PYTHON
  chmod +x build/release/bin/sqlite3
fi
sh -eux tour.sh
