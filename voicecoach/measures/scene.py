"""Who speaks when, from the sound: what every measure of time stands on.

Times are seconds in the recording. A *stretch* is voice without a pause; a *spell* is all a speaker says
while having the floor, pauses included. The floor is lost when the other takes it, or after a silence. A
short acknowledgement (backchannel) and a short sound without words do not take the floor: a backchannel is
short, nothing but words of acknowledgement or a hummed sound, and the other, who was speaking, goes on. What
follows a question is an answer. Edges come from the voice activity; words are put into the stretch they
overlap most, or the nearest one, because word times are less sure than the sound.
"""

from __future__ import annotations

import bisect
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from voicecoach.acoustics import voice
from voicecoach.measures.definitions import definitions, threshold
from voicecoach.measures.sound import Sound, sound
from voicecoach.types import AGENT, CUSTOMER, Call, Contours, Word


@dataclass(frozen=True, slots=True)
class Stretch:
    """Voice without a pause, and the backed words said in it."""

    start: float
    end: float
    words: tuple[Word, ...] = ()
    doubted: tuple[Word, ...] = ()  # words that the sound does not back
    hummed: bool = False  # voiced for most of the time
    backchannel: bool = False  # a short acknowledgement while the other has the floor
    takes_floor: bool = True

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Spell:
    """The stretches said while having the floor."""

    stretches: tuple[Stretch, ...]

    @property
    def start(self) -> float:
        """Where the first stretch begins."""
        return self.stretches[0].start

    @property
    def end(self) -> float:
        """Where the last stretch ends."""
        return self.stretches[-1].end

    @property
    def duration(self) -> float:
        """Length in seconds, pauses included."""
        return self.end - self.start

    @property
    def pauses(self) -> tuple[tuple[Stretch, Stretch], ...]:
        """Each pause as the stretch before and the stretch after it."""
        return tuple(zip(self.stretches, self.stretches[1:], strict=False))


@dataclass(frozen=True, slots=True)
class Scene:
    """A call with its stretches and spells by speaker, and what is known of the sound of its language."""

    call: Call
    sound: Sound | None
    stretches: Mapping[str, tuple[Stretch, ...]]
    spells: Mapping[str, tuple[Spell, ...]]

    @property
    def agent(self) -> Contours | None:
        """The contours of the agent's own channel."""
        return self.call.contours.get(AGENT) if self.call.separate else None

    @property
    def both(self) -> bool:
        """Whether agent and customer are heard, each on a channel of their own."""
        return self.call.separate and AGENT in self.call.contours and CUSTOMER in self.call.contours

    @property
    def no_agent(self) -> str:
        """Why there is no channel of the agent."""
        return "no_agent" if self.call.separate else "mixed"

    @property
    def not_both(self) -> str:
        """Why there are not two speakers to compare."""
        if self.call.shown:
            return "shown"
        return "one_sided" if self.call.separate else "mixed"

    def voiced(self, speaker: str) -> float:
        """Seconds of voice of a speaker."""
        return sum(stretch.duration for stretch in self.stretches.get(speaker, ()))


def scene(call: Call) -> Scene:
    """Find the stretches and spells of a call."""
    known = sound(call.facts)
    bare = {name: _stretches(call, name, contours) for name, contours in call.contours.items()}
    marked = {}
    for name, own in bare.items():
        others = [them for other, them in bare.items() if other != name]
        marked[name] = tuple(_marked(own, i, others, known) for i in range(len(own)))
    spells = {}
    for name, own in marked.items():
        others = [them for other, them in marked.items() if other != name]
        spells[name] = _spells(own, others, threshold("silence" if others else "one_sided_gap"))
    return Scene(call, known, marked, spells)


def within(stretches: Sequence[Stretch], start: float, end: float) -> Sequence[Stretch]:
    """Return those of one speaker's stretches that have a part between ``start`` and ``end``."""
    first = bisect.bisect_right(stretches, start, key=lambda stretch: stretch.end)
    return stretches[first : bisect.bisect_left(stretches, end, key=lambda stretch: stretch.start)]


def _stretches(call: Call, speaker: str, contours: Contours) -> tuple[Stretch, ...]:
    least = round(threshold("pause") / contours.hop)
    runs: list[tuple[int, int]] = []
    for first, end in _own_runs(call, speaker):
        joined = bool(runs) and first - runs[-1][1] < least
        runs[-1:] = [(runs[-1][0], end)] if joined else [*runs[-1:], (first, end)]
    # frame k stands for the time from half a hop before to half a hop after its centre
    edges = [
        (max((first - 0.5) * contours.hop, 0.0), min((end - 0.5) * contours.hop, call.duration))
        for first, end in runs
    ]
    words: list[list[Word]] = [[] for _ in edges]
    doubted: list[list[Word]] = [[] for _ in edges]
    starts = [start for start, _ in edges]
    for turn in call.turns:
        if turn.speaker == speaker:
            for word in turn.words:
                if (at := _home(word, edges, starts)) is not None:
                    (doubted if word.backed is False else words)[at].append(word)
    hums = [float(np.mean(~np.isnan(contours.f0[first:end]))) >= threshold("hummed") for first, end in runs]
    return tuple(
        Stretch(*edge, tuple(said), tuple(unsure), hummed)
        for edge, said, unsure, hummed in zip(edges, words, doubted, hums, strict=True)
    )


