#!/usr/bin/env bash
# Builds the wheel and installs it into build/venv_python, which the tests of the package use.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../support/setup.sh"
install_packages python3-dev "${qfcsync_packages[@]}"
make_python_package
