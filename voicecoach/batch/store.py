"""Where recordings come from and where a batch writes: this disk, or anything fsspec reaches.

An address with ``://`` in it is fsspec's (``s3://bucket/calls``, ``sftp://host/calls``); all else, and ``file://``,
is a path on this disk, for which fsspec is not even imported. Credentials and endpoints are the drivers' own
business: their settings files and environment.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

from voicecoach import reports
from voicecoach.errors import AudioError, OutputError, UsageError, VoicecoachError
from voicecoach.i18n import _, fill, later

# reached as folders over a network, where a file can be seen while it is being written
_GROWING = frozenset({"arrow_hdfs", "ftp", "hdfs", "sftp", "smb", "ssh", "webhdfs"})
# what tells that an object has changed, best first; each driver has its own word for it
_MARKS = (
    "ETag",
    "etag",
    "md5Hash",
    "md5",
    "checksum",
    "mtime",
    "LastModified",
    "last_modified",
    "updated",
    "created",
)
_CHUNK = 1 << 20


def local_path(address: str | os.PathLike[str]) -> Path | None:
    """The path where an address is one on this disk, else None."""
    text = os.fspath(address)
    if "://" not in text:
        return Path(text)
    if not text.startswith("file://"):
        return None
    from urllib.request import url2pathname

    found = urlsplit(text)
    return Path(url2pathname(unquote(found.netloc) + found.path))


@dataclass(frozen=True, slots=True)
class Listed:
    """A file under an address. ``mark`` changes when the file does; 0 where nothing tells whether it has."""

    path: str  # its whole address
    relative: str  # to the address that was listed, with forward slashes
    size: int  # bytes
    mark: int  # 63 bits


@dataclass(frozen=True, slots=True)
class Store:
    """A folder to write to; ``url`` is made absolute, so that it means the same in every process.

    Names are relative to it, with forward slashes; folders on the way are made. On this disk a file appears
    whole or not at all and is on the disk when a call returns; on an object store it is one put.

    Raises
    ------
    UsageError : the address is of a kind that is not known, or needs a package that is not installed.
    OutputError : what was asked for cannot be written, read or listed.
    """

    url: str

    def __post_init__(self) -> None:
        """Make the address absolute."""
        here = local_path(self.url)
        found = os.path.abspath(here) if here is not None else self.url.rstrip("/")  # noqa: PTH100 - no links
        object.__setattr__(self, "url", found)

    @property
    def folder(self) -> Path | None:
        """The folder where it is one on this disk, else None."""
        return local_path(self.url)

    def write_text(self, name: str, pieces: Iterable[str]) -> str:
        """Write the pieces of a text as UTF-8, whole or not at all, and give its address."""
        return self.write_bytes(name, (piece.encode() for piece in pieces))

    def write_bytes(self, name: str, pieces: Iterable[bytes]) -> str:
        """Write the pieces, whole or not at all, and give the address of the file."""
        folder = self.folder
        if folder is not None:
            path = folder / name
            reports.make_folder(path.parent)
            return str(reports.write_bytes(path, pieces, mode=0o644))
        address = f"{self.url}/{name}"
        whole = b"".join(pieces)  # a put has one body
        with _reached(address, later("written")):
            files, path_there = _filesystem(address)
            if _GROWING.isdisjoint(_protocols(files)):
                files.pipe_file(path_there, whole)
            else:
                parent, _, last = path_there.rpartition("/")
                draft = f"{parent}/.voicecoach-{secrets.token_hex(6)}-{last}"
                files.makedirs(parent, exist_ok=True)
                files.pipe_file(draft, whole)
                files.mv(draft, path_there)
        return address

    def read_bytes(self, name: str) -> bytes:
        """All bytes of a file."""
        folder = self.folder
        if folder is not None:
            try:
                return (folder / name).read_bytes()
            except OSError as error:
                raise OutputError(
                    fill("{folder}: cannot be read: {error}", folder=folder / name, error=error.strerror)
                ) from None
        address = f"{self.url}/{name}"
        with _reached(address, later("read")):
            files, path = _filesystem(address)
            return bytes(files.cat_file(path))

    def exists(self, name: str) -> bool:
        """Whether there is a file or folder of that name."""
        folder = self.folder
        if folder is not None:
            return (folder / name).exists()
        address = f"{self.url}/{name}"
        with _reached(address, later("looked up")):
            files, path = _filesystem(address)
            files.invalidate_cache()
            return bool(files.exists(path))

    def remove(self, name: str) -> None:
        """Remove a file; nothing happens where there is none."""
        folder = self.folder
        if folder is not None:
            try:
                (folder / name).unlink(missing_ok=True)
            except OSError as error:
                raise OutputError(
                    fill("{folder}: cannot be removed: {error}", folder=folder / name, error=error.strerror)
                ) from None
            return
        address = f"{self.url}/{name}"
        with _reached(address, later("removed")):
            files, path = _filesystem(address)
            with contextlib.suppress(FileNotFoundError):
                files.rm_file(path)

    def names(self, folder: str = "") -> frozenset[str]:
        """The names in a folder, by one listing; none where there is no such folder."""
        return frozenset(self._listing(folder, sizes=False))

    def sizes(self, folder: str = "") -> dict[str, int]:
        """The bytes of each file in a folder, by name; none where there is no such folder."""
        return self._listing(folder, sizes=True)

    def _listing(self, folder: str, *, sizes: bool) -> dict[str, int]:
        here = self.folder
        if here is not None:
            try:
                with os.scandir(here / folder) as entries:  # names alone are quick for a million
                    return {entry.name: entry.stat().st_size if sizes else 0 for entry in entries}
            except (FileNotFoundError, NotADirectoryError):
                return {}
            except OSError as error:
                raise OutputError(
                    fill("{here}: cannot be listed: {error}", here=here / folder, error=error.strerror)
                ) from None
        address = f"{self.url}/{folder}".rstrip("/")
        with _reached(address, later("listed")):
            files, path = _filesystem(address)
            files.invalidate_cache()  # others write there, too
            try:
                found = files.ls(path, detail=True)
            except (FileNotFoundError, NotADirectoryError):
                return {}
            own = path.strip("/")
            return {
                PurePosixPath(one["name"]).name: int(one.get("size") or 0)
                for one in found
                if one["name"].strip("/") != own
            }


def listed(address: str) -> Iterator[Listed]:
    """Every file under an address that is not on this disk, however deep, in order of name.

    Raises
    ------
    UsageError
        There is nothing, the kind of address is not known, or its package is not installed.
    OutputError
        It cannot be listed.
    """
    root = address.rstrip("/")
    with _reached(root, later("listed")):
        files, path = _filesystem(root)
        files.invalidate_cache()
        found: dict[str, dict[str, Any]] = files.find(path, detail=True)
        if not found and not files.exists(path):
            raise UsageError(fill("{root}: there is nothing there; check the address", root=root))
    start = path.strip("/")
    for name in sorted(found):
        entry = found[name]
        relative = name.strip("/").removeprefix(start).lstrip("/")
        if entry.get("type") == "directory" or name.endswith("/"):
            continue
        whole = f"{root}/{relative}" if relative else root  # the address may be that of a file
        yield Listed(whole, relative or PurePosixPath(name).name, int(entry.get("size") or 0), _mark(entry))


@contextlib.contextmanager
def opened(address: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a recording to read its bytes once from start to end, wherever it is.

    Raises
    ------
    AudioError
        It is not on this disk and cannot be read from where it is.
    OSError
        It is on this disk and cannot be read.
    """
    path = local_path(address)
    if path is not None:
        with path.open("rb") as file:
            yield file
        return
    text = os.fspath(address)
    with _reached(text, later("read"), AudioError):
        files, there = _filesystem(text)
        source = files.open(there, "rb", cache_type="readahead", block_size=8 * _CHUNK)
    with source:
        yield io.BufferedReader(_Watched(source, text), _CHUNK)


