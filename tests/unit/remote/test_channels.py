"""The loop of the channels: one in a process, whoever asks for it first. And the token of a file."""

import os
import threading

import pytest

from tffsim.remote import channels
from tffsim.remote.channels import channel_loop, read_token


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


@pytest.mark.skipif(os.name != "posix", reason="Windows has other rights.")
@pytest.mark.parametrize(("mode", "is_told"), [(0o644, True), (0o640, False), (0o600, False)])
def test_a_token_that_all_users_can_read_is_told(tmp_path, caplog, mode, is_told):
    path = tmp_path / "token"
    path.write_text("0123456789abcdef\n")
    path.chmod(mode)
    assert read_token(path) == "0123456789abcdef"
    assert [f"chmod 600 {path}" in record.getMessage() for record in caplog.records] == [True] * is_told
