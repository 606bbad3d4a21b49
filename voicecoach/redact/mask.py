"""Everything an analysis says, with card, phone and account numbers and e-mail addresses masked.

Rules and measures have had the true text before; here their results are rewritten. A masked number is one
word with the time of all of its words, so that transcripts stay playable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from voicecoach import i18n
from voicecoach.i18n import _, fill
from voicecoach.redact.facts import settings, words
from voicecoach.redact.find import Span, counts, find
from voicecoach.redact.numbers import spoken
from voicecoach.transcripts.types import LINES, STARTS
from voicecoach.types import Analysis, Contours, Curve, Turn, Word

REDACTED, BLEEPED = "redacted", "bleeped"  # in the provenance: how many of each kind; start s and end s
_PARTS = (
    "warnings",
    "measures",
    "events",
    "phases",
    "findings",
    "unbacked",
    "scores",
    "coaching",
    "not_measured",
)
_LEAST = 4  # characters of a part of a secret that is looked for in other texts

Text = Callable[[str], str]


def redact(analysis: Analysis) -> Analysis:
    """The analysis with what is private masked; one that is redacted already is returned as it is.

    What was masked is counted in its provenance and told in its warnings; nothing of it is kept.
    """
    if REDACTED in analysis.provenance:
        return analysis
    with i18n.using(analysis.language):
        return _redacted(analysis)


def _redacted(analysis: Analysis) -> Analysis:
    spans = find(analysis.turns, analysis.language)
    masked = _texts(analysis, spans)
    turns = tuple(
        _turn(turn, [span for span in spans if span.turn == index])
        for index, turn in enumerate(analysis.turns)
    )
    found = counts(spans)
    times = _times(analysis, spans)
    changed = {name: _everywhere(getattr(analysis, name), masked) for name in _PARTS}
    source = replace(
        analysis.source,
        speakers=tuple(replace(one, reason=masked(one.reason)) for one in analysis.source.speakers),
    )
    return replace(
        analysis,
        **{**changed, "warnings": (*changed["warnings"], *_told(spans, found, analysis))},
        turns=turns,
        source=source,
        contours={name: _flat(own, times) for name, own in analysis.contours.items()},
        curves={
            name: {speaker: _gap(curve, times) for speaker, curve in own.items()}
            for name, own in analysis.curves.items()
        },
        provenance={
            **analysis.provenance,
            REDACTED: found,
            BLEEPED: [[round(start, 3), round(end, 3)] for start, end in times],
        },
    )


def _told(spans: Sequence[Span], found: Mapping[str, int], analysis: Analysis) -> list[str]:
    """What was masked, in sentences."""
    said = settings()
    if not found:
        return [_(said.texts["none"])]
    listed = [fill(said.texts["count"], name=_(said.names[kind]), n=n) for kind, n in found.items()]
    told = [fill(said.texts["masked"], counts=_(", ").join(listed))]
    if analysis.source.layout.kind != "none":
        timed = all(span.start is not None for span in spans)
        told.append(_(said.texts["sound" if timed else "untimed"]))
    return told


def _label(kind: str) -> str:
    return f"[{_(settings().names[kind])}]"


def _turn(turn: Turn, spans: Sequence[Span]) -> Turn:
    """A turn with its spans masked, in its text and in its words."""
    text, heard, at = "", [], 0
    places = turn.word_spans()
    for span in spans:
        text += turn.text[at : span.start_char] + _label(span.kind)
        at = span.end_char
    text += turn.text[at:]
    if not spans:
        return turn
    rest = list(spans)
    inside: list[tuple[Word, tuple[int, int]]] = []
    for word, place in zip(turn.words, places, strict=True):
        while rest and rest[0].end_char <= place[0]:
            heard += _one(inside, rest.pop(0), turn.text)
            inside = []
        if rest and place[1] > rest[0].start_char and place[0] < rest[0].end_char:
            inside.append((word, place))
        else:
            heard.append(word)
    if rest:
        heard += _one(inside, rest[0], turn.text)
    return replace(turn, text=text, words=tuple(heard))


def _one(inside: Sequence[tuple[Word, tuple[int, int]]], span: Span, text: str) -> list[Word]:
    """The word that stands for those of a span, with what they have besides it."""
    if not inside:
        return []
    (first, (begin, _end)), (_last, (_begin, end)) = inside[0], inside[-1]
    before, after = text[begin : max(begin, span.start_char)], text[min(span.end_char, end) : end]
    backed = [word.backed for word, _place in inside]
    return [
        replace(
            first,
            text=f"{before}{_label(span.kind)}{after}",
            end=max(word.end for word, _place in inside),
            probability=min(word.probability for word, _place in inside),
            backed=None if None in backed else all(backed),
        )
    ]


def _texts(analysis: Analysis, spans: Sequence[Span]) -> Text:
    """A function that masks texts made of the turns, such as quotes: secrets, parts of them, and whole turns
    that are quoted in part.
    """
    labels: dict[str, str] = {}
    for span in spans:
        turn = analysis.turns[span.turn]
        said = spoken(turn, words(turn.language or analysis.language))
        places = [
            (max(start, span.start_char), min(end, span.end_char))
            for start, end in said.spans
            if start < span.end_char and span.start_char < end
        ]
        for first in range(len(places)):
            for last in range(first, len(places)):
                part = turn.text[places[first][0] : places[last][1]]
                whole = first == 0 and last == len(places) - 1
                if whole or (len(part) >= _LEAST and (last > first or any(c.isdecimal() for c in part))):
                    labels.setdefault(part.casefold(), _label(span.kind))
    if not labels:
        return lambda text: text
    known = sorted(labels, key=len, reverse=True)
    pattern = re.compile(
        "|".join(
            rf"(?<![^\W_]){re.escape(part)}(?![^\W_])" if part[0].isascii() else re.escape(part)
            for part in known
        ),
        re.IGNORECASE,
    )

    def masked(text: str) -> str:
        return pattern.sub(lambda match: labels.get(match.group().casefold(), "[...]"), text)

    return masked


def _everywhere(value: Any, masked: Text) -> Any:
    """A value of ours with all of its texts masked but names of rules, measures, speakers and units."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, tuple):
        return tuple(_everywhere(entry, masked) for entry in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value,
            **{
                field.name: _everywhere(getattr(value, field.name), masked)
                for field in fields(value)
                if field.name not in _NAMES
            },
        )
    return value