@contextlib.contextmanager
def local_copy(address: str | os.PathLike[str]) -> Iterator[Path]:
    """A recording as a file on this disk: itself where it is one, else a copy that is gone afterwards.

    The copy is called as the recording is, as far as a name is a name on this disk, and has its suffix.

    Raises
    ------
    AudioError
        It cannot be fetched.
    OutputError
        The temporary folder is full.
    """
    path = local_path(address)
    if path is not None:
        yield path
        return
    text = os.fspath(address)
    name = re.sub(r"[^\w. -]", "_", PurePosixPath(text).name)[-100:].lstrip(". ") or "recording"
    with tempfile.TemporaryDirectory(prefix="voicecoach-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / name
        with opened(text) as source:
            try:
                with copy.open("wb") as target:
                    while chunk := source.read(_CHUNK):
                        target.write(chunk)
            except OSError as error:
                raise OutputError(
                    fill(
                        "{folder}: no room for a copy of {text}: {error}; free some space",
                        folder=folder,
                        text=text,
                        error=error.strerror,
                    )
                ) from error
        yield copy


# --- fsspec -------------------------------------------------------------------------------------------------


class _Watched(io.RawIOBase):
    """A remote file whose driver's errors come out as ``AudioError``."""

    def __init__(self, source: Any, address: str) -> None:
        self._source, self._address = source, address

    def readable(self) -> bool:
        """It is read only."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with the next bytes."""
        with _reached(self._address, later("read"), AudioError):
            found = self._source.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)


