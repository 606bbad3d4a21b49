"""The two speakers in time: shares, monologues, answers, overlaps, interruptions, backchannels, silences.

Times in seconds, from voice activity. Of the customer nothing is measured but this. Stretches, spells
and backchannels are those of ``scene``.

- overlap: both speak for at least the threshold "overlap"; it belongs to who came in second. A short sound
  without words is none, it may be a breath.
- interruption: a speaker comes in at least "interruption" seconds before the other, who was speaking
  alone, ends; the other stops within "interruption_stop" and stays quiet for "interruption_quiet".
  Backchannels do not interrupt.
- silence: nobody speaks for at least "silence", between the first and the last voice. It is the agent's to
  fill, unless the agent spoke last and had asked for something: then it is the customer's.
- response latency: from the end of the other's words to the start of the own spell, negative where they
  overlap.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from statistics import median

from voicecoach.measures.definitions import clock, definitions, measured, not_measured, said, threshold
from voicecoach.measures.scene import Scene, Stretch, plain, within
from voicecoach.types import AGENT, CUSTOMER, UNKNOWN, Event, Match, Measure, Word

SHARE, MONOLOGUE, LATENCY = "talk.share", "talk.longest_monologue", "talk.response_latency"
INTERRUPTIONS, SILENCE = "talk.interruptions", "talk.unannounced_silence"
HOLD = "courtesy.hold"  # the marker that announces a wait


def events(scene: Scene) -> Iterator[Event]:
    """Yield overlaps, interruptions and backchannels of both, and silences."""
    if scene.both:
        for speaker, other in ((AGENT, CUSTOMER), (CUSTOMER, AGENT)):
            own, their = scene.stretches[speaker], scene.stretches[other]
            yield from _overlaps(speaker, own, their)
            yield from _interruptions(scene, speaker, other)
            for stretch in own:
                if stretch.backchannel:
                    words = " ".join(word.text.strip() for word in stretch.words)
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
    return measured(LATENCY, speaker, median(found), values={"count": len(found)})


def _unannounced(events: Sequence[Event], matches: Sequence[Match]) -> Measure:
    silences = [event for event in events if event.kind == "silence" and event.speaker == AGENT]
    holds = [
        match for match in matches if match.rule == HOLD and match.start is not None and match.end is not None
    ]
    open_ = [silence for silence in silences if not any(_announces(hold, silence) for hold in holds)]
    told = {"count": len(open_), "all": len(silences), "least": threshold("silence")}
    return measured(SILENCE, AGENT, sum(silence.duration for silence in open_), values=told)


def _announces(hold: Match, silence: Event) -> bool:
    assert hold.start is not None
    assert hold.end is not None
    return hold.start < silence.start and silence.start - hold.end <= threshold("announced_before")


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
    for i, mine in enumerate(own):
        at = bisect.bisect_left(spells, mine.start, key=lambda spell: spell.start) - 1
        if not mine.takes_floor or at < 0:
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
            if speaking_alone and stopped and (mine.end > cut.end or after < following):
                into = mine.start - spell.start
                yield Event(
                    "interruption", speaker, mine.start, cut.end, said("interruption", speaker, into=into)
                )


def _silences(scene: Scene) -> Iterator[Event]:
    every = sorted(
        ((stretch, speaker) for speaker, own in scene.stretches.items() for stretch in own),
        key=lambda p: p[0].start,
    )
    last: tuple[Stretch, str] | None = None
    for stretch, speaker in every:
        if last is not None and stretch.start - last[0].end >= threshold("silence"):
            owner = _owner(scene, last) if scene.both else UNKNOWN
            case = UNKNOWN if owner == UNKNOWN else AGENT if last[1] == AGENT else CUSTOMER
            yield Event("silence", owner, last[0].end, stretch.start, said("silence", case))
        if last is None or stretch.end > last[0].end:
            last = (stretch, speaker)


def _owner(scene: Scene, last: tuple[Stretch, str]) -> str:
    """Return whose silence it is that follows a stretch."""
    stretch, speaker = last
    if speaker != AGENT:
        return AGENT
    own = scene.stretches[AGENT]
    words = [word for s in own[: own.index(stretch) + 1][-3:] for word in s.words]
    sentence: list[Word] = []
    for word in reversed(words):
        if sentence and word.text.rstrip()[-1:] in definitions().sentence_marks:
            break
        sentence.insert(0, word)
    return CUSTOMER if _asks(scene, sentence) else AGENT


def _asks(scene: Scene, sentence: Sequence[Word]) -> bool:
    """Tell whether a sentence asks the other to speak or do something, rather than to wait."""
    words = tuple(plain(word.text) for word in sentence)
    if scene.sound is not None and scene.sound.has(scene.sound.waits, words):
        return False
    asked = bool(sentence) and sentence[-1].text.rstrip()[-1:] in definitions().question_marks
    return asked or (scene.sound is not None and scene.sound.has(scene.sound.asks, words))
