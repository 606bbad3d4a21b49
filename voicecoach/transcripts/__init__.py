"""Transcripts as others write them -> lines: who says what, when, as far as the file tells.

One file a format, each with ``NAME``, ``fits`` and ``read``; which it is, is found from what is in the file,
not from its name. So are the encoding and the language. See docs/transcripts.md.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from voicecoach.errors import TranscriptError, UsageError
from voicecoach.i18n import _, fill
from voicecoach.transcripts import amazon, nist, own, plain, srt, tables, textgrid, vtt, whisper
from voicecoach.transcripts.beside import beside
from voicecoach.transcripts.encoding import LARGEST, Text, decode, repaired
from voicecoach.transcripts.language import code, found
from voicecoach.transcripts.spam import left_out
from voicecoach.transcripts.times import in_order
from voicecoach.transcripts.types import LINES, NONE, STARTS, WORDS, Found, Line, Note, Transcript

__all__ = ["FORMATS", "Line", "Note", "Transcript", "beside", "read"]

FORMATS = ("vtt", "srt", "json", "amazon", "tsv", "textgrid", "ctm", "txt")
_DOCUMENTS = {"amazon": (amazon,), "json": (own, whisper, amazon)}
_TEXTS: dict[str, Any] = {
    "vtt": vtt,
    "textgrid": textgrid,
    "srt": srt,
    "tsv": tables,
    "ctm": nist,
    "txt": plain,
}
_CONTROL = {k: " " for k in (*range(32), *range(127, 160)) if chr(k) not in "\t\n"} | {
    0x2028: " ",
    0x2029: " ",
}
_CONTROL |= dict.fromkeys(range(55296, 57344), "�")


def read(
    path: str | Path | Sequence[str | Path],
    *,
    language: str | None = None,
    format: str | None = None,  # noqa: A002
) -> Transcript:
    """Read a transcript.

    Parameters
    ----------
    path : a file; of an RTTM and the CTM that belongs to it both, or either where the other lies beside it.
    language : ISO 639 code, where it is known better than from the file.
    format : one of ``FORMATS``, where it is known better than from the file.

    Raises
    ------
    TranscriptError
        The file cannot be read, is no transcript, or holds no words.
    UsageError
        More files than belong together, or an unknown format.
    """
    if format is not None and format not in FORMATS:
        raise UsageError(
            fill(
                "{format!r} is no format of transcripts; known are: {names}",
                format=format,
                names=", ".join(FORMATS),
            )
        )
    paths = [Path(path)] if isinstance(path, str | Path) else [Path(one) for one in path]
    if len(paths) == 1:
        paths = [*paths, *_pair(paths[0])]
    raw = [_bytes(one) for one in paths]
    texts = [decode(content, str(one), language=language) for content, one in zip(raw, paths, strict=True)]
    try:
        name, result = _found(texts, paths, format)
    except TranscriptError as error:
        raise TranscriptError(
            f"{paths[0]}: {error}".replace(f"{paths[0]}: {paths[0]}: ", f"{paths[0]}: ")
        ) from error
    lines, times = in_order(_clean(result.lines))
    lines, spam = left_out(lines)
    if not lines:
        raise TranscriptError(
            fill("{path}: holds no words ({name}); name a file with a transcript", path=paths[0], name=name)
        )
    said = " ".join(line.text for line in lines[:2000])
    seen = found(said)
    given, told = _language(language, result.language, seen)
    notes = [note for text in texts for note in text.notes]
    if given is None:
        notes.append(Note(told))
    if given and result.language and seen and seen != result.language and not language:
        notes.append(Note("other_language", {"said": result.language, "found": seen}))
    return Transcript(
        lines=tuple(_elsewhere(line, "" if language else given) for line in lines),
        paths=tuple(map(str, paths)),
        sha256=hashlib.sha256(b"".join(raw)).hexdigest(),
        format=name,
        encoding=texts[0].encoding,
        language=given,
        told=told,
        timing=_timing(result.lines, lines),
        notes=(*notes, *result.notes, *times, *spam),
    )


def _elsewhere(line: Line, main: str | None) -> Line:
    """The line, with its language only where it is another than ``main``; none where ``main`` is empty."""
    return line if not line.language or (main and line.language != main) else replace(line, language="")


def _language(given: str | None, said: str | None, seen: str | None) -> tuple[str | None, str]:
    if given:
        return code(given) or given, "language_given"
    if said:
        return said, "language_file"
    return (seen, "language_found") if seen else (None, "language_unknown")


def _timing(as_found: Sequence[Line], lines: Sequence[Line]) -> str:
    if lines[0].start is None:
        return NONE
    if sum(bool(line.words) for line in lines) >= 0.9 * len(lines):
        return WORDS
    return LINES if sum(line.end is not None for line in as_found) >= 0.5 * len(as_found) else STARTS


def _bytes(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise TranscriptError(fill("{path}: is no file; name the transcript in it", path=path))
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise TranscriptError(fill("{path}: there is no such file", path=path)) from None
    except OSError as error:
        raise TranscriptError(
            fill("{path}: cannot be read: {error}", path=path, error=error.strerror)
        ) from error
    except ValueError as error:  # a name with a zero byte
        raise TranscriptError(fill("{name!r}: is no name of a file", name=str(path))) from error
    if len(raw) > LARGEST:
        raise TranscriptError(
            fill("{path}: is larger than {most} MB; no transcript is", path=path, most=LARGEST // 1_000_000)
        )
    return raw


def _pair(path: Path) -> list[Path]:
    """The file that belongs to an RTTM or a CTM, where it lies beside it."""
    other = {".rttm": ".ctm", ".ctm": ".rttm"}.get(path.suffix.lower())
    if other is None:
        return []
    return [one for one in (path.with_suffix(other), path.with_suffix(other.upper())) if one.is_file()][:1]


def _found(texts: Sequence[Text], paths: Sequence[Path], format: str | None) -> tuple[str, Found]:  # noqa: A002
    if len(texts) > 1:
        return _two(texts, paths)
    text = texts[0].text
    document = _document(text)
    if document is not None:
        value, mended = document
        for module in _DOCUMENTS.get(format or "json", _DOCUMENTS["json"]):
            if module.fits(value):
                found = module.read(value)
                return module.NAME, replace(found, notes=(*mended, *found.notes))
        raise TranscriptError(
            _(
                "is JSON, but none we know: read are Whisper's, Amazon Transcribe's, Call Analytics', "
                "Contact Lens' and our own"
            )
        )
    if nist.is_rttm(text) and format in (None, "ctm"):
        raise TranscriptError(
            _(
                "is RTTM: it says who speaks when, but not what; name the CTM with the words, too "
                "(--transcript NAME.rttm --transcript NAME.ctm)"
            )
        )
    module = (
        _TEXTS[format]
        if format in _TEXTS
        else next((one for one in _TEXTS.values() if one is not plain and one.fits(text)), plain)
    )
    return module.NAME, module.read(text)


def _two(texts: Sequence[Text], paths: Sequence[Path]) -> tuple[str, Found]:
    if len(texts) == 2:
        order = sorted(texts, key=lambda text: not nist.is_rttm(text.text))
        if nist.is_rttm(order[0].text) and nist.fits(order[1].text) and not nist.is_rttm(order[1].text):
            return f"{nist.RTTM} and {nist.NAME}", nist.read(order[1].text, nist.stretches(order[0].text))
    raise UsageError(
        fill(
            "{names} do not belong together: only an RTTM and its CTM do",
            names=_(" and ").join(map(str, paths[:3])),
        )
    )


def _document(text: str) -> tuple[Any, tuple[Note, ...]] | None:
    """What a text holds as JSON, repaired where it was damaged behind escapes; None if it is no JSON."""
    begins = text.lstrip()[:200]
    if not begins.startswith(("{", "[")):
        return None
    try:
        value = json.loads(text)
        notes: tuple[Note, ...] = ()
        if re.search(r"\\u00[c-f]", text):
            text = json.dumps(value, ensure_ascii=False)
            better, notes = repaired(text)
            value = json.loads(better) if notes else value
    except RecursionError:
        raise TranscriptError(_("is no transcript: nested too deep")) from None
    except ValueError as error:
        if re.match(r"\{\s*(\"|\})|\[\s*[\[{]", begins):
            if not isinstance(error, json.JSONDecodeError):
                raise TranscriptError(_("is damaged JSON; write or copy it again")) from None
            raise TranscriptError(
                fill(
                    "is damaged JSON at line {line}, column {column}; write or copy it again",
                    line=error.lineno,
                    column=error.colno,
                )
            ) from None
        return None
    return (value, notes) if isinstance(value, dict | list) else None


def _clean(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Lines without characters that no text has, none of them moved."""
    found = []
    for line in lines:
        if line.speaker is not None:
            name = " ".join(line.speaker.translate(_CONTROL).split())[:100]
            line = replace(line, speaker=name or None)
        if line.words or line.text != line.text.strip() or not line.text.isprintable():
            line = replace(
                line,
                text=line.text.translate(_CONTROL).strip(),
                words=tuple(replace(word, text=word.text.translate(_CONTROL)) for word in line.words),
            )
        if line.text:
            found.append(line)
    return tuple(found)
