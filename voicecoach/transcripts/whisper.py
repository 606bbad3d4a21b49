"""JSON of whisper, faster-whisper, whisper-ctranslate2, WhisperX, whisper.cpp and OpenAI's API.

All have segments with a start, an end and a text; words stand in a segment or beside the segments and call
their text ``word`` or ``text``, their probability ``probability``, ``score`` or ``p``. Times are seconds,
with whisper.cpp milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from voicecoach.transcripts.language import code
from voicecoach.transcripts.times import seconds
from voicecoach.transcripts.types import Found, Line
from voicecoach.transcripts.words import Piece, confidence, fitted

NAME = "whisper JSON"


def fits(found: Any) -> bool:
    """Whether a document has segments as Whisper's have."""
    if isinstance(found, list):
        return bool(found) and all(_is_segment(one) for one in found[:3])
    if not isinstance(found, Mapping) or "utterances" in found:  # of another service, in milliseconds
        return False
    return any(
        isinstance(found.get(key), list) and (all(_is_segment(one) for one in found[key][:3]))
        for key in ("segments", "transcription", "words", "word_segments")
    )


def read(found: Any) -> Found:
    """Read the segments; where there are words alone, these."""
    if isinstance(found, list):
        found = {"segments": found}
    language = code(found.get("language")) or code(_in(found, "result").get("language"))
    beside = [_piece(word) for word in _list(found, "words") or _list(found, "word_segments")]
    segments = [one for key in ("segments", "transcription") for one in _list(found, key)]
    if not segments:
        return Found(
            tuple(_of_words(beside, _list(found, "words") or _list(found, "word_segments"))), language
        )
    lines: list[Line] = []
    at = 0
    for segment in segments:
        start, end = _times(segment)
        own = _list(segment, "words")
        if own:
            lines += _segment(segment, start, end, own)
            continue
        pieces = _tokens(_list(segment, "tokens")) if "offsets" in segment else []
        if not pieces and beside and end is not None:
            while at < len(beside) and (beside[at].start is None or (beside[at].start or 0.0) < end - 0.005):
                pieces.append(beside[at])
                at += 1
        text = _text(segment)
        lines.append(_certain(Line(_speaker(segment), text, start, end, fitted(text, pieces)), segment))
    return Found(tuple(lines), language)


def _is_segment(found: Any) -> bool:
    return isinstance(found, Mapping) and any(isinstance(found.get(key), str) for key in ("text", "word"))


def _in(found: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    inside = found.get(key)
    return inside if isinstance(inside, Mapping) else {}


def _list(found: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    inside = found.get(key)
    return [one for one in inside if isinstance(one, Mapping)] if isinstance(inside, list) else []


def _text(found: Mapping[str, Any]) -> str:
    return next((found[key] for key in ("text", "word") if isinstance(found.get(key), str)), "")


def _speaker(found: Mapping[str, Any]) -> str | None:
    speaker = found.get("speaker", found.get("speaker_id"))
    if isinstance(speaker, bool) or not isinstance(speaker, str | int):
        return None
    return str(speaker)[:200].strip() or None


def _times(found: Mapping[str, Any]) -> tuple[float | None, float | None]:
    offsets = _in(found, "offsets")
    if offsets:
        return seconds(offsets.get("from"), 0.001), seconds(offsets.get("to"), 0.001)
    return seconds(found.get("start")), seconds(found.get("end"))


def _piece(word: Mapping[str, Any]) -> Piece:
    sure = next((word[key] for key in ("probability", "score", "p", "confidence") if key in word), None)
    return Piece(_text(word), *_times(word), confidence(sure))


def _certain(line: Line, segment: Mapping[str, Any]) -> Line:
    """A line with the recogniser's measures of certainty and the language it heard."""
    values = {
        key: seconds(segment.get(key)) for key in ("no_speech_prob", "avg_logprob", "compression_ratio")
    }
    line = replace(line, language=code(segment.get("language")) or "")
    return replace(line, **{key: value for key, value in values.items() if value is not None})  # type: ignore[arg-type]


def _segment(
    segment: Mapping[str, Any], start: float | None, end: float | None, words: Sequence[Mapping[str, Any]]
) -> Iterator[Line]:
    """The lines of a segment: one, or one for each of the speakers its words have."""
    whole = _speaker(segment)
    groups: list[tuple[str | None, list[Piece]]] = []
    for word in words:
        piece, speaker = _piece(word), _speaker(word) or (groups[-1][0] if groups else whole)
        if groups and groups[-1][0] == speaker:
            groups[-1][1].append(piece)
        else:
            groups.append((speaker, [piece]))
    if len(groups) == 1:
        text = _text(segment)
        yield _certain(Line(whole or groups[0][0], text, start, end, fitted(text, groups[0][1])), segment)
        return
    for k, (speaker, pieces) in enumerate(groups):
        text = _joined(pieces)
        first = next((piece.start for piece in pieces if piece.start is not None), start if not k else None)
        last = next((piece.end for piece in reversed(pieces) if piece.end is not None), None)
        yield _certain(
            Line(
                speaker,
                text,
                first,
                end if k + 1 == len(groups) and last is None else last,
                fitted(text, pieces),
            ),
            segment,
        )


def _joined(pieces: Sequence[Piece]) -> str:
    """The text of words, with spaces between where they bring none and their script has any."""
    bare = all(piece.text == piece.text.strip() for piece in pieces)
    wide = any(ord(character) >= 0x2E80 for piece in pieces for character in piece.text)
    return (" " if bare and not wide else "").join(piece.text for piece in pieces).strip()


def _of_words(pieces: Sequence[Piece], words: Sequence[Mapping[str, Any]]) -> Iterator[Line]:
    """Lines from words alone, one for each change of speaker or pause."""
    groups: list[tuple[str | None, list[Piece]]] = []
    for piece, word in zip(pieces, words, strict=True):
        speaker = _speaker(word)
        last = groups[-1][1][-1].end if groups else None
        near = last is None or piece.start is None or piece.start - last <= 0.7
        if groups and groups[-1][0] == speaker and near:
            groups[-1][1].append(piece)
        else:
            groups.append((speaker, [piece]))
    for speaker, said in groups:
        text = _joined(said)
        yield Line(speaker, text, said[0].start, said[-1].end, fitted(text, said))


def _tokens(tokens: Sequence[Mapping[str, Any]]) -> list[Piece]:
    """Words from the tokens of whisper.cpp: a token that begins with a space begins a word."""
    found: list[Piece] = []
    for token in tokens:
        text = _text(token)
        if not text or text.startswith("[_"):
            continue
        start, end = _times(token)
        sure = confidence(token.get("p"))
        if found and not text[0].isspace():
            last = found[-1]
            found[-1] = Piece(last.text + text, last.start, end, min(last.probability, sure))
        else:
            found.append(Piece(text, start, end, sure))
    return found
