"""Filled pauses: sounds such as "um" that fill a pause, from the sound and beside it from the transcript.

Rates are a minute of the agent's spells. What is heard is kept apart from what the recogniser wrote down,
because recognisers leave most fillers out. A filler lies in a spell: a short sound while the other has the
floor is an acknowledgement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voicecoach.measures.definitions import measured, not_measured, said, threshold
from voicecoach.measures.hesitation import hesitations
from voicecoach.measures.scene import Scene, plain, within
from voicecoach.types import AGENT, Event, Match, Measure, Word

HEARD, TRANSCRIBED = "fillers.heard_rate", "fillers.transcribed_rate"


def events(scene: Scene) -> Iterator[Event]:
    """Yield the filled pauses of each speaker; the detail says whether the transcript has them."""
    if not scene.call.separate:
        return
    for speaker in scene.spells:
        written = [word for word in _words(scene, speaker) if _is_filler(scene, word)]
        found = hesitations(scene.call.contours[speaker], _words(scene, speaker, all_of_them=True))
        heard = [span for span in found if _has_floor(scene, speaker, *span)]
        for word in written:
            spans = [s for s in heard if s[0] < word.end and word.start < s[1]]
            heard = [s for s in heard if s not in spans]
            start, end = spans[0] if spans else (word.start, word.end)
            yield Event("filler", speaker, start, end, said("filler", "written", word=plain(word.text)))
        for start, end in heard:
            yield Event("filler", speaker, start, end, said("filler", "heard"))


def measure(scene: Scene, events: Sequence[Event], matches: Sequence[Match]) -> tuple[Measure, ...]:
    """Return fillers.heard_rate and fillers.transcribed_rate of the agent."""
    if scene.agent is None:
        return tuple(not_measured(id_, AGENT, scene.no_agent) for id_ in (HEARD, TRANSCRIBED))
    words = _words(scene, AGENT)
    if not words:
        return tuple(not_measured(id_, AGENT, "no_words") for id_ in (HEARD, TRANSCRIBED))
    seconds, least = sum(spell.duration for spell in scene.spells[AGENT]), threshold("least_voice")
    if seconds < least:
        told = {"seconds": seconds, "least": least}
        return tuple(not_measured(id_, AGENT, "little_voice", values=told) for id_ in (HEARD, TRANSCRIBED))
    return _heard(scene, events, seconds), _transcribed(scene, words, seconds)


def _heard(scene: Scene, events: Sequence[Event], seconds: float) -> Measure:
    quality = scene.call.quality.get(AGENT)
    snr, least = quality.snr if quality else None, threshold("filler_snr")
    if snr is not None and snr < least:
        return not_measured(HEARD, AGENT, "noisy", values={"snr": snr, "least": least})
    count = sum(event.kind == "filler" and event.speaker == AGENT for event in events)
    minutes, recall = seconds / 60, threshold("filler_recall")
    low = max(0.0, count / minutes - threshold("filler_invented"))
    high = (count + 1) / minutes / recall
    told = {
        "count": count,
        "seconds": seconds,
        "recall": 100 * recall,
        "few": threshold("filler_few"),
        "many": threshold("filler_many"),
    }
    return measured(HEARD, AGENT, count / minutes, bounds=(low, high), values=told)


def _transcribed(scene: Scene, words: Sequence[Word], seconds: float) -> Measure:
    if scene.sound is None:
        return not_measured(TRANSCRIBED, AGENT, "no_language", values={"language": scene.call.language})
    count = sum(plain(word.text) in scene.sound.fillers for word in words)
    return measured(TRANSCRIBED, AGENT, count / seconds * 60)


def _words(scene: Scene, speaker: str, *, all_of_them: bool = False) -> list[Word]:
    """The backed words of a speaker's spells, or with those of acknowledgements, too."""
    if all_of_them:
        return [word for stretch in scene.stretches[speaker] for word in stretch.words]
    spells = scene.spells.get(speaker, ())
    return [word for spell in spells for stretch in spell.stretches for word in stretch.words]


def _is_filler(scene: Scene, word: Word) -> bool:
    return scene.sound is not None and plain(word.text) in scene.sound.fillers


def _has_floor(scene: Scene, speaker: str, start: float, end: float) -> bool:
    """Whether a sound lies in a spell of the speaker, and, where it is all by itself, nobody else speaks."""
    spell = next((s for s in scene.spells[speaker] if s.start < end and start < s.end), None)
    if spell is None:
        return False
    own = within(spell.stretches, start, end)
    others = (them for name, them in scene.stretches.items() if name != speaker)
    return any(stretch.words for stretch in own) or not any(within(them, start, end) for them in others)
