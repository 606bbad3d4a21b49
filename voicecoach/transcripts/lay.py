"""A transcript laid over the sound of its recording, or taken as it is where there is no recording.

What comes out are words and contours by speaker, as the recogniser and the ear give them: where a channel
holds one speaker, its own; where one channel holds several, the part of its voice that lies under the lines
of each. Times are seconds in the recording.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from voicecoach import known
from voicecoach.known import Known
from voicecoach.measures.sound import facts, sound
from voicecoach.transcripts.data import data
from voicecoach.transcripts.roles import Part
from voicecoach.transcripts.types import NONE, Line, Transcript
from voicecoach.types import Contours, Segment, Word

HOP = 0.01  # seconds, as contours have it
_FINE = 4 * 3600.0  # seconds; a longer transcript is seen ten times coarser
_MOST_CHANNELS = 4  # that are tried in every order


@dataclass(frozen=True, slots=True)
class Laid:
    """Who speaks where, by position: the channel, its contours with all voice and with the speaker's."""

    parts: tuple[Part, ...]
    channels: tuple[int, ...]  # positions of the channels listened to
    raw: tuple[Contours, ...]
    own: tuple[Contours, ...]


def over(parts: Sequence[Part], raw: Sequence[Contours], own: Sequence[Contours]) -> Laid:
    """Lay parts over the channels of a recording; ``raw`` and ``own`` are contours by position."""
    if len(own) == 1:
        if len(parts) == 1:
            return Laid(tuple(parts), (0,), tuple(raw), tuple(own))
        masked = _masked(parts, own[0])
        return Laid(tuple(parts), (0,) * len(parts), (raw[0],) * len(parts), masked)
    found: list[list[Part]] = [[] for _ in own]
    if len(parts) == 1 and not parts[0].name:
        for at, lines in enumerate(_by_voice(parts[0].lines, own)):
            found[at].append(replace(parts[0], lines=lines))
    else:
        for part, at in zip(parts, _channels(parts, own), strict=True):
            found[at].append(part)
    return Laid(tuple(map(_joined, found)), tuple(range(len(own))), tuple(raw), tuple(own))


def _channels(parts: Sequence[Part], own: Sequence[Contours]) -> Sequence[int]:
    """On which channel each speaker is: where voice fits the lines best, each on another if it can be."""
    fits = [[_voiced(part.lines, contours) for contours in own] for part in parts]
    if len(parts) <= len(own) <= _MOST_CHANNELS:
        ways = itertools.permutations(range(len(own)), len(parts))
        return max(ways, key=lambda way: sum(fits[k][at] for k, at in enumerate(way)))
    return [max(range(len(own)), key=lambda at: fit[at]) for fit in fits]


def _voiced(lines: Sequence[Line], contours: Contours) -> float:
    """The share of the time of some lines that holds voice, less that of all the rest that does."""
    mask = covered(lines, len(contours.voice), contours.hop)
    inside = contours.voice[mask].mean() if mask.any() else 0.0
    return float(inside - (contours.voice[~mask].mean() if not mask.all() else 0.0))


def _by_voice(lines: Sequence[Line], own: Sequence[Contours]) -> list[tuple[Line, ...]]:
    """The lines of each channel: each goes where most voice lies under it."""
    found: list[list[Line]] = [[] for _ in own]
    before = 0
    for line in lines:
        first, last = _frames(line, own[0].hop)
        voice = [int(contours.voice[first:last].sum()) for contours in own]
        before = int(np.argmax(voice)) if max(voice) > 0 else before
        found[before].append(line)
    return [tuple(one) for one in found]


def _joined(parts: Sequence[Part]) -> Part:
    """What is said on one channel as one part, with the name and the role of who says most there."""
    if not parts:
        return Part("", ())
    main = max(parts, key=lambda part: (bool(part.role), sum(len(line.text) for line in part.lines)))
    lines = sorted((line for part in parts for line in part.lines), key=lambda line: line.start or 0.0)
    return replace(main, lines=tuple(lines))


def covered(lines: Sequence[Line], frames: int, hop: float) -> NDArray[np.bool_]:
    """Which frames lie under some lines; of a line with words with times, under these."""
    found = np.zeros(frames, bool)
    for line in lines:
        for piece in line.words or (line,):
            first, last = _frames(piece, hop)
            found[first:last] = True
    return found


def _frames(piece: Line | Word, hop: float) -> tuple[int, int]:
    start, end = piece.start or 0.0, piece.end
    return round(start / hop), max(round((start if end is None else end) / hop), round(start / hop) + 1)


