"""JSON in the shape of Amazon Transcribe Call Analytics, for programs that read that. Times in milliseconds.

What is not measured is not in it: no sentiment, no words a minute of the customer or of languages that are
not written in words, no interruptions where both are on one channel. Talk time is that of the turns less
their pauses, non-talk time the silences of 3 s and more. Loudness scores are levels in dBFS (never above 0),
one for each second of a turn, null without a voice in it; those of Amazon are on a scale of its own. The
categories are the findings, by rule.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from voicecoach.measures.definitions import definitions
from voicecoach.reports.cues import span, timed
from voicecoach.reports.json import plain
from voicecoach.types import AGENT, Analysis, Event, Finding, Turn

SUFFIX = ".amazon.json"
WORDS, INTERRUPTIONS = "pace.words_per_minute", "talk.interruptions"
SILENCE = "talk.unannounced_silence"


def render(
    analyses: Sequence[Analysis], *, several: bool = False, width: int = 80, color: bool = False
) -> str:
    """One recording as a JSON document, or an array where several were asked for; ends with a newline.

    Raises
    ------
    FormatError
        A transcript has no times.
    """
    documents = [plain(_document(analysis)) for analysis in analyses]
    found = documents[0] if len(documents) == 1 and not several else documents
    return json.dumps(found, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _document(analysis: Analysis) -> dict[str, Any]:
    timed(analysis)
    turns = [turn for turn in analysis.turns if turn.start is not None and turn.end is not None]
    speakers = dict.fromkeys(turn.speaker for turn in turns)
    return {
        "JobStatus": "COMPLETED",
        "JobName": analysis.source.path,
        "LanguageCode": analysis.language,
        "Channel": "VOICE",
        "Participants": [{"ParticipantRole": _role(name)} for name in speakers],
        "Transcript": [_turn(analysis, number, turn) for number, turn in enumerate(turns, 1)],
        "Categories": _categories(analysis.findings),
        "ConversationCharacteristics": _characteristics(analysis, turns),
    }


def _characteristics(analysis: Analysis, turns: Sequence[Turn]) -> dict[str, Any]:
    measured = {(m.id, m.speaker): m.value for m in analysis.measures if m.value is not None}
    found = {
        "TotalConversationDurationMillis": round(analysis.source.duration * 1000),
        "TalkTime": _talk_time(analysis, turns),
        "TalkSpeed": {
            "DetailsByParticipant": {
                _role(speaker): {"AverageWordsPerMinute": round(value)}
                for (name, speaker), value in measured.items()
                if name == WORDS
            }
        },
    }
    if analysis.quality or (SILENCE, AGENT) in measured:  # there was sound, or times of both
        found["NonTalkTime"] = _instances([e for e in analysis.events if e.kind == "silence"])
    if (INTERRUPTIONS, AGENT) in measured:
        found["Interruptions"] = _interruptions(analysis.events)
    return found


def _role(speaker: str) -> str:
    return speaker.upper()


def _turn(analysis: Analysis, number: int, turn: Turn) -> dict[str, Any]:
    return {
        "Id": f"{analysis.source.sha256[:16]}-{number}",
        "ParticipantRole": _role(turn.speaker),
        **_offsets(turn),
        "Content": turn.text,
        "Items": list(_items(turn)),
        "LoudnessScores": _loudness(analysis, turn),
    }


def _offsets(part: Turn | Event | Finding) -> dict[str, int]:
    assert part.start is not None
    first, last = span(part.start, part.start if part.end is None else part.end)
    return {"BeginOffsetMillis": first, "EndOffsetMillis": last}


def _items(turn: Turn) -> Iterator[dict[str, Any]]:
    """Words and, each an item of its own, the marks that end them."""
    for word in turn.words:
        bare = word.text.rstrip(definitions().clause_marks) or word.text
        if bare:
            first, last = span(word.start, word.end)
            sure = word.probability if math.isfinite(word.probability) else 0.0
            yield {
                "Type": "pronunciation",
                "Content": bare,
                "Confidence": f"{sure:.4f}",
                "BeginOffsetMillis": first,
                "EndOffsetMillis": last,
            }
        if mark := word.text[len(bare) :]:
            yield {"Type": "punctuation", "Content": mark, "Confidence": "0.0"}


def _loudness(analysis: Analysis, turn: Turn) -> list[float | None]:
    """The level of the voice in each second of a turn in dBFS; nothing where no contours are kept."""
    contours = analysis.contours.get(turn.speaker)
    if contours is None or not analysis.quality or turn.start is None or turn.end is None:
        return []  # nothing was heard, or it is not kept
    first, last = (round(time / contours.hop) for time in (turn.start, turn.end))
    step = max(round(1 / contours.hop), 1)
    scores: list[float | None] = []
    for begin in range(first, last, step):
        part = slice(begin, min(begin + step, last))
        levels = contours.level[part][contours.voice[part]].astype(np.float64)
        scores.append(round(float(10 * np.log10(np.mean(10 ** (levels / 10)))), 2) if len(levels) else None)
    return scores


def _talk_time(analysis: Analysis, turns: Sequence[Turn]) -> dict[str, Any]:
    by = {
        speaker: sum(last - first for first, last in _talk(analysis, turns, speaker))
        for speaker in dict.fromkeys(turn.speaker for turn in turns)
    }
    return {
        "TotalTimeMillis": sum(by.values()),
        "DetailsByParticipant": {_role(name): {"TotalTimeMillis": time} for name, time in by.items()},
    }


def _talk(analysis: Analysis, turns: Sequence[Turn], speaker: str) -> Iterator[tuple[int, int]]:
    """The stretches a speaker speaks in: the turns, none counted twice, without the pauses in them."""
    pauses = [e for e in analysis.events if e.kind == "pause" and e.speaker == speaker]
    at = 0
    quiet = sorted(span(pause.start, pause.end) for pause in pauses)
    spans = sorted(tuple(_offsets(turn).values()) for turn in turns if turn.speaker == speaker)
    for first, last in spans:
        at = max(at, first)
        for begin, end in quiet:
            if end > at and begin < last:
                yield at, max(begin, at)
                at = min(end, last)
        yield at, max(last, at)
        at = max(at, last)


def _interruptions(events: Iterable[Event]) -> dict[str, Any]:
    found = [event for event in events if event.kind == "interruption"]
    by = dict.fromkeys(event.speaker for event in found)
    return {
        "TotalCount": len(found),
        "TotalTimeMillis": _instances(found)["TotalTimeMillis"],
        "InterruptionsByInterrupter": {
            _role(name): _instances([e for e in found if e.speaker == name])["Instances"] for name in by
        },
    }


def _instances(events: Sequence[Event]) -> dict[str, Any]:
    found = []
    for event in events:
        offsets = _offsets(event)
        length = offsets["EndOffsetMillis"] - offsets["BeginOffsetMillis"]
        found.append({**offsets, "DurationMillis": length})
    return {"TotalTimeMillis": sum(one["DurationMillis"] for one in found), "Instances": found}


def _categories(findings: Sequence[Finding]) -> dict[str, Any]:
    by: dict[str, list[dict[str, int]]] = {}
    for finding in findings:
        points = by.setdefault(finding.rule, [])
        if finding.start is not None:
            points.append(_offsets(finding))
    return {
        "MatchedCategories": list(by),
        "MatchedDetails": {rule: {"PointsOfInterest": points} for rule, points in by.items()},
    }