_NAMES = frozenset(
    (
        "id",
        "rule",
        "category",
        "polarity",
        "speaker",
        "kind",
        "status",
        "grade",
        "unit",
        "about",
        "name",
        "scorecard",
    )
)


def _times(analysis: Analysis, spans: Sequence[Span]) -> list[tuple[float, float]]:
    """Seconds of the recording that are masked, in order, none touching another.

    Padded, with the pauses beside them, where a recogniser's times are least sure. Where a transcript times
    lines only, words have no times of their own and the whole line is taken.
    """
    sound, found = settings().sound, []
    transcript = analysis.provenance.get("transcript") or {}
    for span in spans:
        turn = analysis.turns[span.turn]
        start, end = span.start, span.end
        if transcript.get("timing") in (LINES, STARTS) or start is None or end is None:
            start, end = turn.start, turn.end
        if start is None or end is None:
            continue
        before = max((word.end for word in turn.words if word.end <= start), default=start - sound["pause"])
        after = min((word.start for word in turn.words if word.start >= end), default=end + sound["pause"])
        found.append(
            (
                max(min(start - sound["pad"], max(before, start - sound["pause"])), 0.0),
                min(max(end + sound["pad"], min(after, end + sound["pause"])), analysis.source.duration),
            )
        )
    joined: list[tuple[float, float]] = []
    for start, end in sorted(found):
        if joined and start - joined[-1][1] <= sound["join"]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        elif end > start:
            joined.append((start, end))
    return joined


def _flat(contours: Contours, times: Sequence[tuple[float, float]]) -> Contours:
    """Contours that say nothing of what is masked: no voice, and the level that the rest has."""
    at = np.arange(len(contours.level)) * contours.hop
    inside = np.zeros(len(at), bool)
    beats = np.ones(len(contours.nuclei), bool)
    for start, end in times:
        inside |= (at >= start) & (at <= end)
        beats &= (contours.nuclei < start) | (contours.nuclei > end)
    if not inside.any():
        return contours
    voiced = contours.level[contours.voice & ~inside]
    level = np.median(voiced if len(voiced) else contours.level)
    return replace(
        contours,
        f0=np.where(inside, np.nan, contours.f0).astype(contours.f0.dtype),
        level=np.where(inside, level, contours.level).astype(contours.level.dtype),
        voice=contours.voice & ~inside,
        hnr=np.where(inside, np.nan, contours.hnr).astype(contours.hnr.dtype),
        nuclei=contours.nuclei[beats],
    )


def _gap(curve: Curve, times: Sequence[tuple[float, float]]) -> Curve:
    """A curve without its values at masked times."""
    return replace(
        curve,
        values=tuple(
            float("nan") if any(start <= k * curve.hop <= end for start, end in times) else value
            for k, value in enumerate(curve.values)
        ),
    )
