"""What native code writes to the standard error stream while something starts."""

import os
import pathlib
import subprocess
import sys

import pytest

from tffsim.external_runtime.tensorflow.native_messages import native_messages_hidden

ROOT = pathlib.Path(__file__).parents[4]
START = f"""
import os, signal, sys
sys.path.insert(0, {str(ROOT)!r})
from tffsim.external_runtime.tensorflow.native_messages import native_messages_hidden
"""


def everything(line):
    return True


def stderr_of(code):
    """Runs code in a process that may die; returns what it wrote, when all that write have ended."""
    return subprocess.run([sys.executable, "-c", START + code], capture_output=True, text=True, check=False).stderr


def test_noise_is_hidden_and_the_rest_comes_back_in_order(capfd):
    with native_messages_hidden(lambda line: "noise" in line):
        os.write(2, b"one\nnoise\ntwo\n")
        print("three", file=sys.__stderr__)
        os.write(2, b"more noise\nfour")
    os.write(2, b", five")
    assert capfd.readouterr().err.split() == ["one", "two", "three", "four,", "five"]


def test_it_is_known_what_was_hidden(capfd):
    with native_messages_hidden(everything) as hidden:
        os.write(2, "ein Gerät\nnoch eins".encode())
    assert hidden == ["ein Gerät\n", "noch eins"]
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("error", [ImportError, OSError, KeyboardInterrupt, SystemExit])
def test_noise_is_shown_when_the_block_fails(capfd, error):
    def fail():
        with native_messages_hidden(everything):
            os.write(2, b"the reason")
            raise error

    with pytest.raises(error):
        fail()
    assert capfd.readouterr().err == "the reason"


@pytest.mark.parametrize("death", ["os.abort()", "os.kill(os.getpid(), signal.SIGKILL)", "os._exit(3)"])
def test_noise_is_shown_when_the_process_dies(death):
    code = f"with native_messages_hidden(lambda line: True):\n    os.write(2, b'no such instruction\\n')\n    {death}"
    assert stderr_of(code) == "no such instruction\n"


def test_a_long_text_is_shown_whole_when_the_process_dies():
    code = "with native_messages_hidden(lambda line: True):\n    os.write(2, b'x' * 300_000)\n    os.abort()"
    assert stderr_of(code) == "x" * 300_000


def test_a_block_inside_of_another_loses_nothing(capfd):
    with native_messages_hidden(lambda line: line == "outer\n"):
        with native_messages_hidden(everything) as hidden:
            os.write(2, b"inner\n")
        os.write(2, b"outer\n")
    assert hidden == []
    assert capfd.readouterr().err == "inner\n"


@pytest.mark.parametrize("python", ["/no/such/python", "", None])
def test_without_a_second_process_nothing_is_hidden(capfd, monkeypatch, python):
    monkeypatch.setattr(sys, "executable", python)
    with native_messages_hidden(everything):
        os.write(2, b"shown")
    assert capfd.readouterr().err == "shown"


def test_a_process_without_a_standard_error_stream_runs_the_block():
    code = "os.close(2); sys.stderr = None\nwith native_messages_hidden(lambda line: True):\n    print('ran')"
    done = subprocess.run([sys.executable, "-c", START + code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "ran\n")


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="only Linux lists what is open")
def test_nothing_stays_open():
    before = os.listdir("/proc/self/fd")
    for _ in range(3):
        with native_messages_hidden(everything):
            pass
    assert len(os.listdir("/proc/self/fd")) == len(before)
