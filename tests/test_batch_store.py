"""The folder a batch writes to, on this disk and on a filesystem in memory."""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from voicecoach.batch import store
from voicecoach.batch.store import Store
from voicecoach.errors import AudioError, OutputError, UsageError


class Bucket(MemoryFileSystem):
    """An object store: no append, no rename, and every put is noted."""

    protocol = "testbucket"
    store: ClassVar[dict[str, Any]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]
    puts: ClassVar[list[str]] = []

    def pipe_file(self, path: str, value: bytes, **options: Any) -> None:
        self.puts.append(path)
        super().pipe_file(path, value, **options)

    def mv(self, *paths: Any, **options: Any) -> None:
        raise OSError("an object store cannot rename")

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return super()._strip_protocol(path.removeprefix("testbucket://"))


class Host(Bucket):
    """Folders on another machine, where files are renamed and a write can be seen while it goes on."""

    protocol = "sftp"
    store: ClassVar[dict[str, Any]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]
    moved: ClassVar[list[tuple[str, str]]] = []

    def mv(self, path1: str, path2: str, **options: Any) -> None:
        self.moved.append((path1, path2))
        MemoryFileSystem.mv(self, path1, path2, **options)

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return MemoryFileSystem._strip_protocol(path.removeprefix("sftp://host"))


class Broken(Bucket):
    """A store whose every answer is an error of its own kind."""

    protocol = "testbroken"

    def pipe_file(self, *arguments: Any, **options: Any) -> Any:
        raise RuntimeError("Access\nDenied")

    ls = cat_file = _open = find = pipe_file


@pytest.fixture(autouse=True)
def filesystems() -> Iterator[None]:
    for kind in (Bucket, Host, Broken):
        fsspec.register_implementation(kind.protocol, kind, clobber=True)
    yield
    for kind in (Bucket, Host):
        kind.store.clear()
        kind.puts.clear()
    Host.moved.clear()


@pytest.fixture(params=["disk", "file", "testbucket", "sftp"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """The same folder on four kinds of place."""
    folder = tmp_path / "out here"
    return Store(
        {
            "disk": str(folder),
            "file": folder.as_uri(),
            "testbucket": "testbucket://bucket/out here/",
            "sftp": "sftp://host/out here",
        }[request.param]
    )


def test_what_is_written_is_read(place: Store) -> None:
    place.write_text("calls/ä b.json", ["one ", "två"])
    place.write_bytes("calls/ä b.json", [b"two ", b"three"])
    assert place.read_bytes("calls/ä b.json") == b"two three"
    assert place.exists("calls/ä b.json")
    assert not place.exists("calls/other.json")


def test_a_folder_is_listed_by_names(place: Store) -> None:
    assert place.names("calls") == frozenset()
    for name in ("calls/a.json", "calls/b.json", "calls/deep/c.json", "index.html"):
        place.write_text(name, ["x"])
    assert place.names("calls") == {"a.json", "b.json", "deep"}
    assert place.names() == {"calls", "index.html"}


def test_what_cannot_be_read_is_one_line(place: Store) -> None:
    with pytest.raises(OutputError, match=r"missing\.json") as caught:
        place.read_bytes("missing.json")
    assert "\n" not in str(caught.value)


def test_it_goes_to_other_processes(place: Store) -> None:
    assert pickle.loads(pickle.dumps(place)) == place  # noqa: S301 - our own bytes


def test_a_relative_folder_means_the_same_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    there = Store("out")
    monkeypatch.chdir("/")
    there.write_text("a.txt", ["x"])
    assert (tmp_path / "out" / "a.txt").read_text() == "x"


def test_an_object_is_one_put() -> None:
    Store("testbucket://bucket/out").write_text("calls/a.json", ["1", "2", "3"])
    assert Bucket.puts == ["/bucket/out/calls/a.json"]


def test_a_file_on_another_host_appears_whole() -> None:
    Store("sftp://host/out").write_text("calls/a.json", ["1", "2"])
    ((draft, final),) = Host.moved
    assert final == "/out/calls/a.json"
    assert draft.startswith("/out/calls/.voicecoach-")
    assert Store("sftp://host/out").names("calls") == {"a.json"}


def test_nothing_is_left_of_a_file_that_was_not_finished(tmp_path: Path) -> None:
    def pieces() -> Iterator[str]:
        yield "half"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Store(str(tmp_path)).write_text("calls/a.json", pieces())
    assert list((tmp_path / "calls").iterdir()) == []


def _copy(there: Store) -> None:
    with store.local_copy(f"{there.url}/call.wav"):
        pass


@pytest.mark.parametrize(
    "act",
    [
        lambda there: there.write_text("a", ["x"]),
        lambda there: there.read_bytes("a"),
        lambda there: there.names("calls"),
        lambda there: list(store.listed(there.url)),
        _copy,
    ],
)
def test_an_error_of_a_driver_is_one_line_of_ours(act: Callable[[Store], Any]) -> None:
    with pytest.raises((OutputError, AudioError), match=r"testbroken://bucket/out.*Access Denied") as caught:
        act(Store("testbroken://bucket/out"))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "said"),
    [("s3://bucket/out", "install s3fs"), ("nonsense://x/out", "nonsense:// is no kind of address")],
)
def test_a_place_that_cannot_be_reached_is_one_line(
    address: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)  # as if it were not installed
    monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, "s3", raising=False)
    with pytest.raises(UsageError, match=said):
        Store(address).names("calls")


