"""How far a batch is, and how long it will still take. Times are seconds, of sound or of the clock."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a batch stands.

    ``files_done`` and ``audio_done`` hold what earlier runs did as well, ``rate`` is of this run alone.
    """

    files_done: int  # analysed or found to be unusable
    files: int
    failed: int  # of files_done
    audio_done: float  # s of sound, as far as lengths are known
    audio: float  # s
    elapsed: float  # s since this run began
    rate: float | None  # seconds of sound a second, None before anything is finished
    left: float | None  # s, None while there is no ground to tell
    now: tuple[str, ...] = ()  # what is being worked on, as paths below the folder
    earlier: int = 0  # of files_done, those done in earlier runs


@dataclass(slots=True)
class Meter:
    """Takes note of what begins and ends, and makes ``Progress`` of it.

    The time left is by length of sound, at the speed of the workers so far. Nothing is said before as many
    files are analysed as were worked on at once.

    Parameters
    ----------
    lengths : seconds of sound of each file by its key, None where not known; then the middle length is taken.
    earlier : the keys among them that earlier runs have done.
    failed : how many of those could not be analysed.
    """

    lengths: Mapping[str, float | None]
    earlier: frozenset[str] = frozenset()
    failed: int = 0
    clock: Callable[[], float] = time.monotonic
    _began: float = 0.0
    _running: dict[str, tuple[str, float]] = field(default_factory=dict)  # name and when it began
    _ended: set[str] = field(default_factory=set)
    _abreast: int = 0  # most files worked on at once
    _sound: float = 0.0  # s of sound analysed in this run, and
    _work: float = 0.0  # s of work on it, all workers together
    _analysed: int = 0
    _usual: float = 0.0
    _total: float = 0.0
    _done: float = 0.0
    _rest: float = 0.0  # s of sound that is not done, lengths that are not known among it

    def __post_init__(self) -> None:
        known = [length for length in self.lengths.values() if length is not None]
        self._usual = statistics.median(known) if known else 0.0
        self._total = sum(known, 0.0)
        self._done = sum((self.lengths.get(key) or 0.0 for key in self.earlier), 0.0)
        self._rest = sum(self._length(key) for key in self.lengths if key not in self.earlier)
        self._began = self.clock()

    def start(self, key: str, name: str) -> Progress:
        """Work on a file begins, or begins again; ``name`` is what people are shown."""
        self._running[key] = (name, self.clock())
        self._abreast = max(self._abreast, len(self._running))
        return self.progress()

    def end(self, key: str, *, failed: bool = False) -> Progress:
        """A file is analysed, or turned out to be unusable."""
        _, began = self._running.pop(key, ("", self.clock()))
        if key not in self._ended and key not in self.earlier:
            self._ended.add(key)
            self._done += self.lengths.get(key) or 0.0
            self._rest -= self._length(key)
            self.failed += failed
            if not failed:
                self._analysed += 1
                self._sound += self._length(key)
                self._work += self.clock() - began
        return self.progress()

    def progress(self) -> Progress:
        """Return where the batch stands now."""
        elapsed = self.clock() - self._began
        return Progress(
            files_done=len(self._ended) + len(self.earlier),
            files=len(self.lengths),
            failed=self.failed,
            audio_done=self._done,
            audio=self._total,
            elapsed=elapsed,
            rate=self._sound / elapsed if self._sound > 0 and elapsed > 0 else None,
            left=self._left(),
            now=tuple(name for name, _ in self._running.values()),
            earlier=len(self.earlier),
        )

    def _length(self, key: str) -> float:
        length = self.lengths.get(key)
        return self._usual if length is None else length

    def _left(self) -> float | None:
        if len(self._ended) + len(self.earlier) == len(self.lengths):
            return 0.0
        if self._analysed < max(1, self._abreast) or self._sound <= 0 or self._work <= 0:
            return None
        speed = self._sound / self._work  # of one worker
        now = self.clock()
        running = {key: self._length(key) for key in self._running}
        under_way = [
            max(0.0, length / speed - (now - self._running[key][1])) for key, length in running.items()
        ]
        waiting = max(0.0, self._rest - sum(running.values())) / speed
        return max((waiting + sum(under_way)) / max(1, self._abreast), *under_way, 0.0)
