"""Which language a transcript is in: from what the file says, or from its letters and common words."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from voicecoach.datafile import read_file
from voicecoach.measures.syllables import PACKS
from voicecoach.transcripts.data import data

_SAMPLE = 40_000  # characters


def code(tag: object) -> str | None:
    """The ISO 639 code in a tag or a name: "es-US" is es, "cmn-Hans-CN" and "Chinese" are zh."""
    if not isinstance(tag, str):
        return None
    first = re.split(r"[-_ .;,(]", tag.strip().casefold(), maxsplit=1)[0]
    first = data().names.get(first, first)
    return first if re.fullmatch(r"[a-z]{2,3}", first) and first not in ("und", "mul", "zxx", "nan") else None


def found(text: str) -> str | None:
    """The language of a text, where its letters and words tell."""
    text = text[:_SAMPLE].casefold()
    letters = sum(character.isalpha() for character in text)
    if not letters:
        return None
    counts = {one: len(pattern.findall(text)) for one, pattern in data().scripts.items()}
    share = {one: count / letters for one, count in counts.items()}
    if share["ja"] + share["zh"] >= 0.3:
        return "ja" if share["ja"] >= 0.1 * (share["ja"] + share["zh"]) else "zh"
    for one in data().scripts:
        if share[one] >= 0.5:
            own = data().languages.get(one)
            others = sum(
                text.count(other) for other in data().others if not (own and own.letters.match(other))
            )
            return one if others <= 0.005 * letters else None
    return _by_words(text)


def _by_words(text: str) -> str | None:
    said = Counter(re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text))
    total = sum(said.values())
    counts = {one: sum(said[word] for word in words) for one, words in common().items()}
    best = max(counts, key=lambda one: counts[one])
    share, least = data().enough
    tied = [one for one in counts if counts[one] == counts[best]]
    return best if len(tied) == 1 and counts[best] >= max(least, share * total) else None


@cache
def common() -> dict[str, frozenset[str]]:
    """Common words of the languages in Latin letters: those of transcripts.yaml and of the packs."""
    words = {}
    for one, own in data().common.items():
        path = PACKS / one / "language.yaml"
        listed = read_file(path).mapping().get("common") if path.is_file() else None
        words[one] = own | (frozenset(listed.texts()) if listed is not None else frozenset())
    return words
