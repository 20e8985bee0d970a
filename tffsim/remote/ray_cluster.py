"""The Ray that workers run in: one on this machine, which only this process can use, or one that is there already."""

import contextlib
import math
import os
import pathlib
import re
import shutil
import signal
import socket
import tempfile
import threading
import weakref
from collections.abc import Iterator, Mapping

import ray

from tffsim.remote.private_folder import private_folder
from tffsim.remote.worker_errors import NoWorkerError

_LOOPBACK = "127.0.0.1"
_DETAIL = re.compile(r"Worker exit detail: (.+?)\.?(?: Some common causes|$)")
_COLOR = re.compile(r"\x1b\[[0-9;]*m")
_CPU, _GPU, _MEMORY = "CPU", "GPU", "memory"


class RayCluster:
    """A connection to a cluster of Ray.

    Without an address it takes the Ray that this process uses already; if there is none, it
    starts one on this machine: on the loopback interface, with a token that only this user can
    read, without a dashboard and without statistics of usage.

    Args:
        address: That of a cluster, such as `10.0.0.5:6379`, or `auto` for the one that this machine belongs to.
        resources: What the workers will need in all, for a Ray that is started here.

    Attributes:
        is_started_here: Whether it ends with this object.

    Raises:
        NoWorkerError: If Ray does not start, the cluster cannot be reached, or this process uses another one.
        ValueError: If the address is that of Ray's client.
    """

    def __init__(self, address: str | None, resources: Mapping[str, float]) -> None:
        self.is_started_here = False
        self._is_connected_here = not ray.is_initialized()
        self._folder: pathlib.Path | None = None
        if address is not None:
            self._connect(address)
        elif self._is_connected_here:
            self._start(resources)
        self._is_open = True

    @property
    def is_open(self) -> bool:
        """Whether it can be used."""
        return self._is_open and ray.is_initialized()

    def room(self) -> str:
        """Tells what the cluster has and what of it is free, as part of a sentence."""
        total, free = ray.cluster_resources(), ray.available_resources()
        shown = [name for name in total if ":" not in name and name not in (_MEMORY, "object_store_memory")]
        return ", ".join(f"{free.get(name, 0):g} of {total[name]:g} {name}" for name in sorted(shown)) or "nothing"

    def close(self) -> None:
        """Ends the Ray that was started here, or the connection that was made here."""
        if not self._is_open:
            return
        self._is_open = False
        if self._is_connected_here:
            ray.shutdown(wait_for_processes=self.is_started_here)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _connect(self, address: str) -> None:
        if address.startswith("ray://"):
            raise ValueError(
                f"{address!r} is an address of Ray's client, which is too slow for this. Run this program on a machine "
                "of the cluster, with `address='auto'`."
            )
        if not self._is_connected_here:
            _check_connected_to(address)
            return
        try:
            with _signals_as_they_were():
                ray.init(address=address, log_to_driver=True, configure_logging=False)
        except Exception as error:
            where = "of this machine" if address == "auto" else f"at {address}"
            raise NoWorkerError(
                f"The Ray cluster {where} cannot be reached. Does it run, has it the same version of Ray as this "
                "process, and knows this process its token (`RAY_AUTH_MODE=token` and `RAY_AUTH_TOKEN_PATH`, before "
                f"Python starts)? Ray says: {said_by_ray(error)}"
            ) from error

    def _start(self, resources: Mapping[str, float]) -> None:
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="", dir=private_folder()))
        others = {name: amount for name, amount in resources.items() if name not in (_CPU, _GPU, _MEMORY)}
        try:
            with _signals_as_they_were():
                ray.init(
                    "local",
                    num_cpus=max(os.cpu_count() or 1, math.ceil(resources.get(_CPU, 0))),
                    resources=others or None,
                    include_dashboard=False,
                    configure_logging=False,
                    log_to_driver=True,
                    _node_ip_address=_LOOPBACK,
                    _temp_dir=str(self._folder),
                )
        except Exception as error:
            self._is_open = True
            self.close()
            raise NoWorkerError(
                "Ray did not start on this machine. It gives its own processes 15 s to start, which a busy machine "
                "cannot keep (https://github.com/ray-project/ray/issues/65983). Try again when less runs here. Or use "
                f"`tffsim.local_workers`: it needs no Ray. Ray says: {said_by_ray(error)}"
            ) from error
        self.is_started_here = True
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)


def _check_connected_to(address: str) -> None:
    """Raises an error if this process uses another cluster already than the one at an address."""
    used = ray.get_runtime_context().gcs_address
    (host, _, port), (used_host, _, used_port) = address.rpartition(":"), used.rpartition(":")
    if address != "auto" and (port != used_port or _numbers_of(host).isdisjoint(_numbers_of(used_host))):
        raise NoWorkerError(
            f"This process uses the Ray cluster at {used} already, and cannot use another one at {address} beside it. "
            "Leave it with `ray.shutdown()`, or leave out `address`."
        )


def _numbers_of(host: str) -> set[str]:
    """Returns the numbers of a host in the network; this machine has more than one."""
    with contextlib.suppress(OSError):
        host = socket.gethostbyname(host)
    return {host, ray.util.get_node_ip_address()} if host.startswith("127.") else {host}


@contextlib.contextmanager
def _signals_as_they_were() -> Iterator[None]:
    """Ray takes the signal that asks a process to end for itself."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, before)


def said_by_ray(error: Exception) -> str:
    """Returns in one line what an error of Ray says, without what only its developers can use."""
    lines = [line for line in _COLOR.sub("", str(error)).splitlines() if line and not line.startswith("\t")]
    if any(line.startswith("  File ") for line in lines):
        # A traceback of the actor: what was raised there comes last.
        lines = [line for line in lines if not line.startswith(" ")][-1:]
    text = " ".join(lines)
    found = _DETAIL.search(text)
    return (found[1] if found is not None else text)[:400].strip() or type(error).__name__