def _filesystem(address: str) -> tuple[Any, str]:
    """The filesystem of an address and the path there; fsspec keeps one filesystem a process and protocol."""
    from fsspec.core import url_to_fs
    from fsspec.registry import available_protocols, known_implementations

    protocol = address.partition("://")[0].rpartition("::")[2]
    try:
        files, path = url_to_fs(address)
    except ImportError as error:
        hint = known_implementations.get(protocol, {}).get("err") or fill(
            "install {name}", name=error.name or "its package"
        )
        raise UsageError(
            fill(
                "{address}: its package is not installed; {hint}",
                address=address,
                hint=f"{hint[:1].lower()}{hint[1:]}",
            )
        ) from None
    except ValueError as error:
        if protocol in available_protocols():
            raise UsageError(
                fill("{address}: is no address: {error}", address=address, error=" ".join(str(error).split()))
            ) from None
        raise UsageError(
            fill(
                "{address}: {protocol}:// is no kind of address fsspec knows; known are s3, gs, "
                "abfs, sftp ...",
                address=address,
                protocol=protocol,
            )
        ) from None
    return files, str(path)


def _protocols(files: Any) -> tuple[str, ...]:
    found = files.protocol
    return (found,) if isinstance(found, str) else tuple(found)


@contextlib.contextmanager
def _reached(address: str, verb: str, kind: type[VoicecoachError] = OutputError) -> Iterator[None]:
    """Turn whatever a driver raises into one line of ours."""
    try:
        yield
    except (VoicecoachError, FileNotFoundError) as error:
        if isinstance(error, VoicecoachError):
            raise
        raise kind(fill("{address}: is not there; check the address", address=address)) from None
    except Exception as error:  # noqa: BLE001 - drivers raise what they like; they share no base
        said = " ".join(str(error).split())[:300] or type(error).__name__
        raise kind(
            fill(
                "{address}: cannot be {verb}: {said}; check the address and what you may do there",
                address=address,
                verb=_(verb),
                said=said,
            )
        ) from None


def _mark(entry: dict[str, Any]) -> int:
    for key in _MARKS:
        if entry.get(key) is not None:
            said = f"{key} {entry[key]} {entry.get('size')}"
            return int.from_bytes(hashlib.sha256(said.encode()).digest()[:8]) >> 1 or 1
    return 0
