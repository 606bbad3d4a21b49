"""Bytes -> text: which encoding a file is in, and text that was read in a wrong one before, repaired.

A byte order mark, zero bytes and the strict grammar of UTF-8 tell most. What is left is an older encoding:
each that fits without an error is read, and the one whose letters are most like those of a language we know
is taken. (On short texts in the five languages charset-normalizer, tried on the same candidates, is wrong
more often; see the tests.)
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from voicecoach.errors import TranscriptError
from voicecoach.i18n import _, fill, later
from voicecoach.transcripts.data import data
from voicecoach.transcripts.types import Note

LARGEST = 100_000_000  # bytes; a two-hour transcript with a time for each word has about 5 million
_SAMPLE = 60_000  # bytes or characters that tell which encoding it is
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with a byte order mark"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16 LE"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16 BE"),
)
_OTHER_FILES = (
    (b"PK\x03\x04", later("a zip archive or an office document")),
    (b"%PDF", later("a PDF document")),
    (b"\xd0\xcf\x11\xe0", later("an older office document")),
    (b"{\\rtf", later("an RTF document")),
    (b"RIFF", later("a recording")),
    (b"fLaC", later("a recording")),
    (b"OggS", later("a recording")),
    (b"ID3", later("a recording")),
    (b"\x1f\x8b", later("a compressed file")),
    (b"ooBinaryFile", later("a binary TextGrid")),
    (b"<!doctype html", later("a web page")),
    (b"<html", later("a web page")),
    (b"<?xml", later("an XML document")),
)
_PIECE = 4_000  # characters that are repaired together
_MIXED = re.compile(r"[a-zA-Z][^\W\d_a-zA-Z]|[^\W\d_a-zA-Z][a-zA-Z]")  # letters of two scripts in a word
_SWAPPED = re.compile(r"[а-яё][А-ЯЁ]")  # a capital after a small letter
_SPACE = re.compile(r"(?<=[\x80-\u024f]) (?=[\x80-\u024f])")
_INNER = "".join(bytes([k]).decode("cp1252", "ignore") or chr(k) for k in range(0x80, 0xC0))
_LOST = re.compile(
    f"(ã)([{re.escape(_INNER)}])(?![{re.escape(_INNER)}])"
)  # kana whose second byte has no sign
_HIGH = re.compile(r"[^\x00-\x7f]+")


@dataclass(frozen=True, slots=True)
class Text:
    """Text with the encoding it was found in and what is odd about it."""

    text: str
    encoding: str
    notes: tuple[Note, ...] = ()


def decode(raw: bytes, name: str, *, language: str | None = None) -> Text:
    """Read bytes as text; ``language``, where it is known, decides between encodings that fit as well.

    Raises
    ------
    TranscriptError
        There is nothing in it, or it is no text.
    """
    if not raw.strip(b"\x00\r\n\t "):
        raise TranscriptError(fill("{name}: is empty; name a file with a transcript", name=name))
    for begins, what in _OTHER_FILES:
        if raw[:64].lstrip().lower().startswith(begins.lower()):
            raise TranscriptError(
                fill(
                    "{name}: is {what}, no transcript; save the transcript as plain text",
                    name=name,
                    what=_(what),
                )
            )
    found = _decoded(raw, language)
    controls = sum(
        unicodedata.category(c) == "Cc" and c not in "\t\r\n\f\v\x1c\x1d\x1e\x85"
        for c in found.text[:_SAMPLE]
    )
    if controls > 0.05 * len(found.text[:_SAMPLE]):
        raise TranscriptError(
            fill("{name}: is no text; save the transcript as plain text or JSON", name=name)
        )
    text = found.text.replace("\x00", "").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    text, notes = repaired(text)
    return Text(text, found.encoding, (*found.notes, *notes))


def _decoded(raw: bytes, language: str | None) -> Text:
    for mark, encoding, called in _MARKS:
        if raw.startswith(mark):
            return _tolerant(raw, encoding, called)
    zeros = raw[:_SAMPLE].count(0)
    if zeros and _strewn(raw[:_SAMPLE], zeros):
        raw = raw.replace(b"\x00", b"")
    elif zeros > 2 and len(raw) % 2 == 0:
        return _by_letters(raw, ("utf-16-le", "utf-16-be"), language)
    try:
        return (
            Text(raw.decode("utf-8"), "UTF-8" if not raw.isascii() else "ASCII")
            if b"\x1b$" not in raw
            else _tolerant(raw, "iso2022_jp", "ISO-2022-JP")
        )
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "replace")
        wrong = text.count("\ufffd")
        if wrong <= 0.1 * sum(map(len, _HIGH.findall(text))):
            return _tolerant(raw, "utf-8", "UTF-8")
    every = dict.fromkeys(code for one in data().languages.values() for code in one.encodings)
    wide = ("utf-16-le", "utf-16-be") if len(raw) % 2 == 0 else ()
    return _by_letters(raw, (*every, *wide), language)


def _strewn(sample: bytes, zeros: int) -> bool:
    """Whether zero bytes stand here and there in ASCII; in UTF-16 half of all bytes are zero or no ASCII."""
    return zeros < 0.2 * len(sample) and re.fullmatch(rb"[\x00\t\n\r -\x7f]*", sample) is not None


def _tolerant(raw: bytes, encoding: str, called: str) -> Text:
    text = raw.decode(encoding, "replace")
    wrong = text.count("\ufffd")
    note = Note("bad_bytes", {"count": wrong, "encoding": called})
    return Text(text, called, (note,) if wrong else ())


def _by_letters(raw: bytes, encodings: tuple[str, ...], language: str | None) -> Text:
    """The text in the encoding whose letters are most like those of a language."""
    sample = raw[:_SAMPLE]
    best: tuple[float, str] | None = None
    for encoding in encodings:
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(sample, len(sample) == len(raw))
        except UnicodeDecodeError:
            continue
        score = max(
            likeness(text, code) + 0.2 * (code == language)
            for code, one in data().languages.items()
            if encoding in one.encodings or encoding.startswith("utf-16")
        )
        if best is None or score > best[0]:
            best = (score, encoding)
    encoding = best[1] if best else "latin-1"
    called = {"utf-16-le": "UTF-16 LE", "utf-16-be": "UTF-16 BE", "latin-1": "Latin-1"}.get(
        encoding, encoding
    )
    found = _tolerant(raw, encoding, called)
    if encoding.startswith("utf-16"):
        return found
    return Text(found.text, called, (Note("guessed", {"encoding": called}), *found.notes))


def likeness(text: str, language: str) -> float:
    """How much the letters of a text are those of a language: at most 1, below 0 where they are not."""
    own = data().languages[language]
    total = points = 0.0
    for character, count in Counter(text).items():
        if character.isascii() and not (character.isalpha() and own.latin):
            if character < " " and character not in "\t\r\n\f":
                points, total = points - 4 * count, total + count
            continue
        total += count
        if character.lower() in own.often:
            points += count * own.often[character.lower()] * (0.9 if character.isupper() else 1.0)
        elif own.letters.match(character):
            points += 0.25 * count
        elif unicodedata.category(character)[0] in "PZ":
            points += 0.3 * count
        else:
            points -= 2 * count
    if not own.latin:
        points -= 2 * len(_MIXED.findall(text)) + len(_SWAPPED.findall(text))
    return points / total if total else 0.0


def repaired(text: str) -> tuple[str, tuple[Note, ...]]:
    """Text with what is UTF-8 read as another encoding, such as "Ð¿Ñ€", put right, and what was done."""
    notes = []
    if not text.isascii():
        lines = text.split("\n")
        better = [
            line if line.isascii() else "".join(_mended(piece) for piece in _pieces(line)) for line in lines
        ]
        better = _misread(better)
        mended = [_difference(a, b) for a, b in zip(lines, better, strict=True) if a != b]
        if mended:
            examples = ", ".join(dict.fromkeys(mended[:3]))
            notes.append(Note("repaired", {"count": len(mended), "examples": examples}))
            text = "\n".join(better)
    lost = text.count("\ufffd")
    if lost:
        notes.append(Note("broken", {"count": lost}))
    return text, tuple(notes)


def _pieces(line: str) -> list[str]:
    """A line, cut where it is very long, as JSON is."""
    if len(line) <= _PIECE:
        return [line]
    found = []
    for part in re.split(r'(?<=")', line):
        found += [part[at : at + _PIECE] for at in range(0, len(part), _PIECE)]
    return found


def _mended(text: str) -> str:
    if text.isascii():
        return text
    import ftfy

    better = ftfy.fix_encoding(text)
    hard = _LOST.sub("\\1\x81\\2", _SPACE.sub("\xa0", text))  # as it was before it was copied from a screen
    if hard != text:
        mended = ftfy.fix_encoding(hard)
        if mended != hard and not re.search(r"[\x80-\xa0]", mended):
            return mended
    return better


def _misread(lines: list[str]) -> list[str]:
    """Lines of a file all of which is UTF-8 read as one of the other encodings, put right."""
    odd = [line for line in lines if not line.isascii()]
    for encoding in data().misread:
        again = [_again(line, encoding) for line in odd[:200]]
        right = [line for line in again if line is not None]
        if len(right) >= 0.9 * len(again) and right:
            text, before = "".join(right), "".join(odd[:200])
            known = data().languages
            if max(likeness(text, code) for code in known) > max(likeness(before, code) for code in known):
                return [line if line.isascii() else _again(line, encoding) or line for line in lines]
    return lines


def _again(line: str, encoding: str) -> str | None:
    try:
        return line.encode(encoding).decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return None


def _difference(before: str, after: str) -> str:
    """What a few of the first damaged characters became."""
    at = next((k for k, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    return f"{before[at : at + 6]!r} is {after[at : at + 3]!r}"
