"""Room for what is computed before its turn goes to those who ask first, and is bounded."""

import asyncio

from tffsim.federation.bytes_ahead import BytesAhead


async def settled():
    for _ in range(5):
        await asyncio.sleep(0)


def test_those_for_whom_there_is_no_room_wait_in_their_order():
    async def main():
        room, inside = BytesAhead(10), []

        async def take(name, num_bytes):
            await room.take(num_bytes)
            inside.append(name)

        tasks = [asyncio.create_task(take(name, size)) for name, size in (("a", 6), ("b", 6), ("c", 1))]
        await settled()
        # There would be room for c, but b came first.
        assert inside == ["a"]
        room.give_back(6)
        await settled()
        assert inside == ["a", "b", "c"]
        await asyncio.gather(*tasks)

    asyncio.run(main())


def test_who_gives_up_takes_no_room():
    async def main():
        room = BytesAhead(10)
        await room.take(10)
        waiting = [asyncio.create_task(room.take(10)) for _ in range(2)]
        await settled()
        waiting[0].cancel()
        await settled()
        room.give_back(10)
        await asyncio.wait_for(waiting[1], 60)
        # The next gives up in the very moment in which it gets room.
        last = asyncio.create_task(room.take(10))
        await settled()
        room.give_back(10)
        last.cancel()
        await settled()
        await asyncio.wait_for(room.take(10), 60)

    asyncio.run(main())
