#!/bin/sh
# Makes sure that the programs are there which only the tests of the front end need:
# Node.js, which builds it, and Chromium, which runs it. Root gets them from Debian.
set -eu

missing=""
command -v node >/dev/null && command -v npm >/dev/null || missing="nodejs npm"
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null ||
    missing="$missing chromium"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "Installing $missing ..."
    apt-get update -q
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
else
    echo "The tests of the front end need:$missing. They are left out." >&2
    echo "On Debian and Ubuntu: sudo apt-get install $missing" >&2
fi
