"""The way to an actor of Ray, as a test watches and disturbs it: what `proxy.py` is for a connection."""

import asyncio

from tffsim.remote.ray_transport import RayStore, RayTransport


class RayLink(RayTransport):
    """Carries requests to an actor. It counts, and delays.

    Attributes:
        num_bytes: How many bytes have gone each way.
        delay_seconds: How long each answer is held back.
    """

    def __init__(self, worker, store):
        super().__init__(worker, store)
        self.num_bytes = {"to worker": 0, "to controller": 0}
        self.delay_seconds = 0.0

    def call(self, method, request, timeout):
        self.num_bytes["to worker"] += request.ByteSize()
        return self._received(super().call(method, request, timeout))

    async def upload(self, upload, timeout):
        self.num_bytes["to worker"] += upload.num_bytes
        await asyncio.sleep(self.delay_seconds)
        await super().upload(upload, timeout)

    async def _received(self, answer):
        response = await answer
        await asyncio.sleep(self.delay_seconds)
        self.num_bytes["to controller"] += response.ByteSize()
        return response


def links_to(actors):
    """Returns a link to each actor; they put large values into the store once for all."""
    store = RayStore()
    return [RayLink(actor, store) for actor in actors]
