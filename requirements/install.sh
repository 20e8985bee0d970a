#!/bin/sh
# Installs into .venv what requirements/lock.txt lists, and tffsim itself so that edits count at once.
# uv needs 3 seconds of a processor where pip needs 80. Where uv cannot do it, pip does: it also
# knows indexes and certificates of pip's own settings.
set -eu

python=.venv/bin/python
export UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-180}"

by_uv() {
    "$python" -m pip install --quiet "$(grep '^uv==' requirements/lock.txt)" &&
        .venv/bin/uv pip install --quiet --no-config --python "$python" --requirement requirements/lock.txt
}

echo "Installing what requirements/lock.txt lists; the first time takes a minute or more ..."
if ! by_uv; then
    echo "uv could not do it. Now pip does, which takes some minutes ..." >&2
    "$python" -m pip install --quiet --requirement requirements/lock.txt
fi
"$python" -m pip install --quiet --no-deps --no-build-isolation --editable .
