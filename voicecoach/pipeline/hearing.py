"""What is heard on the channels of a recording: first their contours, then the words that the sound backs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from voicecoach import evidence, known
from voicecoach.acoustics import contours
from voicecoach.i18n import carried
from voicecoach.known import Known
from voicecoach.measures.sound import facts as sound_facts
from voicecoach.measures.sound import sound
from voicecoach.transcribe import speech_probability
from voicecoach.types import Audio, Contours, Floats, Layout, Segment


@dataclass(frozen=True, slots=True)
class Listened:
    """What the analysed channels of a recording sound like, before a word is known; all by position."""

    channels: tuple[int, ...]  # indices in the recording
    bleed: Mapping[tuple[int, int], float]  # dB, see ``Layout``
    probabilities: tuple[Floats, ...]  # of speech, see ``speech_probability``
    raw: tuple[Contours, ...]
    own: tuple[Contours, ...]  # without the voice that leaks over from the other channels

    def by_name(self, layout: Layout) -> dict[str, Contours]:
        """The channels' own contours by the names of the channels."""
        return {layout.names[k]: found for k, found in zip(self.channels, self.own, strict=True)}


def listen(
    recording: Audio,
    channels: Sequence[int] | None = None,
    *,
    meanwhile: Callable[[Sequence[Floats]], None] | None = None,
) -> Listened:
    """Take the contours of a recording; no model of words is needed.

    Parameters
    ----------
    recording : as ``audio.load`` gives it.
    channels : indices of the channels to listen to; those its layout says are used when None.
    meanwhile : given the probabilities of speech and run beside the contours, unless the recording is so
        long that there is no room for both.
    """
    used = tuple(channels if channels is not None else recording.layout.used) or (0,)
    bleed = {
        (used.index(a), used.index(b)): db
        for (a, b), db in recording.layout.bleed.items()
        if a in used and b in used
    }
    signals = [recording.samples[k] for k in used]
    with ThreadPoolExecutor(len(signals) + 1) as pool:
        recording.release()
        probabilities = tuple(pool.map(speech_probability, signals))
        beside = (
            None if recording.release() or not meanwhile else pool.submit(carried(meanwhile), probabilities)
        )
        raw = tuple(pool.map(lambda s, p: contours(s, recording.rate, p), signals, probabilities))
        if beside is not None:
            beside.result()
    recording.release()
    return Listened(used, bleed, probabilities, raw, evidence.own_voice(raw, bleed))


@dataclass(frozen=True, slots=True)
class Heard:
    """The channels that are analysed, with what was heard on each."""

    used: tuple[int, ...]
    contours: tuple[Contours, ...]
    backing: tuple[evidence.Backing, ...]
    untranscribed: tuple[float, ...]  # seconds
    shown: bool = False  # whether known words have no sound


def back(
    transcribed: Mapping[int, Sequence[Segment]],
    lines: Mapping[int, Sequence[Known]],
    listened: Listened,
    facts: Mapping[str, Any],
) -> Heard:
    """The words of all channels, transcribed or known, both by position."""
    own = listened.own
    language = sound(facts)
    count = language.count if language else None
    words = (word for heard in transcribed.values() for segment in heard for word in segment.words)
    others = {code: sound(sound_facts(code)) for code in {word.language for word in words} - {""}}
    elsewhere = {code: known.count for code, known in others.items() if known}
    given = {
        at: known.segments(
            said,
            own[at],
            others=[other for k, other in enumerate(own) if k != at],
            syllables=count,
            spaces=language is None or language.spaces,
        )
        for at, said in lines.items()
    }
    every = [given[at] if at in given else transcribed[at] for at in range(len(own))]
    segments = evidence.without_overheard(every, listened.raw, listened.bleed)
    backing = tuple(
        evidence.Backing(tuple(word for line in given[at] for word in line.words), {})
        if at in given
        else evidence.back(segments[at], own[at], syllables=count, elsewhere=elsewhere)
        for at in range(len(own))
    )
    lost = tuple(
        sum(end - start for start, end in evidence.untranscribed(b.words, c))
        for b, c in zip(backing, own, strict=True)
    )
    shown = not all(known.heard(said, own[at]) for at, said in lines.items())
    return Heard(listened.channels, own, backing, lost, shown)
