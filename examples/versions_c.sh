#!/bin/sh
# Runs examples/versions.c three times over a folder that changes once.
#
#   examples/versions_c.sh PROGRAM
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/survey"
cp "$root/examples/sample/trees.gpkg" "$work/survey/"
"$1" "$work/store" "$work/survey"
"$1" "$work/store" "$work/survey" | grep -q "nothing has changed"
echo "gate code: ask Bob" > "$work/survey/notes.txt"
"$1" "$work/store" "$work/survey" > "$work/out"
cat "$work/out"
test "$(grep -c ' by Ada' "$work/out")" = 2
grep -q "added notes.txt, 19 bytes" "$work/out"
