#!/bin/sh
# Installs into .venv what a file lists, by default requirements/lock.txt, and tffsim itself so that edits count at once.
# uv needs 3 seconds of a processor where pip needs 80. Where uv cannot do it, pip does: it also
# knows indexes and certificates of pip's own settings.
set -eu

python=.venv/bin/python
list="${1:-requirements/lock.txt}"
export UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-180}"

by_uv() {
    "$python" -m pip install --quiet "$(grep '^uv==' requirements/lock.txt)" &&
        .venv/bin/uv pip install --quiet --no-config --python "$python" --requirement "$list"
}

echo "Installing what $list lists; the first time takes a minute or more ..."
if ! by_uv; then
    echo "uv could not do it. Now pip does, which takes some minutes ..." >&2
    "$python" -m pip install --quiet --requirement "$list"
fi
"$python" -m pip install --quiet --no-deps --no-build-isolation --editable .
