"""The token of a Ray that is started here. Ray decides when it is imported whether it asks for one."""

import os
import secrets
import sys

from tffsim.remote.private_folder import private_folder
from tffsim.remote.worker_errors import NoWorkerError


def ask_for_token() -> None:
    """Lets the Ray that this process starts ask for a token, which only this user can read; before Ray is imported.

    Raises:
        NoWorkerError: If Ray was imported before, without a token.
    """
    if "ray" in sys.modules:
        _check_imported()
        return
    os.environ["RAY_AUTH_MODE"] = "token"
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    if "RAY_AUTH_TOKEN" not in os.environ and "RAY_AUTH_TOKEN_PATH" not in os.environ:
        # Ray writes one itself, which others can read.
        path = private_folder() / "token"
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
        os.environ["RAY_AUTH_TOKEN_PATH"] = str(path)


def _check_imported() -> None:
    import ray
    from ray._private.authentication.authentication_utils import is_token_auth_enabled

    if not ray.is_initialized() and not is_token_auth_enabled():
        raise NoWorkerError(
            "Ray was imported before, so it cannot be told any more to ask for a token, and without one other users of "
            "this machine could use it. Restart Python, and import Ray after this call, or not at all."
        )
