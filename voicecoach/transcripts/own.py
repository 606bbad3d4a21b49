"""Our own JSON: what ``analyse -f json`` writes, and dialogues as ``rules run`` reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voicecoach.errors import TranscriptError
from voicecoach.i18n import fill
from voicecoach.transcripts.language import code
from voicecoach.transcripts.times import seconds
from voicecoach.transcripts.types import Found, Line
from voicecoach.transcripts.words import Piece, confidence, fitted

NAME = "voicecoach JSON"


def fits(found: Any) -> bool:
    """Whether a document has turns; several analyses in a list count, too."""
    if isinstance(found, list):
        return bool(found) and all(isinstance(one, Mapping) and "schema_version" in one for one in found)
    return isinstance(found, Mapping) and isinstance(found.get("turns"), list)


def read(found: Any) -> Found:
    """Read the turns with their words.

    Raises
    ------
    TranscriptError
        There is more than one analysis in it.
    """
    if isinstance(found, list):
        if len(found) > 1:
            raise TranscriptError(fill("holds {count} analyses; name a file with one", count=len(found)))
        found = found[0]
    turns = found.get("turns")
    lines = [_line(one) for one in (turns if isinstance(turns, list) else []) if isinstance(one, Mapping)]
    return Found(tuple(lines), code(found.get("language")))


def _line(found: Mapping[str, Any]) -> Line:
    speaker, text, words = found.get("speaker"), found.get("text"), found.get("words")
    text = text if isinstance(text, str) else ""
    pieces = [
        Piece(
            word["text"],
            seconds(word.get("start")),
            seconds(word.get("end")),
            confidence(word.get("probability")),
            word.get("backed") if isinstance(word.get("backed"), bool) else None,
        )
        for word in (words if isinstance(words, list) else [])
        if isinstance(word, Mapping) and isinstance(word.get("text"), str)
    ]
    return Line(
        speaker if isinstance(speaker, str) and speaker not in ("", "unknown") else None,
        text,
        seconds(found.get("start")),
        seconds(found.get("end")),
        fitted(text, pieces),
        language=code(found.get("language")) or "",
    )
