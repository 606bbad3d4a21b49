"""The two speakers in time: shares, monologues, answers, overlaps, interruptions, backchannels, silences.

Times in seconds, from voice activity. Of the customer nothing is measured but this. Stretches, spells
and backchannels are those of ``scene``.

- overlap: both speak for at least the threshold "overlap"; it belongs to who came in second. A short sound
  without words is none, it may be a breath.
- interruption: a speaker comes in with words at least "interruption" seconds before the other, who was
  speaking alone, ends; the other stops within "interruption_stop" and stays quiet for "interruption_quiet".
  Backchannels do not interrupt, laughter and other sounds without words do not, and who ends softly and
  low, as one does at the end of a turn (Gravano and Hirschberg 2011), has not been stopped.
- silence: nobody speaks for at least "silence", between the first and the last voice. It is the agent's to
  fill, unless the agent spoke last and had asked for something, or the customer asked for time or goes on
  in mid-sentence: then it is the customer's. An announcement is what a match of the rules says it is.
- response latency: from the end of the other's words to the start of the own spell, negative where they
  overlap. Its value is the median, its bounds are the 10th and the 90th percentile.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from voicecoach.i18n import clock
from voicecoach.measures.definitions import definitions, measured, not_measured, said, threshold
from voicecoach.measures.scene import Scene, Stretch, asks, ends_in, sentence, waits, within
from voicecoach.spacing import joined
from voicecoach.types import AGENT, CUSTOMER, UNKNOWN, Event, Match, Measure

SHARE, MONOLOGUE, LATENCY = "talk.share", "talk.longest_monologue", "talk.response_latency"
INTERRUPTIONS, SILENCE = "talk.interruptions", "talk.unannounced_silence"
ANNOUNCING = ("announcement", "courtesy.hold")  # the matches that announce a wait


def events(scene: Scene) -> Iterator[Event]:
    """Yield overlaps, interruptions and backchannels of both, and silences."""
    if scene.both:
        for speaker, other in ((AGENT, CUSTOMER), (CUSTOMER, AGENT)):
            own, their = scene.stretches[speaker], scene.stretches[other]
            yield from _overlaps(speaker, own, their)
            yield from _interruptions(scene, speaker, other)
            for stretch in own:
                if stretch.backchannel:
                    words = joined(word.text.strip() for word in stretch.words)
                    yield Event(
                        "backchannel", speaker, stretch.start, stretch.end, said("backchannel", words=words)
                    )
    if scene.both or not scene.call.separate:
        yield from _silences(scene)


def measure(scene: Scene, events: Sequence[Event], matches: Sequence[Match]) -> tuple[Measure, ...]:
    """Return share, monologue and latency of both, interruptions and unannounced silence of the agent."""
    if not scene.both:
        first = (SHARE, LATENCY, INTERRUPTIONS, SILENCE)
        missing = tuple(not_measured(id_, AGENT, scene.not_both) for id_ in first)
        return *missing, *_monologue(scene, AGENT)
    count = sum(event.kind == "interruption" and event.speaker == AGENT for event in events)
    return (
        *(measure for speaker in (AGENT, CUSTOMER) for measure in _of_each(scene, speaker)),
        measured(INTERRUPTIONS, AGENT, count),
        _unannounced(events, matches),
    )


def _of_each(scene: Scene, speaker: str) -> Iterator[Measure]:
    total = scene.voiced(AGENT) + scene.voiced(CUSTOMER)
    if total:
        yield measured(SHARE, speaker, 100 * (scene.voiced(speaker) / total))
    else:
        yield not_measured(SHARE, speaker, "no_voiced")
    yield from _monologue(scene, speaker)
    yield _latency(scene, speaker)


def _monologue(scene: Scene, speaker: str) -> Iterator[Measure]:
    if not scene.call.separate or speaker not in scene.call.contours:
        yield not_measured(MONOLOGUE, speaker, scene.no_agent)
    elif not scene.spells[speaker]:
        yield not_measured(MONOLOGUE, speaker, "no_voiced")
    else:
        longest = max(scene.spells[speaker], key=lambda spell: spell.duration)
        yield measured(MONOLOGUE, speaker, longest.duration, values={"at": clock(longest.start)})


def _latency(scene: Scene, speaker: str) -> Measure:
    other = CUSTOMER if speaker == AGENT else AGENT
    found = []
    theirs = [stretch for stretch in scene.stretches[other] if stretch.takes_floor]
    previous = -1.0
    for spell in scene.spells[speaker]:
        before = [stretch for stretch in theirs if previous <= stretch.start < spell.start]
        if before and before[-1].end < spell.end and spell.start - before[-1].end < threshold("latency"):
            found.append(spell.start - before[-1].end)
        previous = spell.start
    if not found:
        return not_measured(LATENCY, speaker, "no_answers")
    low, middle, high = (float(share) for share in np.percentile(found, (10, 50, 90)))
    slow = threshold("slow_answer")
    told = {
        "count": len(found),
        "slow": slow,
        "late": sum(gap > slow for gap in found),
        "early": sum(gap < 0 for gap in found),
    }
    return measured(LATENCY, speaker, middle, bounds=(low, high), values=told)


def announced(events: Sequence[Event], matches: Sequence[Match]) -> tuple[Event, ...]:
    """Return the events with the detail of each silence of the agent saying whether a match announced it."""
    return tuple(
        replace(event, detail=_told(event, _announcement(event, matches)))
        if event.kind == "silence" and event.speaker == AGENT
        else event
        for event in events
    )


def _told(silence: Event, by: Match | None) -> str:
    if by is None:
        return said("silence", "open", how=silence.detail)
    assert by.start is not None
    return said("silence", "announced", how=silence.detail, quote=by.quote, at=clock(by.start))


def _unannounced(events: Sequence[Event], matches: Sequence[Match]) -> Measure:
    silences = [event for event in events if event.kind == "silence" and event.speaker == AGENT]
    open_ = [silence for silence in silences if _announcement(silence, matches) is None]
    told = {"count": len(open_), "all": len(silences), "least": threshold("silence")}
    return measured(SILENCE, AGENT, sum(silence.duration for silence in open_), values=told)


def _announcement(silence: Event, matches: Sequence[Match]) -> Match | None:
    """Return the last match before a silence that announces it."""
    found = None
    for match in matches:
        if match.rule in ANNOUNCING and match.start is not None and match.end is not None:
            near = match.start < silence.start and silence.start - match.end <= threshold("announced_before")
            if near and (found is None or match.start >= (found.start or 0.0)):
                found = match
    return found


def _overlaps(speaker: str, own: Sequence[Stretch], their: Sequence[Stretch]) -> Iterator[Event]:
    for mine in own:
        if not (mine.takes_floor or mine.backchannel):
            continue
        for other in within(their, mine.start, mine.end):
            start, end = max(mine.start, other.start), min(mine.end, other.end)
            second = other.start < mine.start or (other.start == mine.start and speaker == AGENT)
            if second and end - start >= threshold("overlap"):
                yield Event("overlap", speaker, start, end, said("overlap"))


def _interruptions(scene: Scene, speaker: str, other: str) -> Iterator[Event]:
    least, stop, quiet = (threshold(f"interruption{part}") for part in ("", "_stop", "_quiet"))
    own = scene.stretches[speaker]
    spells = scene.spells[other]
    wordy = any(mine.words for mine in own)
    for i, mine in enumerate(own):
        at = bisect.bisect_left(spells, mine.start, key=lambda spell: spell.start) - 1
        if not mine.takes_floor or at < 0 or (wordy and not mine.words):
            continue
        spell = spells[at]
        before = own[i - 1].end if i else float("-inf")
        after = own[i + 1].start if i + 1 < len(own) else float("inf")
        for cut in within(spell.stretches, mine.start, mine.end):
            k = spell.stretches.index(cut) + 1
            rest = spell.stretches[k:] or (spells[at + 1].stretches if at + 1 < len(spells) else ())
            following = rest[0].start if rest else float("inf")
            speaking_alone = (
                cut.start < mine.start and mine.start - spell.start >= least and before <= cut.start
            )
            stopped = least <= cut.end - mine.start <= stop and following - cut.end >= quiet
            takes_over = mine.end > cut.end or after < following
            if speaking_alone and stopped and takes_over and not _finished(scene, other, cut):
                into = mine.start - spell.start
                yield Event(
                    "interruption", speaker, mine.start, cut.end, said("interruption", speaker, into=into)
                )


def _finished(scene: Scene, speaker: str, stretch: Stretch) -> bool:
    """Tell whether a stretch ends as a turn does: softer and lower than before, in no open clause."""
    if stretch.words and not ends_in(stretch.words, definitions().sentence_marks):
        return False
    contours = scene.call.contours[speaker]
    end = round(stretch.end / contours.hop + 0.5)
    before, last = (
        slice(max(end - round(threshold(name) / contours.hop), 0), end)
        for name in ("turn_end_before", "turn_end")
    )
    f0 = [contours.f0[part][~np.isnan(contours.f0[part])] for part in (before, last)]
    if not all(map(len, f0)):
        return False
    heard = contours.level[before][contours.voice[before]]
    softer = np.percentile(heard, 90) - np.percentile(contours.level[last], 90)
    lower = 12 * np.log2(np.median(f0[0]) / np.median(f0[1]))
    return bool(softer >= threshold("turn_end_softer") and lower >= threshold("turn_end_lower"))


def _silences(scene: Scene) -> Iterator[Event]:
    every = sorted(
        ((stretch, speaker) for speaker, own in scene.stretches.items() for stretch in own),
        key=lambda p: p[0].start,
    )
    last: tuple[Stretch, str] | None = None
    for stretch, speaker in every:
        if last is not None and stretch.start - last[0].end >= threshold("silence"):
            owner, case = _owner(scene, last, speaker) if scene.both else (UNKNOWN, UNKNOWN)
            yield Event("silence", owner, last[0].end, stretch.start, said("silence", case))
        if last is None or stretch.end > last[0].end:
            last = (stretch, speaker)


def _owner(scene: Scene, last: tuple[Stretch, str], following: str) -> tuple[str, str]:
    """Return whose silence it is that follows a stretch, before ``following`` speaks, and how it came."""
    stretch, speaker = last
    own = scene.stretches[speaker]
    words = sentence(own[max(own.index(stretch) - 2, 0) : own.index(stretch) + 1])
    if speaker == AGENT:
        return (CUSTOMER, "asked") if asks(words, scene.sound) else (AGENT, AGENT)
    if waits(words, scene.sound):
        return CUSTOMER, "waits"
    open_ = bool(words) and not ends_in(words, definitions().sentence_marks)
    return (CUSTOMER, "goes_on") if open_ and following == speaker else (AGENT, CUSTOMER)