def _masked(parts: Sequence[Part], contours: Contours) -> tuple[Contours, ...]:
    """Contours of one channel as each of its speakers has them: the voice under, or nearest to, their lines.

    Where two speak at once, the voice is both's and the pitch nobody's. What only a channel as a whole
    has, such as its loudness, is not known of either.
    """
    count = len(contours.voice)
    within = [covered(part.lines, count, contours.hop) for part in parts]
    away = np.array([_distance(mask) for mask in within]) if count else np.zeros((len(parts), 0))
    nearest = away.argmin(axis=0) if count else np.zeros(0, int)
    reach = round(data().fit["spill"] / contours.hop)
    both = np.sum(within, axis=0) > 1 if count else np.zeros(0, bool)
    found = []
    for k, inside in enumerate(within):
        mine = inside | ((nearest == k) & (away[k] <= reach) & ~np.any(within, axis=0))
        found.append(_only(contours, mine, mine & ~both))
    return tuple(found)


def overlap(parts: Sequence[Part]) -> bool:
    """Whether lines of two speakers lie in the same time anywhere."""
    spans = sorted((line.start or 0.0, line.end or 0.0) for part in parts for line in part.lines)
    least = data().fit["overlap"]
    return any(a[1] - b[0] >= least for a, b in itertools.pairwise(spans))


def _only(contours: Contours, mine: NDArray[np.bool_], alone: NDArray[np.bool_]) -> Contours:
    nan = float("nan")
    last = max(len(mine) - 1, 0)
    times = np.minimum(np.round(contours.nuclei / contours.hop).astype(int), last)
    middles = np.minimum(np.round(contours.steady[:, :2].mean(axis=1) / contours.hop).astype(int), last)
    return replace(
        contours,
        voice=contours.voice & mine,
        f0=np.where(alone, contours.f0, np.float32(nan)).astype(np.float32),
        hnr=np.where(alone, contours.hnr, np.float32(nan)).astype(np.float32),
        nuclei=contours.nuclei[alone[times]] if len(mine) else contours.nuclei,
        steady=contours.steady[alone[middles]] if len(mine) else contours.steady,
        loudness=nan,
        cpp=nan,
        jitter=nan,
        shimmer=nan,
    )


def _distance(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many frames each frame is away from the nearest one of a mask."""
    at = np.arange(len(mask))
    far = 10 * len(mask) + 10
    before = np.maximum.accumulate(np.where(mask, at, -far))
    after = np.minimum.accumulate(np.where(mask, at, far)[::-1])[::-1]
    return np.minimum(at - before, after - at)


def placed(transcript: Transcript) -> Transcript:
    """A transcript without times with its lines one after the other, so that they can be told apart."""
    if transcript.timing != NONE:
        return transcript
    lines = (replace(line, start=float(k), end=k + 1.0) for k, line in enumerate(transcript.lines))
    return replace(transcript, lines=tuple(lines))


def lasts(transcript: Transcript) -> float:
    """When the last line of a transcript ends, in seconds."""
    return max((line.end or line.start or 0.0 for line in transcript.lines), default=0.0)


def alone(parts: Sequence[Part], duration: float) -> tuple[Contours, ...]:
    """Contours of each speaker as far as the times of a transcript make some: voice, and no sound at all."""
    hop = HOP if duration <= _FINE else 10 * HOP
    count = round(duration / hop) + 1
    nothing = np.full(count, np.nan, np.float32)
    level = np.zeros(count, np.float32)
    return tuple(
        Contours(hop, nothing, level, covered(part.lines, count, hop), nothing, np.empty(0, np.float32))
        for part in parts
    )


def segments(
    lines: Sequence[Line],
    contours: Contours,
    *,
    duration: float,
    syllables: Callable[[str], float] | None,
    spaces: bool,
) -> tuple[Segment, ...]:
    """The lines as a recogniser would give them; words without times share the voice of their line."""
    found: list[Segment] = []
    before = ""
    for line in lines:
        assert line.start is not None
        end = duration if line.end is None else line.end
        apart = spaced(line.language) if line.language else spaces
        if line.words:
            words = _led(line.words, " " if apart or _open(before, line.text) else "")
        else:
            laid = known.segments(
                [Known(line.text, line.start, max(end, line.start))],
                contours,
                syllables=syllables,
                spaces=apart,
            )
            words = tuple(word for one in laid for word in one.words)
            if words and not apart and _open(before, line.text):
                words = _led(words, " ")
        before = line.text
        if line.language:
            words = tuple(replace(word, language=line.language) for word in words)
        if words:
            found.append(
                Segment(
                    line.text,
                    words[0].start,
                    words[-1].end,
                    words,
                    line.no_speech_prob,
                    line.avg_logprob,
                    line.compression_ratio,
                )
            )
    return tuple(found)


def spaced(language: str) -> bool:
    """Whether a language puts spaces between words, as far as that is known."""
    known = sound(facts(language))
    return known is None or known.spaces


def _led(words: Sequence[Word], space: str) -> tuple[Word, ...]:
    """Words of a line of which the first stands apart from the line before."""
    return (replace(words[0], text=space + words[0].text.lstrip()), *words[1:])


def _open(before: str, text: str) -> bool:
    """Whether nothing but a new line parts two texts."""
    return before[-1:].isalnum() and text[:1].isalnum()
