"""How scripts put words together: with spaces between, or without, as Chinese and Japanese are written."""

from __future__ import annotations

import re
from collections.abc import Iterable

# characters of scripts without spaces between words, and marks as wide as these, for use in a regex's []
UNSPACED = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_MARKS = "\u3001-\u3003\u3008-\u3011\u3014-\u301f\uff01-\uff60\uff64"
_CHARACTER = re.compile(f"[{UNSPACED}]")
_BEFORE = re.compile(f"[{UNSPACED}{_MARKS}]\\Z")
_AFTER = re.compile(f"[{UNSPACED}{_MARKS}]")
_A_WORD = 2  # characters: most words of Chinese and Japanese, Chinese with its particles a little fewer


def joined(words: Iterable[str]) -> str:
    """Words or sentences put together as their script writes them; empty ones are left out."""
    text = ""
    for word in filter(None, words):
        close = not text or (_BEFORE.search(text) and _AFTER.match(word))
        text = f"{text}{'' if close else ' '}{word}"
    return text


def length(text: str) -> int:
    """How many words a text has; two characters of a script without spaces are taken for one."""
    characters = len(_CHARACTER.findall(text))
    marks = len(re.findall(r"\w+", _CHARACTER.sub(" ", text))) if characters else len(text.split())
    return marks + -(-characters // _A_WORD)
