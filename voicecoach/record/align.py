"""Two microphones with clocks of their own as the two channels of one recording.

Each block comes with the moment its first sample was heard, in seconds of one clock. The first stream is the
measure of time. The second is laid beside it by those moments; where it has drifted by more than ``most``
seconds, silence is put in or samples are left out, once, so that the two are together again. A second
stream that gives nothing, as a loopback may while nothing plays, is silent for so long.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_WINDOW = 100  # blocks, of which the earliest tells the time: a callback may be late but never early
_LASTING = 20  # blocks; what is over sooner is no drift
_JUMP = 0.25  # s; a stream that is so much later than it was has paused


class _Clock:
    """Where the first sample of a stream lies in time, from the moments at which its blocks were heard."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._count = 0
        self._starts: list[float] = []

    def note(self, at: float, frames: int) -> None:
        """A block of so many frames began at a moment."""
        start = at - self._count / self._rate
        if self._starts and start - min(self._starts) > _JUMP:
            self._starts.clear()
        self._starts = [*self._starts[1 - _WINDOW :], start]
        self._count += frames

    @property
    def start(self) -> float | None:
        """The moment of the first sample, going by the last blocks; None before the first of them."""
        return min(self._starts) if self._starts else None


class Pairing:
    """Blocks of two mono streams at the same rate in, blocks of shape (frames, 2) out.

    Parameters
    ----------
    rate
        Samples a second.
    most
        Seconds the second stream may drift before it is moved.
    patience
        Seconds after which a second stream that gives nothing is taken for silent.
    """

    def __init__(self, rate: int, *, most: float = 0.05, patience: float = 0.3) -> None:
        self._rate, self._most, self._patience = rate, round(most * rate), round(patience * rate)
        self._clocks = (_Clock(rate), _Clock(rate))
        self._waiting = [np.zeros(0, np.int16), np.zeros(0, np.int16)]
        self._placed = False
        self._shift = 0  # samples left out of the second stream so far, less those put in
        self._apart = 0  # blocks in a row at which it was to be moved
        self.moved = 0  # times the second stream was moved

    def first(self, block: NDArray[np.int16], at: float) -> None:
        """Take a block of the first stream, shape (frames,), heard from ``at`` on."""
        self._take(0, block, at)

    def second(self, block: NDArray[np.int16], at: float) -> None:
        """Take a block of the second stream, shape (frames,), heard from ``at`` on."""
        self._take(1, block, at)
        starts = [clock.start for clock in self._clocks]
        if starts[0] is None or starts[1] is None:
            return
        wanted = round((starts[0] - starts[1]) * self._rate)
        if not self._placed:
            self._placed = True
            self._move(wanted - self._shift)
            return
        self._apart = self._apart + 1 if abs(wanted - self._shift) > self._most else 0
        if self._apart > _LASTING:
            self._apart = 0
            self.moved += 1
            self._move(wanted - self._shift)

    def ready(self) -> NDArray[np.int16]:
        """Return what is complete, shape (frames, 2), possibly no frames."""
        first, second = self._waiting
        lacking = len(first) - len(second)
        if lacking > self._patience:
            second = np.concatenate([second, np.zeros(lacking, np.int16)])
            self._shift -= lacking
        count = min(len(first), len(second))
        self._waiting = [first[count:], second[count:]]
        return np.stack([first[:count], second[:count]], axis=1)

    def _take(self, which: int, block: NDArray[np.int16], at: float) -> None:
        self._clocks[which].note(at, len(block))
        self._waiting[which] = np.concatenate([self._waiting[which], block])

    def _move(self, by: int) -> None:
        """Leave out so many samples of the second stream, or put silence before them where negative."""
        waiting = self._waiting[1]
        if by < 0:
            self._waiting[1] = np.concatenate([np.zeros(-by, np.int16), waiting])
        else:
            by = min(by, len(waiting))
            self._waiting[1] = waiting[by:]
        self._shift += by
