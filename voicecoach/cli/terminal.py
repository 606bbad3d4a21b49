"""Text for the terminal."""

from __future__ import annotations

import unicodedata

_ACTING = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # Unicode categories of characters without a shape


def shown(text: str) -> str:
    """The text on one line; characters that a terminal acts on, or that reorder text, stand as U+202E."""
    if text.isprintable():
        return text
    return "".join(
        " " if c.isspace() else f"<U+{ord(c):04X}>" if unicodedata.category(c) in _ACTING else c for c in text
    )
