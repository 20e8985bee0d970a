"""The computations that controllers have sent to a worker, by the hash of their content."""

import threading
from collections.abc import Callable

from federated_language.proto import computation_pb2 as pb

from tffsim.language.recently_used import RecentlyUsed
from tffsim.remote.wire.computations import learn_provenance, read_computation

_MAX_BYTES = 512 << 20
_MAX_COMPUTATIONS = 4096


class KnownComputations:
    """Keeps computations, those that were used last. Thread-safe.

    Args:
        check: Raises an error if a computation must not run here.
    """

    def __init__(self, check: Callable[[pb.Computation], None]) -> None:
        self._check = check
        self._known: RecentlyUsed[bytes, pb.Computation] = RecentlyUsed(_MAX_COMPUTATIONS, _MAX_BYTES, always_kept=1)
        self._lock = threading.Lock()

    def __contains__(self, digest: bytes) -> bool:
        return digest in self._known

    def add(self, content: bytes, digest: bytes, provenance: bytes) -> None:
        """Takes a computation.

        Args:
            content: Its bytes.
            digest: Their SHA-256.
            provenance: What is known of its source.

        Raises:
            MalformedError: If it is none.
        """
        if digest in self._known:
            return
        proto = read_computation(content, digest)
        learn_provenance(provenance)
        self._check(proto)
        with self._lock:
            self._known.put(digest, proto, len(content))

    def get(self, digest: bytes) -> pb.Computation:
        """Returns a computation that is there."""
        with self._lock:
            found = self._known.get(digest)
        if found is None:
            raise KeyError(digest)
        return found
