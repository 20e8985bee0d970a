"""What the remote stacks need beside tffsim, and what to install if it is not there."""

import importlib.util


def check_extra() -> None:
    """Checks that the extra `tffsim[remote]` is installed.

    Raises:
        ImportError: If it is not.
    """
    for module in ("grpc", "grpc_health"):
        if importlib.util.find_spec(module) is None:
            message = "The remote stack needs gRPC. Install it with `pip install 'tffsim[remote]'`."
            raise ImportError(message, name=module)


def check_ray() -> None:
    """Checks that the extra `tffsim[ray]` is installed.

    Raises:
        ImportError: If it is not.
    """
    for module in ("grpc", "ray"):
        if importlib.util.find_spec(module) is None:
            message = "This stack needs Ray. Install it with `pip install 'tffsim[ray]'`."
            raise ImportError(message, name=module)
