"""What can be measured of a call of which there is a transcript and no recording.

The two speakers in time, as ``talk`` has them, from the times of the words (grade B) or of the lines (grade
C) of the transcript; what needs sound is not measured. Who came in while the other spoke is seen only where
lines overlap at all, and how soon an answer came only where words have times: many transcripts put one line
after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from voicecoach.i18n import fill
from voicecoach.measures import talk
from voicecoach.measures.definitions import definitions, not_measured
from voicecoach.measures.scene import Scene
from voicecoach.types import AGENT, Call, Event, Match, Measure

TIMED = ("words", "lines")
TALK = (talk.SHARE, talk.MONOLOGUE, talk.LATENCY, talk.INTERRUPTIONS, talk.SILENCE)
OVERLAPPING = ("overlap", "interruption", "backchannel")


def events(scene: Scene) -> tuple[Event, ...]:
    """Return the silences of a transcript with times; overlaps and interruptions where lines overlap."""
    found = tuple(talk.events(scene)) if scene.call.timing in TIMED else ()
    seen = kinds(scene.call, found)
    return tuple(event for event in found if event.kind in seen)


def kinds(call: Call, events: Sequence[Event]) -> frozenset[str]:
    """Return the kinds of events that this transcript can show."""
    if call.timing not in TIMED:
        return frozenset()
    overlap = any(event.kind == "overlap" for event in events)
    return frozenset(("silence", "monologue", *(("inside", *OVERLAPPING) if overlap else ())))


def measure(scene: Scene, events: Sequence[Event], matches: Sequence[Match]) -> tuple[Measure, ...]:
    """Return every measure: those of ``talk`` as far as the times carry, all others without a value."""
    others = tuple(
        not_measured(id_, AGENT, "no_recording") for id_ in definitions().entries if id_ not in TALK
    )
    why = _why_not(scene)
    if why:
        return (*others, *(not_measured(id_, AGENT, why) for id_ in TALK))
    seen = kinds(scene.call, events)
    return (*others, *(_judged(one, scene.call, seen) for one in talk.measure(scene, events, matches)))


def _why_not(scene: Scene) -> str:
    if scene.call.timing not in TIMED:
        return "only_starts" if scene.call.timing == "starts" else "no_times"
    if not scene.call.separate:
        return "no_names"
    return "" if scene.both else "one_speaker"


def _judged(found: Measure, call: Call, seen: frozenset[str]) -> Measure:
    """A measure of ``talk`` with the grade these times can have."""
    if found.value is None:
        return found
    if found.id == talk.INTERRUPTIONS and "interruption" not in seen:
        return not_measured(found.id, found.speaker, "no_overlaps")
    if found.id == talk.LATENCY and call.timing != "words":
        return not_measured(found.id, found.speaker, "lines_only")
    told = definitions().notes[f"by_{call.timing}"]
    return replace(found, grade="B" if call.timing == "words" else "C", reason=fill(told, how=found.reason))
