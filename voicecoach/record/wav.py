"""A WAV file written while it is recorded: 16 bit PCM, readable at any moment, whatever ends the program.

The header is brought up to date after each block, so it never announces more than is there; once a second
everything is forced to the disk.
"""

from __future__ import annotations

import contextlib
import os
import struct
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from voicecoach.errors import OutputError
from voicecoach.i18n import fill

LONGEST = 4 * 3600.0  # s; longer recordings are not analysed
_MOST = 2**32 - 2**16  # bytes; the header counts in 32 bits
_HEADER = 44  # bytes
_SYNC = 1.0  # s


class WavWriter:
    """A new WAV file, readable by its owner alone.

    Parameters
    ----------
    path
        Where it is written; the folder must be there.
    rate, channels
        Samples a second and number of channels.
    overwrite
        Replace a file that is there.

    Raises
    ------
    OutputError
        There is such a file, no such folder, no permission or no room.
    """

    def __init__(self, path: Path, rate: int, channels: int = 1, *, overwrite: bool = False) -> None:
        self.path, self.rate, self.channels = Path(path), rate, channels
        self.frames = 0  # written so far
        self._synced = time.monotonic()
        try:
            if overwrite:
                self.path.unlink(missing_ok=True)
            flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
            self._file = os.fdopen(os.open(self.path, flags, 0o600), "wb", buffering=0)
        except FileExistsError:
            raise OutputError(
                fill("{path}: is there already; choose another name or add --force", path=path)
            ) from None
        except FileNotFoundError:
            raise OutputError(
                fill(
                    "{path}: not written: no folder {parent}; make it first",
                    path=path,
                    parent=self.path.parent,
                )
            ) from None
        except OSError as error:
            raise OutputError(
                fill(
                    "{path}: not written: {error}; choose another folder with -o",
                    path=path,
                    error=error.strerror,
                )
            ) from error
        try:
            self._put(self._header())
        except OSError as error:
            self._file.close()
            with contextlib.suppress(OSError):
                self.path.unlink()
            raise self._full(error) from error

    @property
    def duration(self) -> float:
        """Seconds written so far."""
        return self.frames / self.rate

    @property
    def longest(self) -> float:
        """Seconds the file can take: 4 hours, less where that would be more than 4 GiB."""
        return min(LONGEST, (_MOST - _HEADER) / (2 * self.channels * self.rate))

    def write(self, block: NDArray[np.int16]) -> None:
        """Append a block of shape (frames, channels), or (frames,) for one channel.

        Raises
        ------
        OutputError
            The disk is full, or the file has reached its longest; what was written stays readable.
        """
        data = np.ascontiguousarray(block, "<i2").tobytes()
        if self.duration + len(data) / (2 * self.channels * self.rate) > self.longest + 1:
            raise OutputError(
                fill(
                    "{path}: ends here: a recording holds {longest:.1f} hours at most",
                    path=self.path,
                    longest=self.longest / 3600,
                )
            )
        try:
            self._put(data)
        except OSError as error:
            with contextlib.suppress(OSError):
                self._update(self._file.seek(0, os.SEEK_END))
            raise self._full(error) from error
        self._update(self._file.tell())
        if time.monotonic() - self._synced >= _SYNC:
            self._sync()

    def close(self) -> None:
        """Finish the file; it may be closed twice."""
        if not self._file.closed:
            with contextlib.suppress(OSError):
                self._sync()
            self._file.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file; one that holds nothing because of an error is removed."""
        self.close()
        if kind is not None and not self.frames:
            with contextlib.suppress(OSError):
                self.path.unlink()

    def _put(self, data: bytes) -> None:
        left = memoryview(data)
        while left:  # a disk that fills up takes a part first, and says so at the next attempt
            left = left[self._file.write(left) or 0 :]

    def _update(self, end: int) -> None:
        """Let the header say how many whole frames there are before byte ``end``, and go on behind them."""
        size = 2 * self.channels
        self.frames = max(0, end - _HEADER) // size
        self._file.seek(0)
        self._put(self._header())
        self._file.seek(_HEADER + self.frames * size)

    def _header(self) -> bytes:
        size = 2 * self.channels
        length = self.frames * size
        form = struct.pack("<HHIIHH", 1, self.channels, self.rate, self.rate * size, size, 16)
        return b"".join(
            (
                struct.pack("<4sI4s", b"RIFF", length + _HEADER - 8, b"WAVE"),
                struct.pack("<4sI", b"fmt ", len(form)),
                form,
                struct.pack("<4sI", b"data", length),
            )
        )

    def _sync(self) -> None:
        os.fsync(self._file.fileno())
        self._synced = time.monotonic()

    def _full(self, error: OSError) -> OutputError:
        kept = fill("; {duration:.1f} s are kept", duration=self.duration) if self.frames else ""
        return OutputError(
            fill(
                "{path}: not written on: {error}{kept}; free some space or choose another folder",
                path=self.path,
                error=error.strerror,
                kept=kept,
            )
        )
