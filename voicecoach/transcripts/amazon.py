"""JSON of Amazon: Transcribe's own, Call Analytics and Contact Lens.

Transcribe lists words and punctuation ("items") and says beside them which speaker or channel they are of;
Call Analytics and Contact Lens list what each participant says, with times in milliseconds. Numbers may
stand as text. What else is in these files, moods and categories above all, is not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voicecoach.transcripts.data import data
from voicecoach.transcripts.language import code
from voicecoach.transcripts.times import seconds
from voicecoach.transcripts.types import Found, Line
from voicecoach.transcripts.words import Piece, confidence, fitted

NAME = "Amazon Transcribe JSON"


def fits(found: Any) -> bool:
    """Whether a document has Transcribe's results or the transcript of an analysed call."""
    if not isinstance(found, Mapping):
        return False
    results = found.get("results")
    if isinstance(results, Mapping):
        return isinstance(results.get("items"), list) or isinstance(results.get("transcripts"), list)
    turns = found.get("Transcript")
    return isinstance(turns, list) and (
        not turns
        or (isinstance(turns[0], Mapping) and ("Content" in turns[0] or "ParticipantId" in turns[0]))
    )


def read(found: Mapping[str, Any]) -> Found:
    """Read whichever of the three it is."""
    results = found.get("results")
    if isinstance(results, Mapping):
        language = code(results.get("language_code")) or code(found.get("language_code"))
        lines = sorted(
            _results(results), key=lambda line: line.start or 0.0
        )  # channels come one after the other
        return Found(tuple(lines), language)
    roles = {
        one["ParticipantId"]: one["ParticipantRole"]
        for one in _list(found, "Participants")
        if isinstance(one.get("ParticipantId"), str) and isinstance(one.get("ParticipantRole"), str)
    }
    lines = [_turn(one, roles) for one in _list(found, "Transcript")]
    return Found(tuple(lines), code(found.get("LanguageCode")))


def _list(found: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    inside = found.get(key)
    return [one for one in inside if isinstance(one, Mapping)] if isinstance(inside, list) else []


# --- an analysed call ---------------------------------------------------------------------------------------


def _turn(found: Mapping[str, Any], roles: Mapping[str, str]) -> Line:
    who = found.get("ParticipantRole")
    identity = found.get("ParticipantId")
    if not isinstance(who, str):
        who = roles.get(identity, identity) if isinstance(identity, str) else None
    text = found.get("Content")
    text = text if isinstance(text, str) else ""
    pieces = [
        Piece(
            item["Content"],
            seconds(item.get("BeginOffsetMillis"), 0.001),
            seconds(item.get("EndOffsetMillis"), 0.001),
            confidence(item.get("Confidence")),
        )
        for item in _list(found, "Items")
        if isinstance(item.get("Content"), str) and item.get("Type") != "punctuation"
    ]
    start, end = (seconds(found.get(key), 0.001) for key in ("BeginOffsetMillis", "EndOffsetMillis"))
    return Line(who, text, start, end, fitted(text, pieces))


# --- Transcribe ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Item:
    text: str
    start: float | None  # None: punctuation
    end: float | None
    probability: float
    speaker: str | None


def _results(results: Mapping[str, Any]) -> Iterator[Line]:
    channels = results.get("channel_labels")
    each = _list(channels, "channels") if isinstance(channels, Mapping) else []
    if each:
        for channel in each:
            label = channel.get("channel_label")
            label = label if isinstance(label, str) else None
            yield from _lines([_item(item, label) for item in _list(channel, "items")])
        return
    items = _list(results, "items")
    if items:
        said = _speakers(results)
        yield from _lines([_item(item, said.get(_key(item))) for item in items])
        return
    for one in _list(results, "transcripts"):
        if isinstance(one.get("transcript"), str):
            yield Line(None, one["transcript"])


def _speakers(results: Mapping[str, Any]) -> Mapping[str, str]:
    """Who says the word that begins at a time, which stands as text in the file."""
    labels = results.get("speaker_labels")
    return {
        _key(item): str(item.get("speaker_label", segment.get("speaker_label")))
        for segment in (_list(labels, "segments") if isinstance(labels, Mapping) else [])
        for item in _list(segment, "items")
        if isinstance(item.get("speaker_label", segment.get("speaker_label")), str)
    }


def _key(item: Mapping[str, Any]) -> str:
    return str(item.get("start_time"))[:40]


def _item(item: Mapping[str, Any], speaker: str | None) -> _Item:
    best = next(iter(_list(item, "alternatives")), {})
    text = best.get("content")
    own = item.get("speaker_label")
    spoken = item.get("type") != "punctuation"
    return _Item(
        text if isinstance(text, str) else "",
        seconds(item.get("start_time")) if spoken else None,
        seconds(item.get("end_time")) if spoken else None,
        confidence(best.get("confidence")),
        speaker if speaker is not None else own if isinstance(own, str) else None,
    )


def _lines(items: Sequence[_Item]) -> Iterator[Line]:
    """A line for each change of speaker or pause; punctuation goes with the word before it."""
    groups: list[list[_Item]] = []
    for item in items:
        last = groups[-1][-1] if groups else None
        if item.start is None and last is not None:
            groups[-1].append(item)
            continue
        before = (
            next((one for one in reversed(groups[-1]) if one.start is not None), None) if groups else None
        )
        apart = (
            item.start - before.end if before and before.end is not None and item.start is not None else 0.0
        )
        if before is None or before.speaker != item.speaker or apart > data().gap:
            groups.append([item])
        else:
            groups[-1].append(item)
    for group in groups:
        text = ""
        for item in group:
            space = item.start is not None and text and not _wide(text[-1]) and not _wide(item.text[:1])
            text += f" {item.text}" if space else item.text
        spoken = [item for item in group if item.start is not None]
        pieces = [Piece(item.text, item.start, item.end, item.probability) for item in spoken]
        start, end = (spoken[0].start, spoken[-1].end) if spoken else (None, None)
        yield Line(group[0].speaker, text.strip(), start, end, fitted(text.strip(), pieces))


def _wide(character: str) -> bool:
    """Whether a character is of a script without spaces between words."""
    return bool(character) and ord(character) >= 0x2E80
