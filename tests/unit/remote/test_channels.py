"""The loop of the channels: one in a process, whoever asks for it first."""

import threading

from tffsim.remote import channels
from tffsim.remote.channels import channel_loop


def test_threads_that_ask_at_once_get_one_loop(monkeypatch):
    made = []

    class Slow(channels.LoopInThread):
        def __init__(self, name):
            made.append(name)
            threading.Event().wait(0.05)
            super().__init__(name)

    monkeypatch.setattr(channels, "LoopInThread", Slow)
    monkeypatch.setattr(channels, "_loops", {})
    found = []
    threads = [threading.Thread(target=lambda: found.append(channel_loop())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(made) == 1 and len(found) == 8 and len(set(found)) == 1
    found[0].stop()
