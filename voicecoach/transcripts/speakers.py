"""Who speaks: names before a colon told from words, and what names say about who serves whom."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import cache, lru_cache

from voicecoach.rules.dialogues import names
from voicecoach.transcripts.data import data
from voicecoach.transcripts.types import Line
from voicecoach.types import AGENT, CUSTOMER

NEITHER = ""
_COLON = re.compile(r"(?P<name>[^:：]{1,120}?)(?P<colon>[:：])(?P<after>.?)")
_ENDS = re.compile(r"[.!?。！？…;；，,]")


@lru_cache(maxsize=4096)
def role(name: str) -> str | None:
    """The role a name tells: ``AGENT``, ``CUSTOMER``, ``NEITHER`` for such as spk_0; None for others.

    Of several names of roles in it the longest counts: "customer service 2" serves.
    """
    plain = " ".join(unicodedata.normalize("NFKC", name).casefold().replace("_", " ").split())
    if not plain or _neither().fullmatch(plain):
        return NEITHER
    bare = re.sub(r"[\W\d]+", " ", plain).strip()
    spaced = f" {bare} "
    found = [
        (len(known), serves)
        for known, serves, joined in _roles()
        if (known in bare if joined else f" {known} " in spaced)
    ]
    return None if not found else AGENT if max(found)[1] else CUSTOMER


@cache
def _neither() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in names()[2]))


@cache
def _roles() -> tuple[tuple[str, bool, bool], ...]:
    """Names of roles: whether they serve, and whether they may be part of a word."""
    serving, served, _ = names()
    return tuple(
        (known, known in serving, _joined(known))
        for known in (*serving, *served)
        if not _neither().fullmatch(known)
    )


def _joined(text: str) -> bool:
    """Whether a text is of a script without spaces between words."""
    return any(ord(character) >= 0x3040 for character in text)


def begins(text: str) -> tuple[str, str] | None:
    """The name and the words of a line that begins like "Name: words"; None where it cannot be a name."""
    most, words = data().longest_name
    head = text[: most + 40]
    match = _COLON.match(head)
    if match is None:
        return None
    name = match["name"].strip().strip(data().name_ends + "-–— ").strip()
    after = match["after"]
    if after in ("/", "\\") or (after.isdigit() and match["name"][-1:].isdigit()):
        return None  # an address, a time
    if not name or len(name) > most or len(name.split()) > words or _ENDS.search(name.removesuffix(".")):
        return None
    if not any(map(str.isalpha, name)) and not name.startswith("+") and role(name) is None:
        return None  # no name, and no number of a telephone
    rest = text[match.end("colon") :].strip()
    return name, rest.removeprefix("**").removeprefix("__").strip()  # Markdown's bold ends after the colon


def who_is_named(texts: Iterable[str]) -> frozenset[str]:
    """The names that lines of a file begin with, told from words that happen to stand before a colon.

    A name is one of a role, of a recogniser, or one that begins several lines, or that stands where most
    lines begin with one.
    """
    counted: Counter[str] = Counter()
    lines = above = 0
    for text in texts:
        if text.strip():
            lines += 1
            found = begins(text)
            if found:
                counted[found[0]] += 1
            elif not counted:
                above += 1  # a heading, or speech without names
    every = sum(counted.values())
    most = lines > 1 and (every >= 0.5 * lines or (every > 2 and every >= 0.5 * (lines - above)))
    return frozenset(
        name
        for name, count in counted.items()
        if role(name) is not None or (count > 1 and most) or (_like_a_name(name) and (count > 1 or most))
    )


def _like_a_name(name: str) -> bool:
    """Whether the first word has a capital ("iPhone of Ana", too) or is of a script without capitals."""
    first = next((word for word in name.split() if any(map(str.isalpha, word))), "")
    return any(character.isalpha() and not character.islower() for character in first)


def named(lines: Sequence[Line], known: Collection[str] | None = None) -> tuple[Line, ...]:
    """Lines with names taken from their texts ("Name: words") where they do not have any.

    ``known`` are the names as ``who_is_named`` tells them. A line without a name goes on with the one before.
    """
    if known is None:
        known = who_is_named(line.text for line in lines if line.speaker is None)
    found: list[Line] = []
    before: str | None = None
    for line in lines:
        split = begins(line.text) if line.speaker is None and known else None
        if split and split[0] in known:
            line = _without_name(line, *split)
            before = line.speaker
        elif line.speaker is None and before is not None:
            line = replace(line, speaker=before)
        if line.text:
            found.append(line)
    return tuple(found)


def _without_name(line: Line, name: str, rest: str) -> Line:
    """The line without the name it begins with, whose words may have times."""
    over = len(line.text) - len(line.text[line.text.find(rest) :]) if rest else len(line.text)
    words = []
    for word in line.words:
        if over >= len(word.text):
            over -= len(word.text)
        else:
            words.append(replace(word, text=word.text[over:]))
            over = 0
    return replace(line, speaker=name, text=rest, words=tuple(words))
