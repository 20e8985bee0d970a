"""The slices of a server value that clients select by key."""

import federated_language as fl
import numpy as np
from federated_language.framework import Executor, ExecutorValue

from tffsim.concurrency.deferred import Deferred
from tffsim.concurrency.random_streams import current_place
from tffsim.federation.federating_strategy import Function
from tffsim.federation.placed_values import ServerValue, payload_of


class Slices:
    """The results of a selection function for the keys that clients ask for.

    Each key is computed once, at the server, whichever and however many clients ask.

    Args:
        server: The server's executor.
        max_key: Keys must be smaller than this.
        server_value: What the slices are taken from.
        select: A function of the server value and a key.
    """

    def __init__(self, server: Executor, max_key: ServerValue, server_value: ServerValue, select: Function) -> None:
        self._server = server
        self._max_key = Deferred(payload_of, max_key.member)
        self._server_value = server_value
        self._select = select
        self._function = Deferred(server.create_value, select.proto, select.type_signature)
        self._by_key: dict[int, Deferred[object]] = {}
        self._place = current_place.get()

    @property
    def sequence_type(self) -> fl.SequenceType:
        """The type of what a client receives."""
        return fl.SequenceType(self._select.type_signature.result)

    async def of_client(self, client: Executor, keys: Deferred[ExecutorValue]) -> ExecutorValue:
        """Returns the sequence of slices for one client's keys, in the order of the keys.

        Args:
            client: The client's executor.
            keys: An int32 vector.

        Raises:
            ValueError: If a key is negative or not smaller than `max_key`.
        """
        wanted = np.asarray(await payload_of(keys)).tolist()
        limit = int(np.asarray(await self._max_key.get()))
        for key in wanted:
            if not 0 <= key < limit:
                raise ValueError(f"Selected key {key}, but keys go from 0 to {limit - 1} (`max_key` is {limit}).")
        slices = [await self._slice(key).get() for key in wanted]
        return await client.create_value(slices, self.sequence_type)

    def _slice(self, key: int) -> Deferred[object]:
        if key not in self._by_key:
            self._by_key[key] = Deferred(self._compute_slice, key)
        return self._by_key[key]

    async def _compute_slice(self, key: int) -> object:
        server = self._server
        if self._place is not None:
            # Not the place of the client that asked first; and a slice draws the same
            # random numbers in every part of a tree.
            current_place.set(self._place.part(key).from_the_start())
        key_handle = await server.create_value(np.int32(key), fl.TensorType(np.int32))
        argument = await server.create_struct([await self._server_value.member.get(), key_handle])
        return await (await server.create_call(await self._function.get(), argument)).compute()
