#!/usr/bin/env bash
# From a fresh Debian 12 to field data making the whole round: installs, builds, starts the server
# on its embedded default and plays the field loop with the unmodified QFieldCloud SDK and CLI.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../tests/support/setup.sh"

usage() {
  cat <<'EOF'
Usage: examples/quickstart.sh [FOLDER] [--serve]

Installs what is missing, builds qfcsync-server, starts it on a free port of this computer and
plays the field loop: two people, two devices, one project, with conflicts and a photo.

  FOLDER    any folder with one QGIS project and its GeoPackages (it is copied, never changed);
            default: examples/sample
  --serve   leave the server running afterwards and print its URL and the accounts
  --help    this text

Exits with 0 only when every step held.
EOF
}

folder="$qfcsync_root/examples/sample"
serve=no
for argument in "$@"; do
  case "$argument" in
    --help | -h) usage; exit 0 ;;
    --serve) serve=yes ;;
    -*) usage >&2; exit 2 ;;
    *) folder="$argument" ;;
  esac
done
[[ -d "$folder" ]] || die "$folder is not a folder"
folder="$(cd "$folder" && pwd)"

set_up
build release qfcsync-server qfcsync_cli

work="$(mktemp -d "${TMPDIR:-/tmp}/qfcsync-quickstart.XXXXXX")"
server_pid=
finish() {
  if [[ -n "$server_pid" ]]; then
    kill "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
  fi
  chmod -R u+w "$work" && rm -rf "$work"
}
trap finish EXIT

server="$qfcsync_root/build/release/bin/qfcsync-server"
data="$work/data"
mkdir "$work/devices"
nohup "$server" serve --data "$data" --listen 127.0.0.1:0 \
  >"$work/server.out" 2>"$work/server.log" </dev/null &
server_pid=$!

# first_match PATTERN: waits for a line of the server's output and prints what follows the pattern.
first_match() {
  local line
  for _ in $(seq 200); do
    line="$(sed -n "s/^.*$1//p" "$work/server.out" "$work/server.log" | head -n 1)"
    if [[ -n "$line" ]]; then
      echo "$line"
      return
    fi
    kill -0 "$server_pid" 2>/dev/null || break
    sleep 0.05
  done
  cat "$work/server.out" "$work/server.log" >&2
  die "the server did not come up"
}

url="$(first_match 'listening on ')"
admin_password="$(first_match 'admin password (shown once): ')"
user_password="field-$(od -An -N6 -tx1 /dev/urandom | tr -d ' \n')"
echo "server: $url"
printf '%s\n' "$user_password" |
  "$server" user add ada --email ada@example.org --password-stdin --data "$data"

status=0
"$qfcsync_venv/bin/python" "$qfcsync_root/examples/field_loop" "$folder" \
  --server "$url" --work "$work/devices" \
  --admin-password "$admin_password" --user-password "$user_password" || status=$?
if [[ "$status" -eq 1 ]]; then  # 2 is a folder that is no use
  echo "last lines of the server's log:" >&2
  tail -n 20 "$work/server.log" >&2
fi
[[ "$status" -eq 0 ]] || exit "$status"

if [[ "$serve" == yes ]]; then
  trap - EXIT
  cat <<EOF

The server keeps running.
  URL       $url   (SDK and CLI: $url/api/v1/)
  accounts  admin / $admin_password
            ada   / $user_password
            bob   / $user_password
  data      $data
  stop it   kill $server_pid
EOF
fi