# --- recordings ---------------------------------------------------------------------------------------------


def test_recordings_are_listed_however_deep() -> None:
    there = Store("testbucket://bucket/calls")
    for name, body in (("b.wav", "22"), ("2026/März/a #1 100%.mp3", "1")):
        there.write_text(name, [body])
    found = list(store.listed("testbucket://bucket/calls/"))
    assert [(one.relative, one.size) for one in found] == [("2026/März/a #1 100%.mp3", 1), ("b.wav", 2)]
    assert [one.path for one in found] == [f"{there.url}/{one.relative}" for one in found]
    marks = [one.mark for one in found]
    assert marks == [one.mark for one in store.listed(there.url)]
    there.write_text("b.wav", ["33"])
    again = [one.mark for one in store.listed(there.url)]
    assert again[0] == marks[0]
    assert again[1] != marks[1]
    assert all(0 < mark < 1 << 63 for mark in marks)


def test_one_recording_may_be_named() -> None:
    Store("testbucket://bucket/calls").write_text("b.wav", ["22"])
    (found,) = store.listed("testbucket://bucket/calls/b.wav")
    assert (found.path, found.relative) == ("testbucket://bucket/calls/b.wav", "b.wav")


def test_a_place_with_nothing_is_told() -> None:
    with pytest.raises(UsageError, match="there is nothing there"):
        list(store.listed("testbucket://bucket/none"))


def test_a_recording_on_this_disk_is_itself(tmp_path: Path) -> None:
    recording = tmp_path / "ä #1.wav"
    recording.write_bytes(b"sound")
    for address in (str(recording), recording, recording.as_uri()):
        with store.local_copy(address) as copy, store.opened(address) as source:
            assert copy == recording
            assert source.read() == b"sound"
    assert recording.exists()


def test_a_recording_from_elsewhere_is_a_file_for_a_while() -> None:
    body = bytes(range(256)) * 20_000
    Store("testbucket://bucket/in").write_bytes("so: <b>odd</b>?*.mp3", [body])
    with store.local_copy("testbucket://bucket/in/so: <b>odd</b>?*.mp3") as copy:
        assert copy.suffix == ".mp3"
        assert copy.read_bytes() == body
        assert not set('<>:?*"|') & set(copy.name)
    assert not copy.parent.exists()


def test_the_copy_is_gone_after_an_error() -> None:
    Store("testbucket://bucket/in").write_bytes("a.wav", [b"x"])
    with pytest.raises(ZeroDivisionError), store.local_copy("testbucket://bucket/in/a.wav") as copy:
        raise ZeroDivisionError
    assert not copy.parent.exists()


def test_a_recording_that_is_not_there_is_told() -> None:
    with (
        pytest.raises(AudioError, match=r"testbucket://bucket/in/a\.wav: is not there"),
        store.local_copy("testbucket://bucket/in/a.wav"),
    ):
        pytest.fail("there is nothing to copy")


def test_a_full_temporary_folder_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    Store("testbucket://bucket/in").write_bytes("a.wav", [b"x"])

    class Full(io.BytesIO):
        def write(self, buffer: Any) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "open", lambda self, mode: Full())
    with (
        pytest.raises(OutputError, match="No space left on device; free some space"),
        store.local_copy("testbucket://bucket/in/a.wav"),
    ):
        pytest.fail("there is no room to copy")


def test_a_plain_folder_needs_no_fsspec(tmp_path: Path) -> None:
    code = (
        "import sys; from voicecoach.batch.store import Store, local_copy, opened\n"
        f"there = Store({str(tmp_path)!r}); there.write_text('a.txt', ['x']); there.names()\n"
        f"with local_copy({str(tmp_path / 'a.txt')!r}) as copy, opened(copy) as file: file.read()\n"
        "print(sorted({'fsspec', 'numpy', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
