#!/usr/bin/env bash
# Installs what is missing, builds everything (benchmarks too) and runs all tests.
#
#   tests/run.sh                  everything
#   tests/run.sh -L unit          one label: unit, oracle, abi, python, install, server, ...
#   tests/run.sh -R deltas -VV    any other arguments go to ctest as well
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"

if [[ "${1:-}" == --help || "${1:-}" == -h ]]; then
  sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
  exit 0
fi

set_up
make_servers
make_browser
build ci
exec ctest --test-dir "$qfcsync_root/build/release" --output-on-failure --parallel "$(nproc)" "$@"
