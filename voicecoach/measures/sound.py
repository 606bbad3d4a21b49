"""What is known of the sound of a language: the contents of sound.yaml of a pack.

Its unit of pace and how to count it, the range everyday speech has, fillers and backchannels. A language
may have a sound.yaml without having any rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from voicecoach.datafile import Value, read_file
from voicecoach.measures import syllables
from voicecoach.measures.syllables import PACKS, Counting


@dataclass(frozen=True, slots=True)
class Sound:
    """Facts about the sound of a language, ready to use."""

    unit: str  # such as syllables/s
    spaces: bool  # whether words can be counted
    low: float  # everyday articulation rate, in ``unit``
    high: float
    error: float  # share by which the count from text may be wrong
    nuclei: float  # syllable nuclei heard in the sound for one unit, in the mean
    nuclei_error: float  # share by which that mean may be wrong
    fillers: frozenset[str]
    backchannels: frozenset[tuple[str, ...]]
    asks: frozenset[tuple[str, ...]]  # wordings by which the other is asked to speak or do something
    waits: frozenset[tuple[str, ...]]  # wordings by which the other is asked to wait
    counting: Counting
    peaks: Counting

    def is_backchannel(self, words: Iterable[str]) -> bool:
        """Tell whether the words, in lower case, are nothing but short acknowledgements."""
        if not self.spaces:  # words are cut anywhere
            text = re.sub(r"\W+", "", "".join(words))
            said = sorted(("".join(phrase) for phrase in self.backchannels), key=len, reverse=True)
            return re.fullmatch(f"(?:{'|'.join(map(re.escape, said)) or '(?!)'})*", text) is not None
        rest = tuple(word for text in words for word in re.split(r"[\s,.-]+", text) if word)
        longest = max(map(len, self.backchannels), default=0)
        while rest:
            length = next((n for n in range(longest, 0, -1) if rest[:n] in self.backchannels), 0)
            if not length:
                return False
            rest = rest[length:]
        return True

    def has(self, phrases: frozenset[tuple[str, ...]], words: Sequence[str]) -> bool:
        """Tell whether one of the phrases is among the words, in lower case."""
        if not self.spaces:
            return any("".join(phrase) in "".join(words) for phrase in phrases)
        rest = tuple(word for text in words for word in re.split(r"[\s-]+", text) if word)
        return any(rest[i : i + len(p)] == p for p in phrases for i in range(len(rest) - len(p) + 1))

    def count(self, text: str) -> float:
        """Return how many units of pace a text has."""
        return self.counting.count(text)

    def count_nuclei(self, text: str) -> float:
        """Return how many syllable nuclei should be heard in a text."""
        return self.peaks.count(text)


def sound(facts: Mapping[str, Any]) -> Sound | None:
    """Make the facts about sound from those of a pack; None where it has none."""
    found = facts.get("sound")
    if not found:
        return None
    pace = found["pace"]
    return Sound(
        unit=pace["unit"],
        spaces=pace["words"] in ("yes", "true"),
        low=float(pace["low"]),
        high=float(pace["high"]),
        error=float(pace["error"]),
        nuclei=float(pace.get("nuclei", 1)),
        nuclei_error=float(pace.get("nuclei_error", 0)),
        fillers=frozenset(found["fillers"]),
        backchannels=_phrases(found["backchannels"]),
        asks=_phrases(found["asks"]),
        waits=_phrases(found["waits"]),
        counting=Counting.read(found["syllables"]),
        peaks=Counting.read_nuclei(found["syllables"]),
    )


@cache
def facts(language: str) -> Mapping[str, Any]:
    """Return what is known of the sound of a language, as facts of a pack; empty where nothing is.

    Raises:
        DataFileError: a mistake in the file, as file:line:col.
    """
    known = {path.parent.name: path for path in PACKS.glob("*/sound.yaml")}
    if language not in known:
        return {}
    file = read_file(known[language])
    check(file)
    return {"sound": file.plain()}


def check(file: Value) -> None:
    """Check a sound.yaml.

    Raises:
        DataFileError: a key is missing, unknown or not what it should be, as file:line:col.
    """
    fields = file.fields(("version", "pace", "fillers", "backchannels", "asks", "waits", "syllables"))
    fields["version"].whole(least=1)
    pace = fields["pace"].fields(
        ("unit", "words", "low", "high", "source", "error", "error_source"),
        ("nuclei", "nuclei_error", "nuclei_source"),
    )
    pace["words"].flag()
    pace["high"].number(least=pace["low"].number(least=0))
    pace["error"].number(least=0, most=1)
    if "nuclei" in pace:
        pace["nuclei"].number(least=0.1, most=2)
        pace["nuclei_error" if "nuclei_error" in pace else "nuclei"].number(least=0, most=2)
        pace["nuclei_source" if "nuclei_source" in pace else "nuclei"].text()
    for key in ("unit", "source", "error_source"):
        pace[key].text()
    for key in ("fillers", "backchannels", "asks", "waits"):
        fields[key].texts()
    syllables.check(fields["syllables"])


def _phrases(texts: Iterable[str]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(re.split(r"[\s-]+", text)) for text in texts)
