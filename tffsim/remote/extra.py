"""What the remote stacks need beside tffsim, and what to install if it is not there."""

import importlib.util


def check_extra() -> None:
    """Checks that the extra `tffsim[remote]` is installed.

    Raises:
        ImportError: If it is not.
    """
    _check(("grpc", "grpc_health"), "The remote stack needs gRPC. Install it with `pip install 'tffsim[remote]'`.")


def check_ray() -> None:
    """Checks that the extra `tffsim[ray]` is installed.

    Raises:
        ImportError: If it is not.
    """
    _check(("grpc", "ray"), "This stack needs Ray. Install it with `pip install 'tffsim[ray]'`.")


def _check(modules: tuple[str, ...], what_to_do: str) -> None:
    for module in modules:
        if importlib.util.find_spec(module) is None:
            raise ImportError(what_to_do, name=module)
