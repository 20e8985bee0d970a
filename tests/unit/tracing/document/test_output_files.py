"""Files are replaced as a whole; what is no plain file is written through to."""

import os
import pathlib
import signal
import stat
import subprocess
import sys
import threading

import pytest

import tffsim as tff
from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tffsim.tracing.document.output_files import whole_file, whole_text_file

IS_ROOT = os.geteuid() == 0


@pytest.fixture(scope="module")
def trace():
    return traced(mean_of_doubles, [1.0, 2.0])[1].frozen()


WRITERS = {
    "save": lambda trace, path: trace.save(path),
    "html": lambda trace, path: trace.to_html(path),
    "perfetto": lambda trace, path: trace.export(path, "perfetto"),
    "dot": lambda trace, path: trace.export(path, "dot"),
    "graphml": lambda trace, path: trace.export(path, "graphml"),
}


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
class TestEveryWriter:
    @pytest.mark.skipif(not IS_ROOT, reason="Only root can make a device.")
    def test_a_device_stays_one(self, write, trace, tmp_path):
        device = tmp_path / "null"
        os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        write(trace, device)
        assert stat.S_ISCHR(device.lstat().st_mode)
        assert list(tmp_path.iterdir()) == [device]

    def test_a_link_stays_one_and_its_target_is_written(self, write, trace, tmp_path):
        (tmp_path / "folder").mkdir()
        real, link, second = tmp_path / "folder" / "real", tmp_path / "link", tmp_path / "second"
        real.write_bytes(b"")
        link.symlink_to(pathlib.Path("folder") / "real")
        second.symlink_to(link)
        write(trace, second)
        assert second.is_symlink() and link.is_symlink() and real.stat().st_size > 100

    def test_a_link_to_nothing_makes_its_target(self, write, trace, tmp_path):
        link = tmp_path / "link"
        link.symlink_to("new")
        write(trace, link)
        assert link.is_symlink() and (tmp_path / "new").stat().st_size > 100

    def test_a_pipe_gets_all_of_it(self, write, trace, tmp_path):
        pipe, content = tmp_path / "pipe", []
        os.mkfifo(pipe)
        reader = threading.Thread(target=lambda: content.append(pipe.read_bytes()), daemon=True)
        reader.start()
        write(trace, pipe)
        reader.join(30)
        assert stat.S_ISFIFO(pipe.stat().st_mode)
        write(trace, tmp_path / "plain")
        assert len(content[0]) == (tmp_path / "plain").stat().st_size

    def test_permissions_stay(self, write, trace, tmp_path):
        path = tmp_path / "private"
        for mode in (0o600, 0o640, 0o666):
            path.touch()
            path.chmod(mode)
            write(trace, path)
            assert mode_of(path) == mode

    def test_a_file_with_two_names_keeps_both(self, write, trace, tmp_path):
        (tmp_path / "one").write_bytes(b"")
        os.link(tmp_path / "one", tmp_path / "two")
        write(trace, tmp_path / "one")
        assert (tmp_path / "one").samefile(tmp_path / "two")
        assert (tmp_path / "two").stat().st_size > 100

    def test_a_folder_is_refused_and_stays(self, write, trace, tmp_path):
        with pytest.raises(IsADirectoryError):
            write(trace, tmp_path)
        assert tmp_path.is_dir()


def test_what_a_pipe_or_a_link_got_can_be_loaded(trace, tmp_path):
    (tmp_path / "link").symlink_to("real")
    trace.save(tmp_path / "link")
    assert str(tff.load_trace(tmp_path / "link")) == str(trace)


def test_each_table_of_a_folder_keeps_its_permissions(trace, tmp_path):
    (tmp_path / "spans.csv").touch(0o600)
    trace.export(tmp_path, "csv")
    assert mode_of(tmp_path / "spans.csv") == 0o600


def test_a_new_file_has_the_permissions_of_new_files(tmp_path):
    before = os.umask(0o027)
    try:
        with whole_file(tmp_path / "new") as file:
            file.write(b"x")
    finally:
        os.umask(before)
    assert mode_of(tmp_path / "new") == 0o640


@pytest.mark.skipif(not IS_ROOT, reason="Only root can give files away.")
def test_the_owner_stays(tmp_path):
    path = tmp_path / "theirs"
    path.touch()
    os.chown(path, 1234, 2345)
    with whole_file(path) as file:
        file.write(b"x")
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 2345)


def test_whoever_reads_the_old_file_reads_on(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with open(path, "rb") as reader:
        with whole_file(path) as file:
            file.write(b"new")
        assert reader.read() == b"old"
    assert path.read_bytes() == b"new"


def test_a_name_as_long_as_names_can_be(tmp_path):
    path = tmp_path / ("n" * 255)
    with whole_file(path) as file:
        file.write(b"x")
    assert path.read_bytes() == b"x"


@pytest.mark.parametrize("has_unnamed_files", [True, False])
def test_a_block_that_raises_leaves_what_was_there(tmp_path, monkeypatch, has_unnamed_files):
    if not has_unnamed_files:
        monkeypatch.setattr("tffsim.tracing.document.output_files._unnamed_file", lambda folder: None)
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), whole_text_file(path) as file:
        file.write(str(1 // 0))
    assert path.read_bytes() == b"old"
    with whole_text_file(path) as file:
        file.write("nü")
    assert path.read_text(encoding="utf-8") == "nü"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_system_without_room_or_a_missing_folder_is_an_error(tmp_path):
    target = tmp_path / "missing" / "file"
    with pytest.raises(FileNotFoundError) as caught, whole_file(target):
        pass
    assert caught.value.filename in (target, str(target))  # And not a temporary file that nobody knows.
    full = pathlib.Path("/dev/full")
    if IS_ROOT:  # Whom a fault would let replace the device of the machine.
        full = tmp_path / "full"
        os.mknod(full, 0o666 | stat.S_IFCHR, os.makedev(1, 7))
    with pytest.raises(OSError, match="space"), whole_file(full) as file:
        file.write(b"x" * 100_000)
    assert stat.S_ISCHR(os.stat(full).st_mode)


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="Files without a name are a thing of Linux.")
def test_a_killed_writer_leaves_nothing_behind(tmp_path):
    code = (
        "import sys, time\n"
        "from tffsim.tracing.document.output_files import whole_file\n"
        f"with whole_file({str(tmp_path / 'file')!r}) as file:\n"
        "    file.write(b'x' * 100_000); file.flush(); print('half', flush=True); time.sleep(600)\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert writer.stdout.readline() == b"half\n"
    writer.send_signal(signal.SIGKILL)
    writer.communicate()
    assert list(tmp_path.iterdir()) == []
