"""Fillers of the agent: sounds such as "um" that fill a pause.

Rates are a minute of the agent's spells. What the recogniser wrote down is kept apart from what can be
heard, because recognisers leave most fillers out.
"""

from __future__ import annotations

from collections.abc import Sequence

from voicecoach.measures.definitions import measured, not_measured, threshold
from voicecoach.measures.scene import Scene, plain
from voicecoach.types import AGENT, Event, Match, Measure

HEARD, TRANSCRIBED = "fillers.heard_rate", "fillers.transcribed_rate"


def measure(scene: Scene, events: Sequence[Event], matches: Sequence[Match]) -> tuple[Measure, ...]:
    """Return fillers.heard_rate and fillers.transcribed_rate of the agent."""
    if scene.agent is None:
        return tuple(not_measured(id_, AGENT, scene.no_agent) for id_ in (HEARD, TRANSCRIBED))
    heard = not_measured(HEARD, AGENT, "not_heard_yet")
    if scene.sound is None:
        return heard, not_measured(
            TRANSCRIBED, AGENT, "no_language", values={"language": scene.call.language}
        )
    spells = scene.spells.get(AGENT, ())
    words = [plain(w.text) for spell in spells for stretch in spell.stretches for w in stretch.words]
    if not words:
        return heard, not_measured(TRANSCRIBED, AGENT, "no_words")
    seconds = sum(spell.duration for spell in spells)
    if seconds < threshold("least_voice"):
        least = threshold("least_voice")
        return heard, not_measured(
            TRANSCRIBED, AGENT, "little_voice", values={"seconds": seconds, "least": least}
        )
    count = sum(word in scene.sound.fillers for word in words)
    return heard, measured(TRANSCRIBED, AGENT, count / seconds * 60)
