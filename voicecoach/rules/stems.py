"""What a word is without its ending: by a list of endings, or by a Snowball stemmer of the language.

A stem is a rough thing ("заказ" and "заказать" have different ones, "оплата" and "оплатить" the same); it
serves to compare words, never to show them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from voicecoach.datafile import Value, meant

LEAST = 3  # letters that must be left by an ending
LONGEST = 40  # letters; a longer word is no word that anybody declines
_REMEMBERED = 50_000  # words

Stem = Callable[[str], str]


def unchanged(word: str) -> str:
    """No endings are known."""
    return word


def by_endings(endings: Sequence[str]) -> Stem:
    """Cut off the first of the endings that fits, if three letters are left."""

    def stem(word: str) -> str:
        for ending in endings:
            if word.endswith(ending) and len(word) - len(ending) >= LEAST:
                return word[: -len(ending)]
        return word

    return lru_cache(_REMEMBERED)(stem)


def by_snowball(name: Value) -> Stem:
    """The Snowball stemmer of that name, such as ``russian`` (snowballstem.org).

    Raises:
        DataFileError: there is none of that name.
    """
    import snowballstemmer

    known = sorted(snowballstemmer.algorithms())
    language = name.text()
    if language not in known:
        name.fail(f"no stemmer {language!r}{meant(language, known)}")
    word_of = snowballstemmer.stemmer(language).stemWord

    def stem(word: str) -> str:
        return str(word_of(word)) if len(word) <= LONGEST else word

    return lru_cache(_REMEMBERED)(stem)
