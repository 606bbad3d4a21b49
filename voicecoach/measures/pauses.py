"""Silent pauses of each speaker within their own spells, from voice activity; measures are the agent's alone.

A pause is a gap in a speaker's voice of at least the threshold "pause" while that speaker has the floor
(see scene). It is between clauses where the words before it end in punctuation, within a clause where
they do not. Rates are a minute of the agent's spells, durations seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from voicecoach.i18n import clock
from voicecoach.measures.definitions import definitions, measured, not_measured, said, threshold
from voicecoach.measures.scene import Scene, Stretch
from voicecoach.types import AGENT, Event, Match, Measure

IDS = ("pauses.rate", "pauses.median", "pauses.within_clause_rate", "pauses.longest")


def events(scene: Scene) -> Iterator[Event]:
    """Yield the pauses of speakers with channels of their own; the detail tells whether a clause ends."""
    if scene.call.separate:
        for speaker, spells in scene.spells.items():
            for spell in spells:
                for before, after in spell.pauses:
                    place = said("pause", _place(before, after))
                    yield Event("pause", speaker, before.end, after.start, place)


def measure(scene: Scene, events: Sequence[Event], matches: Sequence[Match]) -> tuple[Measure, ...]:
    """Return pauses.rate, pauses.median, pauses.within_clause_rate and pauses.longest of the agent."""
    if scene.agent is None:
        return tuple(not_measured(id_, AGENT, scene.no_agent) for id_ in IDS)
    seconds = sum(spell.duration for spell in scene.spells.get(AGENT, ()))
    if seconds < threshold("least_voice"):
        least = threshold("least_voice")
        return tuple(
            not_measured(id_, AGENT, "little_voice", values={"seconds": seconds, "least": least})
            for id_ in IDS
        )
    pauses = [event for event in events if event.kind == "pause" and event.speaker == AGENT]
    within = sum(event.detail == said("pause", "within") for event in pauses)
    told = {"count": len(pauses), "seconds": seconds, "pause": threshold("pause")}
    rate = measured(IDS[0], AGENT, len(pauses) / seconds * 60, values=told)
    if not pauses:
        return rate, *(
            not_measured(id_, AGENT, "no_pauses", values={"pause": threshold("pause")}) for id_ in IDS[1:]
        )
    longest = max(pauses, key=lambda event: event.duration)
    has_words = any(stretch.words for stretch in scene.stretches[AGENT])
    return (
        rate,
        measured(IDS[1], AGENT, median(event.duration for event in pauses)),
        measured(IDS[2], AGENT, within / seconds * 60)
        if has_words
        else not_measured(IDS[2], AGENT, "no_words"),
        measured(IDS[3], AGENT, longest.duration, values={"at": clock(longest.start)}),
    )


def _place(before: Stretch, after: Stretch) -> str:
    if not before.words or not after.words:
        return "unplaced"
    last = before.words[-1].text.rstrip().rstrip("\"'”’»」』)")
    return "between" if last and last[-1] in definitions().clause_marks else "within"
