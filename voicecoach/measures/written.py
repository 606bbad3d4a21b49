"""What can be measured of a call of which there is a transcript and no recording.

The two speakers in time, as ``talk`` has them, from the times of the words (grade B) or of the lines (grade
C) of the transcript; what needs sound is not measured. Who came in while the other spoke is seen only where
lines overlap at all, and how soon an answer came only where words have times: many transcripts put one line
after the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from voicecoach.i18n import _, fill
from voicecoach.measures import talk
from voicecoach.measures.definitions import definitions, not_measured
from voicecoach.measures.scene import Scene
from voicecoach.types import AGENT, Call, Event, Match, Measure

TIMED = ("words", "lines")
TALK = (talk.SHARE, talk.MONOLOGUE, talk.LATENCY, talk.INTERRUPTIONS, talk.SILENCE)
OVERLAPPING = ("overlap", "interruption", "backchannel", "inside")


def events(scene: Scene) -> tuple[Event, ...]:
    """Return the silences of a transcript with times; overlaps and interruptions where lines overlap."""
    found = tuple(talk.events(scene)) if scene.call.timing in TIMED else ()
    missing = unseen(scene.call, found)
    return tuple(event for event in found if event.kind not in missing)


def unseen(call: Call, events: Sequence[Event]) -> Mapping[str, str]:
    """Return the kinds of events that cannot be seen for want of sound or times, and why."""
    why = definitions().missing
    missing = {}
    if call.timing:
        missing = dict.fromkeys(("pause", "filler"), _(why["no_recording"]))
        if call.timing not in TIMED:
            text = _(why["only_starts" if call.timing == "starts" else "no_times"])
            return missing | dict.fromkeys(("silence", "monologue", *OVERLAPPING), text)
    if call.serial or (call.timing and not any(event.kind == "overlap" for event in events)):
        missing |= dict.fromkeys(OVERLAPPING, _(why["no_overlaps"]))
    return missing


def measure(scene: Scene, events: Sequence[Event], matches: Sequence[Match]) -> tuple[Measure, ...]:
    """Return every measure: those of ``talk`` as far as the times carry, all others without a value."""
    others = tuple(
        not_measured(id_, AGENT, "no_recording") for id_ in definitions().entries if id_ not in TALK
    )
    why = _why_not(scene)
    if why:
        return (*others, *(not_measured(id_, AGENT, why) for id_ in TALK))
    return (*others, *(_judged(one, scene.call, events) for one in talk.measure(scene, events, matches)))


def _why_not(scene: Scene) -> str:
    if scene.call.timing not in TIMED:
        return "only_starts" if scene.call.timing == "starts" else "no_times"
    if not scene.call.separate:
        return "no_names"
    return "" if scene.both else "one_speaker"


def _judged(found: Measure, call: Call, events: Sequence[Event]) -> Measure:
    """A measure of ``talk`` with the grade these times can have."""
    if found.value is None:
        return found
    if found.id == talk.INTERRUPTIONS and "interruption" in unseen(call, events):
        return not_measured(found.id, found.speaker, "no_overlaps")
    if found.id == talk.LATENCY and call.timing != "words":
        return not_measured(found.id, found.speaker, "lines_only")
    told = definitions().notes[f"by_{call.timing}"]
    return replace(found, grade="B" if call.timing == "words" else "C", reason=fill(told, how=found.reason))


def without_overlaps(found: Measure) -> Measure:
    """Return a measure of sound as far as voices can be parted that never overlap in the transcript."""
    if found.id == talk.INTERRUPTIONS and found.value is not None:
        return not_measured(found.id, found.speaker, "no_overlaps")
    return found
