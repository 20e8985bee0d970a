"""The token of a Ray that is started here. Each test has a process of its own: Ray reads it when it is imported."""

import os
import stat
import subprocess
import sys

import pytest

pytest.importorskip("ray")


def run(code):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("RAY_")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_only_this_user_can_read_it_and_it_goes_with_the_process():
    mode, of_folder, length, folder, uses_statistics = run(
        "import os\n"
        "from tffsim.remote.ray_token import ask_for_token\n"
        "from tffsim.remote.private_folder import private_folder\n"
        "ask_for_token(); path = os.environ['RAY_AUTH_TOKEN_PATH']\n"
        "print(os.stat(path).st_mode, os.stat(private_folder()).st_mode, len(open(path).read()), private_folder(),\n"
        "      os.environ['RAY_USAGE_STATS_ENABLED'])\n"
    )
    assert stat.S_IMODE(int(mode)) == 0o600 and stat.S_IMODE(int(of_folder)) == 0o700
    assert int(length) == 64
    assert uses_statistics == "0"
    assert not os.path.exists(folder)


def test_ray_asks_for_it_when_it_is_imported_after_that():
    assert run(
        "from tffsim.remote.ray_token import ask_for_token\n"
        "ask_for_token()\n"
        "from ray._private.authentication.authentication_utils import is_token_auth_enabled\n"
        "print(is_token_auth_enabled())\n"
    ) == ["True"]


def test_a_ray_that_was_imported_before_without_a_token_is_refused():
    said = run(
        "import ray\n"
        "from tffsim.remote.ray_token import ask_for_token\n"
        "try:\n"
        "    ask_for_token()\n"
        "except ConnectionError as error:\n"
        "    print(error)\n"
    )
    assert "Restart Python" in " ".join(said)


def test_importing_tffsim_does_not_import_ray():
    assert run("import sys, tffsim; tffsim.remote_executor_factory; print('ray' in sys.modules)") == ["False"]
