#!/bin/sh
# Creates the virtual environment .venv with a Python that TensorFlow supports.
# Usage: requirements/create_venv.sh    (PYTHON=/path/to/python chooses the interpreter)
set -eu

oldest="3.11"
newest="3.13"

is_supported() {
    "$1" -c "import sys; sys.exit(not ((3, 11) <= sys.version_info[:2] <= (3, 13)))" 2>/dev/null
}

# Debian packs `ensurepip`, which puts pip into the environment, with `venv`, apart from Python.
can_make_venv() {
    "$1" -c "import ensurepip, venv" 2>/dev/null
}

find_python() {
    candidates="${PYTHON:-python3 python3.13 python3.12 python3.11 python}"
    for python in $candidates; do
        if is_supported "$python" && can_make_venv "$python"; then echo "$python" && return; fi
    done
    for python in $candidates; do
        if is_supported "$python"; then echo "$python" && return; fi
    done
}

install_venv_package() {
    package="python$("$1" -c "import sys; print('%d.%d' % sys.version_info[:2])")-venv"
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "Python at '$1' cannot make virtual environments: its package 'venv' is missing." >&2
        echo "Install it, then try again. On Debian and Ubuntu: sudo apt-get install $package" >&2
        exit 1
    fi
    echo "Installing the Debian package $package ..."
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$package"
}

if is_supported .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1; then
    exit 0
fi

python="$(find_python)"
if [ -z "$python" ]; then
    echo "tffsim needs Python $oldest to $newest; found none${PYTHON:+ at '$PYTHON'}." >&2
    echo "Install one (Debian, Ubuntu: sudo apt-get install python3 python3-venv)," >&2
    echo "or say where it is: make PYTHON=/path/to/python3.12 ..." >&2
    exit 1
fi
can_make_venv "$python" || install_venv_package "$python"
echo "Creating .venv with $("$python" --version) ..."
"$python" -m venv --clear .venv
