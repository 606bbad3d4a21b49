"""Pace of the agent: how fast the words come, whether that changes over the call, and its course.

Speech rate (units/s) counts the time of the agent's spells, pauses included; articulation rate (units/s)
leaves out pauses and filled pauses; words per minute count like speech rate; drift is how much the
articulation rate of the last third of what is said differs from that of the first, in percent. The unit
is the language's own, in English the syllable. It is reached in two ways: counted from the backed words,
and heard as syllable nuclei in the sound. The words give the number, the sound its doubt; without words,
or in a language of which nothing is known, the sound gives the number. ``low`` and ``high`` bound the error
(of drift: how much change is usual).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from voicecoach.i18n import _, clock, fill
from voicecoach.measures.definitions import definitions, measured, not_measured, threshold
from voicecoach.measures.scene import Scene, Stretch, plain
from voicecoach.types import AGENT, Curve, Event, Floats, Match, Measure, Word

IDS = ("pace.speech_rate", "pace.articulation_rate", "pace.words_per_minute", "pace.drift")
SYLLABLES = "syllables/s"  # what the sound gives where the language is not known


@dataclass(frozen=True, slots=True)
class _Part:
    """What a stretch holds but for its filled pauses."""

    start: float
    seconds: float
    units: float  # counted from words
    peaks: float  # syllable nuclei these words should have
    words: int
    nuclei: float  # heard


def measure(scene: Scene, events: Sequence[Event], matches: Sequence[Match]) -> tuple[Measure, ...]:
    """Return pace.speech_rate, pace.articulation_rate, pace.words_per_minute and pace.drift of the agent."""
    sound = scene.sound
    unit = sound.unit if sound else SYLLABLES
    why, values = _missing(scene)
    if why:
        units = (unit if sound else "", unit if sound else "", "", "")
        return tuple(
            not_measured(id_, AGENT, why, unit=u, values=values) for id_, u in zip(IDS, units, strict=True)
        )
    by_words = sound is not None and _worded(scene)
    spells = [s for s in scene.spells[AGENT] if not by_words or any(map(_counts, s.stretches))]
    stretches = [s for spell in spells for s in spell.stretches if _counts(s) or not by_words]
    parts = _parts(scene, stretches, events)
    # sound without words belongs to neither count nor time
    seconds = sum(spell.duration - sum(s.duration for s in spell.stretches) for spell in spells)
    seconds += sum(stretch.duration for stretch in stretches)
    rates = _by_words(scene, parts, seconds) if by_words else _by_sound(scene, parts, seconds, unit)
    return (*rates, _drift(parts, by_words, unit))


def _counts(stretch: Stretch) -> bool:
    """Tell whether a stretch has words, all of the language whose syllables are counted."""
    return bool(stretch.words) and not any(word.language for word in stretch.words)


def curve(scene: Scene, events: Sequence[Event]) -> Curve | None:
    """Return the articulation rate of the agent over the call, from the nuclei heard; None if there is none.

    Value k is that of the window centred on k * hop seconds, NaN where too little is said in it.
    """
    if _missing(scene)[0]:
        return None
    hop, window, least = threshold("curve_hop"), threshold("curve_window"), threshold("curve_least")
    stretches = [s for spell in scene.spells[AGENT] for s in spell.stretches]
    step = 0.01
    said = np.zeros(round(scene.call.duration / step) + 1, bool)
    for start, end in _cut([(s.start, s.end) for s in stretches], _fillers(events)):
        said[round(start / step) : round(end / step)] = True
    voiced = np.concatenate(([0.0], np.cumsum(said) * step))
    at = np.arange(0, scene.call.duration + 1e-9, hop)
    first, last = (np.clip(at + side * window / 2, 0, scene.call.duration) for side in (-1, 1))
    ends = [np.minimum(np.round(edge / step).astype(int), len(said)) for edge in (first, last)]
    seconds = voiced[ends[1]] - voiced[ends[0]]
    nuclei = _heard(scene)
    kept = nuclei[said[np.minimum(np.round(nuclei / step).astype(int), len(said) - 1)]]
    count = np.searchsorted(kept, last) - np.searchsorted(kept, first)
    rate = count / _per_unit(scene, stretches) / np.where(seconds >= least, seconds, np.nan)
    unit = scene.sound.unit if scene.sound else SYLLABLES
    return Curve(unit, hop, window, tuple(rate.tolist()))


def _missing(scene: Scene) -> tuple[str, Mapping[str, object]]:
    """Return why there is no pace, and what that text is filled with; nothing where there is one."""
    if scene.agent is None:
        return scene.no_agent, {}
    spells = scene.spells.get(AGENT, ())
    by_words = scene.sound is not None and _worded(scene)
    least = threshold("least_voice")
    stretches = [s for spell in spells for s in spell.stretches if s.words or not by_words]
    seconds = sum(stretch.duration for stretch in stretches)
    if not stretches:
        return "no_words", {}
    if seconds < least:
        return "little_voice", {"seconds": seconds, "least": least}
    nuclei = _heard(scene)
    count = sum(_within(nuclei, s.start, s.end) for s in stretches)
    if not _worded(scene) and not count >= threshold("slowest") * seconds:
        return "no_words", {}  # what has neither words nor syllables is no speech
    return "", {}


def _per_unit(scene: Scene, stretches: Sequence[Stretch]) -> float:
    """Return the nuclei in a unit of pace: of the text where there is one, else the language's mean."""
    if scene.sound is None:
        return 1.0
    text = _text(scene, [word for stretch in stretches for word in stretch.words])
    units = scene.sound.count(text)
    return scene.sound.count_nuclei(text) / units if units >= 1 else scene.sound.nuclei


