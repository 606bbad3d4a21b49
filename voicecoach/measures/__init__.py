"""Measures and events of a call: one file a family, each with ``measure`` and some with ``events``.

Times are seconds in the recording. What cannot be measured is None with the reason, never zero. What
measures mean, their units, grades and thresholds stand in definitions.yaml; what depends on the language
in sound.yaml of its pack.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType

from voicecoach.measures import fillers, loudness, pace, pauses, pitch, quality, talk, voice, written
from voicecoach.measures.scene import Scene, scene
from voicecoach.types import AGENT, Call, Curve, Event, Match, Measure

FAMILIES: tuple[ModuleType, ...] = (pace, pauses, fillers, pitch, loudness, voice, talk, quality)


def events(call: Call) -> tuple[Event, ...]:
    """Return pauses, fillers, silences, overlaps, interruptions and backchannels in order of time."""
    seen = scene(call)
    if call.timing:
        found = list(written.events(seen))
        return tuple(sorted(found, key=lambda event: (event.start, event.end, event.kind)))
    if call.serial:
        missing = written.unseen(call, ())
        return tuple(event for event in _heard(seen) if event.kind not in missing)
    return _heard(seen)


def _heard(seen: Scene) -> tuple[Event, ...]:
    found = [*pauses.events(seen), *fillers.events(seen), *talk.events(seen)]
    return tuple(sorted(found, key=lambda event: (event.start, event.end, event.kind)))


def announced(events: Sequence[Event], matches: Sequence[Match]) -> tuple[Event, ...]:
    """Return the events with the detail of each silence of the agent saying whether a match announced it."""
    return talk.announced(events, matches)


def unseen(call: Call, events: Sequence[Event]) -> Mapping[str, str]:
    """Return the kinds of events that a transcript cannot show, and why."""
    return written.unseen(call, events)


def rises(call: Call) -> Mapping[float, float]:
    """Return how far the agent's voice rises before each pause, in semitones, by the end of the last word."""
    return {} if call.timing else pitch.rises(scene(call))


def curves(call: Call, events: Sequence[Event]) -> Mapping[str, Mapping[str, Curve]]:
    """Return how measures go over the call, by name and speaker: the agent's "pace", where there is one."""
    found = None if call.timing else pace.curve(scene(call), events)
    return {} if found is None else {"pace": {AGENT: found}}


def measure(call: Call, events: Sequence[Event], matches: Sequence[Match]) -> tuple[Measure, ...]:
    """Return every measure of a call; ``events`` are its events, ``matches`` what the rules found."""
    seen = scene(call)
    if call.timing:
        return written.measure(seen, events, matches)
    every = tuple(found for family in FAMILIES for found in family.measure(seen, events, matches))
    return tuple(written.without_overlaps(found) for found in every) if call.serial else every