def _own_runs(call: Call, speaker: str) -> Iterator[tuple[int, int]]:
    """Yield the runs of voice of a speaker, in frames, but for another's voice that is heard over the line.

    That is so soft that it cannot be the speaker's, and comes while another speaks.
    """
    contours = call.contours[speaker]
    others = [them.voice for name, them in call.contours.items() if name != speaker]
    if not contours.voice.any():
        return
    least = float(np.percentile(contours.level[contours.voice], 90)) - threshold("murmur")
    for first, end in voice.runs(contours.voice):
        shared = max((them[first:end].sum() for them in others), default=0)
        if 2 * shared < end - first or np.percentile(contours.level[first:end], 90) >= least:
            yield first, end


def _home(word: Word, edges: list[tuple[float, float]], starts: list[float]) -> int | None:
    """Return which stretch a word belongs to: the one it overlaps most, else the nearest within reach."""
    best, most = None, -threshold("word_slack")
    at = max(bisect.bisect_right(starts, word.start) - 1, 0)
    while at < len(edges) and edges[at][0] < word.end + threshold("word_slack"):
        shared = min(word.end, edges[at][1]) - max(word.start, edges[at][0])  # negative: how far away
        if shared > most:
            best, most = at, shared
        at += 1
    return best


def _marked(
    own: Sequence[Stretch], at: int, others: Sequence[Sequence[Stretch]], known: Sound | None
) -> Stretch:
    """Tell whether a stretch is a backchannel, and whether it takes the floor."""
    stretch = own[at]
    if stretch.duration >= threshold("backchannel"):
        return stretch
    said = [plain(word.text) for word in stretch.words or stretch.doubted]
    acknowledges = bool(said) and known is not None and known.is_backchannel(said)
    if not stretch.words:  # that there is a sound is sure, be it a word or not
        acknowledges = acknowledges or stretch.hummed
    following = own[at + 1].start if at + 1 < len(own) else float("inf")
    if acknowledges and any(_keeps_floor(them, stretch, following, known) for them in others):
        return replace(stretch, backchannel=True, takes_floor=False)
    return stretch if stretch.words else replace(stretch, takes_floor=False)


def _keeps_floor(them: Sequence[Stretch], stretch: Stretch, following: float, known: Sound | None) -> bool:
    """Tell whether the other has the floor before a stretch and after it, until ``following`` at most."""
    at = bisect.bisect_left(them, stretch.start, key=lambda other: other.start) - 1
    if at < 0 or them[at].end < stretch.start - threshold("floor_kept"):
        return False
    if them[at].end > stretch.end:
        return True
    again = them[at + 1].start if at + 1 < len(them) else float("inf")
    if again > min(following, stretch.end + threshold("floor_kept")):
        return False
    said = sentence(them[max(at - 2, 0) : at + 1])
    return not (asks(said, known) or ends_in(said, definitions().question_marks))


def ends_in(said: Sequence[Word], marks: str) -> bool:
    """Tell whether the last word has one of some punctuation marks at its end."""
    return bool(said) and said[-1].text.rstrip()[-1:] in tuple(marks)


def sentence(stretches: Sequence[Stretch]) -> tuple[Word, ...]:
    """Return the words of the last sentence in some stretches."""
    last: list[Word] = []
    for word in reversed([word for stretch in stretches for word in stretch.words]):
        if last and word.text.rstrip()[-1:] in definitions().sentence_marks:
            break
        last.insert(0, word)
    return tuple(last)


def asks(said: Sequence[Word], known: Sound | None) -> bool:
    """Tell whether a sentence asks the other to speak or do something, rather than to wait."""
    if waits(said, known):
        return False
    return ends_in(said, definitions().question_marks) or (
        known is not None and known.has(known.asks, [plain(word.text) for word in said])
    )


def waits(said: Sequence[Word], known: Sound | None) -> bool:
    """Tell whether a sentence asks the other to wait."""
    return known is not None and known.has(known.waits, [plain(word.text) for word in said])


def _spells(
    own: Sequence[Stretch], others: Sequence[Sequence[Stretch]], longest_gap: float
) -> tuple[Spell, ...]:
    groups: list[list[Stretch]] = []
    for stretch in own:
        if stretch.backchannel:
            continue
        if groups and not _lost(groups[-1][-1].end, stretch.start, others, longest_gap):
            groups[-1].append(stretch)
        else:
            groups.append([stretch])
    return tuple(Spell(tuple(group)) for group in groups if any(stretch.takes_floor for stretch in group))


def _lost(end: float, start: float, others: Sequence[Sequence[Stretch]], longest_gap: float) -> bool:
    """Tell whether the floor is lost in the gap from ``end`` to ``start``."""
    if start - end >= longest_gap:
        return True
    taken = (other for them in others for other in within(them, end, start) if other.takes_floor)
    return any(min(other.end, start) - max(other.start, end) > threshold("overlap") for other in taken)


def plain(text: str) -> str:
    """Return a word without the punctuation and space around it, in lower case."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return folded.strip("".join(c for c in folded if not c.isalnum()))
