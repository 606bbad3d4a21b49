"""Pace of the agent: how fast the words come.

Speech rate (units/s) counts the time of the agent's spells, pauses included; articulation rate (units/s)
leaves out pauses; words per minute count like speech rate. The unit is the language's own, in English
the syllable, counted from the backed words and checked against the syllable nuclei heard in the sound.
``low`` and ``high`` bound the error.
"""

from __future__ import annotations

from collections.abc import Sequence

from voicecoach.measures.definitions import definitions, measured, not_measured, threshold
from voicecoach.measures.scene import Scene, Spell, Stretch
from voicecoach.types import AGENT, Event, Match, Measure

IDS = ("pace.speech_rate", "pace.articulation_rate", "pace.words_per_minute")


def measure(scene: Scene, events: Sequence[Event], matches: Sequence[Match]) -> tuple[Measure, ...]:
    """Return pace.speech_rate, pace.articulation_rate and pace.words_per_minute of the agent."""
    unit = scene.sound.unit if scene.sound else ""
    units = (unit, unit, "")
    spells = [spell for spell in scene.spells.get(AGENT, ()) if any(s.words for s in spell.stretches)]
    said = [stretch for spell in spells for stretch in spell.stretches if stretch.words]
    articulated = sum(stretch.duration for stretch in said)
    why: str
    values: dict[str, object]
    if scene.agent is None:
        why, values = scene.no_agent, {}
    elif scene.sound is None:
        why, values = "no_language", {"language": scene.call.language}
    elif not said:
        why, values = "no_words", {}
    elif articulated < threshold("least_voice"):
        why, values = "little_voice", {"seconds": articulated, "least": threshold("least_voice")}
    else:
        return _rates(scene, spells, said, articulated)
    return tuple(
        not_measured(id_, AGENT, why, unit=unit, values=values) for id_, unit in zip(IDS, units, strict=True)
    )


def _rates(
    scene: Scene, spells: Sequence[Spell], said: Sequence[Stretch], articulated: float
) -> tuple[Measure, ...]:
    assert scene.sound is not None
    assert scene.agent is not None
    sound = scene.sound
    words = sum(len(stretch.words) for stretch in said)
    count = sum(sound.count(word.text) for stretch in said for word in stretch.words)
    # sound without words belongs to neither count nor time
    seconds = sum(
        spell.duration - sum(s.duration for s in spell.stretches if not s.words) for spell in spells
    )
    nuclei = scene.agent.nuclei
    heard = sum(float(((nuclei >= s.start) & (nuclei < s.end)).sum()) for s in said)
    low, high, doubt = 1 - sound.error, 1 + sound.error, ""
    if abs(heard / max(count, 1) - 1) > threshold("quarter_wrong"):
        low, high = min(low, heard / max(count, 1)), max(high, heard / max(count, 1))
        doubt = definitions().notes["doubted"].format(heard=heard / articulated, unit=sound.unit)
    told = {
        "count": count,
        "words": words,
        "seconds": seconds,
        "low": sound.low,
        "high": sound.high,
        "doubt": doubt,
    }

    def rate(id_: str, amount: float, time: float, unit: str) -> Measure:
        value = amount / time
        bounds = (value * low, value * high)
        return measured(id_, AGENT, value, unit=unit, bounds=bounds, values=told)

    per_minute = (
        rate(IDS[2], words * 60, seconds, "") if sound.spaces else not_measured(IDS[2], AGENT, "no_spaces")
    )
    return (
        rate(IDS[0], count, seconds, sound.unit),
        rate(IDS[1], count, articulated, sound.unit),
        per_minute,
    )