def _text(scene: Scene, words: Sequence[Word]) -> str:
    """Return the words as one text, so that what depends on the neighbouring word is counted as it is."""
    space = " " if scene.sound is None or scene.sound.spaces else ""
    return space.join(word.text.strip() for word in words)


def _worded(scene: Scene) -> bool:
    return any(s.words for spell in scene.spells.get(AGENT, ()) for s in spell.stretches)


def _heard(scene: Scene) -> Floats:
    assert scene.agent is not None
    return scene.agent.nuclei


def _within(times: Floats, start: float, end: float) -> int:
    return int(np.searchsorted(times, end) - np.searchsorted(times, start))


def _fillers(events: Sequence[Event]) -> list[tuple[float, float]]:
    return sorted((e.start, e.end) for e in events if e.kind == "filler" and e.speaker == AGENT)


def _cut(
    spans: Sequence[tuple[float, float]], holes: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Return what is left of the spans without the holes, both in order of time."""
    left = []
    for start, end in spans:
        for low, high in holes:
            if high <= start or low >= end:
                continue
            if low > start:
                left.append((start, low))
            start = max(start, high)
        if end > start:
            left.append((start, end))
    return left


def _parts(scene: Scene, stretches: Sequence[Stretch], events: Sequence[Event]) -> list[_Part]:
    """Measure each stretch; filled pauses are left out of its time, its words and its nuclei."""
    nuclei, sound = _heard(scene), scene.sound
    fillers = _fillers(events)
    parts = []
    for stretch in stretches:
        holes = [(low, high) for low, high in fillers if high > stretch.start and low < stretch.end]
        left = _cut([(stretch.start, stretch.end)], holes)
        filling = sound.fillers if sound and holes else frozenset()
        words = [w for w in stretch.words if plain(w.text) not in filling]
        text = _text(scene, words)
        parts.append(
            _Part(
                start=stretch.start,
                seconds=sum(end - start for start, end in left),
                units=sound.count(text) if sound else 0.0,
                peaks=sound.count_nuclei(text) if sound else 0.0,
                words=len(words),
                nuclei=sum(_within(nuclei, *span) for span in left),
            )
        )
    return parts


def _by_words(scene: Scene, parts: Sequence[_Part], seconds: float) -> tuple[Measure, ...]:
    """Return the three rates from the words; the sound widens the bounds where it says otherwise."""
    sound = scene.sound
    assert sound is not None
    count, words = sum(part.units for part in parts), sum(part.words for part in parts)
    articulated = max(sum(part.seconds for part in parts), 0.01)
    low, high, doubt = 1 - sound.error, 1 + sound.error, ""
    apart = sum(part.nuclei for part in parts) / max(sum(part.peaks for part in parts), 1)
    if abs(apart - 1) > threshold("nuclei_error"):
        low, high = min(low, apart), max(high, apart)
    if abs(apart - 1) > threshold("quarter_wrong"):
        doubt = fill(definitions().notes["doubted"], heard=count * apart / articulated, unit=_(sound.unit))
    told = {"words": words, "seconds": seconds, "low": sound.low, "high": sound.high, "doubt": doubt}

    def rate(id_: str, amount: float, time: float, unit: str) -> Measure:
        value = amount / time
        return measured(id_, AGENT, value, unit=unit, bounds=(value * low, value * high), values=told)

    return (
        rate(IDS[0], count, seconds, sound.unit),
        rate(IDS[1], count, articulated, sound.unit),
        rate(IDS[2], words * 60, seconds, "") if sound.spaces else not_measured(IDS[2], AGENT, "no_spaces"),
    )


def _by_sound(scene: Scene, parts: Sequence[_Part], seconds: float, unit: str) -> tuple[Measure, ...]:
    """Return the rates from the nuclei alone, with their own error."""
    sound, error = scene.sound, threshold("nuclei_error")
    count: float = sum(part.nuclei for part in parts)
    if sound:
        count, error = count / sound.nuclei, max(error, sound.nuclei_error)
    articulated = max(sum(part.seconds for part in parts), 0.01)
    told = definitions().notes["by_sound" if scene.sound else "by_sound_alone"]
    rates = []
    for id_, time in ((IDS[0], seconds), (IDS[1], articulated)):
        value = count / time
        found = not_measured(id_, AGENT, "no_words", unit=unit)
        reason = _(definitions().notes["bounds"]) + fill(told, language=scene.call.language)
        rates.append(
            replace(
                found,
                value=value,
                grade="B",
                reason=reason,
                low=value * (1 - error),
                high=value * (1 + error),
            )
        )
    if scene.sound is None:
        values = {"language": scene.call.language}
        return (*rates, not_measured(IDS[2], AGENT, "no_language", values=values))
    return (*rates, not_measured(IDS[2], AGENT, "no_words"))


def _drift(parts: Sequence[_Part], by_words: bool, unit: str) -> Measure:
    """Compare the articulation rate of the last third of the speaking time with that of the first."""
    ends = np.cumsum([part.seconds for part in parts])
    total, least = float(ends[-1]), threshold("least_drift")
    if total < 3 * least:
        values = {"seconds": total, "least": 3 * least}
        return not_measured(IDS[3], AGENT, "little_voice", values=values)
    middle = ends - [part.seconds / 2 for part in parts]
    thirds = [middle <= total / 3, middle >= total * 2 / 3]
    rates = []
    for third in thirds:
        chosen = [part for part, inside in zip(parts, third, strict=True) if inside]
        amount = sum(part.units if by_words else part.nuclei for part in chosen)
        rates.append(amount / max(sum(part.seconds for part in chosen), 0.01))
    first, last = rates
    if not first > 0:
        return not_measured(IDS[3], AGENT, "no_words")
    since = next(part.start for part, inside in zip(parts, thirds[1], strict=True) if inside)
    told = {"first": first, "last": last, "unit": _(unit), "at": clock(since)}
    return measured(IDS[3], AGENT, 100 * (last / first - 1), values=told)
