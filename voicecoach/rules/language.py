"""The facts of a language that rules need: language.yaml of a pack.

How words are spelt, which words are fillers, which are too common to mean anything when said back, which
are digits, the forms of questions, and named lists of phrases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from voicecoach.datafile import Value
from voicecoach.rules.dialogue import Places
from voicecoach.rules.numbers import LISTS, OTHERS, TABLES, Numbers, read_numbers
from voicecoach.rules.patterns import Phrases
from voicecoach.rules.stems import by_endings, by_snowball
from voicecoach.rules.text import Endings, Spelling, normalise, unspaced
from voicecoach.types import PHASES

REQUIRED = ("language", "name", "opening", "closing", "questions")
SCRIPTS = ("whole", "pairs", "alone", "tails", "heads")
LONGEST_TAIL = 12  # characters
QUESTIONS = ("open", "requests", "facts", "closed", "asked", "statements", "checks", "never")
OPTIONAL = (
    "fold",
    "spellings",
    "fillers",
    "fillers_kept_before",
    "abbreviations",
    "sentences",
    "scripts",
    "numbers",
    "common",
    "endings",
    "stemmer",
    "accents",
    "accented",
    "turned",
    "lists",
    "roles",
    "phases",
    "gaps",
    "own",
)

# Facts that are words, not phrases: they are folded here, phrases where they are read.
_WORDS = (
    "spellings",
    "fillers",
    "fillers_kept_before",
    "abbreviations",
    "numbers",
    "common",
    "endings",
    "turned",
)


@dataclass(frozen=True, slots=True)
class Scripts:
    """What carries meaning in text without spaces: runs of some characters, cut at common words.

    Of ``pairs`` every two neighbours count (words are not told apart, and most have two characters), of
    ``whole`` the run; a run of ``alone`` counts as nothing. No tokeniser: packs/README.md says
    what that costs.
    """

    common: re.Pattern[str]
    runs: re.Pattern[str]
    alone: frozenset[str]

    @classmethod
    def read(cls, fields: Mapping[str, Value], common: frozenset[str]) -> Scripts:
        """Make them from the key ``scripts`` of language.yaml: for "whole" and "pairs", characters."""
        kinds = [f"(?P<{name}>[{fields[name].text()}]+)" for name in ("whole", "pairs") if name in fields]
        alone = frozenset(fields["alone"].texts() if "alone" in fields else ())
        cut = sorted((word for word in common if unspaced(word)), key=len, reverse=True)
        return cls(re.compile("|".join(map(re.escape, cut)) or "(?!)"), re.compile("|".join(kinds)), alone)

    def content(self, text: str) -> Iterator[str]:
        """The parts of a text that carry meaning; a part may come several times."""
        for match in self.runs.finditer(self.common.sub(" ", text)):
            run = match.group()
            if run in self.alone:
                continue
            if match.lastgroup == "whole" or len(run) < 3:
                yield run
            else:
                yield from (run[at : at + 2] for at in range(len(run) - 1))


@dataclass(frozen=True, slots=True)
class Language:
    """Language facts, ready to use. ``phrases`` holds all phrases of the rules of the pack."""

    code: str
    name: str
    spelling: Spelling
    phrases: Phrases
    places: Places
    common: frozenset[str]
    scripts: Scripts | None
    numbers: Numbers
    turned: Mapping[str, str]  # what a word of one speaker is when the other says it: "my" -> "your"
    facts: Mapping[str, Any]  # language.yaml as it stands
    forms: Mapping[str, Mapping[str, Value]]
    cues: Phrases  # what tells roles and phases; looked for on their own
    roles: Mapping[str, int]  # "caller", "company" -> slot of the cues
    phases: Mapping[tuple[str, str], int]  # "agent" or "customer", and the phase -> slot of the cues
    gaps: Mapping[str, Value]  # ids of English rules that this language lacks -> why
    own: Mapping[str, Value]  # ids of rules that English lacks -> why this language has them
    _slots: dict[tuple[str, str], int] = field(default_factory=dict)

    def slot(self, group: str, name: str) -> int:
        """The slot of a list of phrases of language.yaml, compiled once for all rules."""
        if (group, name) not in self._slots:
            self._slots[group, name] = self.phrases.add(self.forms[group][name])
        return self._slots[group, name]

    def content(self, words: Sequence[str]) -> set[str]:
        """Words that mean something on their own, without their endings, and words that are spelt out.

        Numbers are not among them. Without spaces between words their parts stand for them (Scripts).
        """
        found = set() if self.scripts is None else set(self.scripts.content(self._joined(words)))
        found |= {
            self.stem(word)
            for word in words
            if len(word) > 1 and word not in self.common and not self.numbers.says(word)
        }
        if any((len(word) == 1 and not unspaced(word)) or word in self.numbers.letters for word in words):
            found.update(self.stem(run.signs) for run in self.numbers.runs(words) if run.spelt)
        return found

    def _joined(self, words: Sequence[str]) -> str:
        """Characters as they stood together; numbers part them."""
        return "".join(
            word if unspaced(word) and not (self.scripts and self.numbers.says(word)) else " "
            for word in words
        )

    def stem(self, word: str) -> str:
        """A word without its ending."""
        return self.spelling.stem(word)


def read_language(file: Value) -> Language:
    """Make the language from its file.

    Raises:
        DataFileError: a key is missing, unknown or not what it should be.
    """
    fields = dict(file.fields(REQUIRED, OPTIONAL))
    fold = _read_fold(fields["fold"]) if "fold" in fields else {}
    for key in _WORDS if fold else ():
        if key in fields:
            fields[key] = _folded(fields[key], fold)

    def words(key: str) -> tuple[str, ...]:
        return fields[key].texts() if key in fields else ()

    def table(key: str) -> Mapping[str, Value]:
        return fields[key].mapping() if key in fields else {}

    def reasons(key: str) -> Mapping[str, Value]:
        for reason in table(key).values():
            reason.text()
        return table(key)

    if "endings" in fields and "stemmer" in fields:
        fields["stemmer"].fail("'stemmer' takes the place of 'endings'; write one of them")
    spelling = Spelling(
        fold=fold,
        same={
            key: tuple(
                part for word in value.text().split() for part in ([*word] if unspaced(word) else [word])
            )
            for key, value in table("spellings").items()
        },
        skipped=frozenset(words("fillers")),
        kept_before=frozenset(words("fillers_kept_before")),
        abbreviations=frozenset(words("abbreviations")),
        stem=by_snowball(fields["stemmer"]) if "stemmer" in fields else by_endings(words("endings")),
        accents={ord(key): value.text() for key, value in table("accents").items() if len(key) == 1},
        accented=frozenset(words("accented")),
        endings=_endings(fields["sentences"]) if "sentences" in fields else None,
        tails=_tails(fields["scripts"]) if "scripts" in fields else None,
    )
    common = frozenset(bare for word in words("common") for bare in (word, word.translate(spelling.accents)))
    cues = Phrases(spelling, table("lists"))
    roles = fields["roles"].fields(("caller", "company")) if "roles" in fields else {}
    phases = fields["phases"].fields((), ("agent", "customer")) if "phases" in fields else {}
    facts = file.plain()
    assert isinstance(facts, dict)
    return Language(
        code=fields["language"].text(),
        name=fields["name"].text(),
        spelling=spelling,
        phrases=Phrases(spelling, table("lists")),
        places=Places(fields["opening"].whole(least=1, most=100), fields["closing"].whole(least=1, most=100)),
        common=common,
        scripts=Scripts.read(fields["scripts"].fields((), SCRIPTS), common) if "scripts" in fields else None,
        numbers=read_numbers(
            fields["numbers"].fields((), (*TABLES, *LISTS, *OTHERS)) if "numbers" in fields else {}, common
        ),
        turned={key: value.text() for key, value in table("turned").items()},
        facts=facts,
        cues=cues,
        roles={name: cues.add(phrases) for name, phrases in roles.items()},
        phases={
            (speaker, phase): cues.add(phrases)
            for speaker, lists in phases.items()
            for phase, phrases in lists.fields((), PHASES).items()
        },
        gaps=reasons("gaps"),
        own=reasons("own"),
        forms={"questions": fields["questions"].fields(QUESTIONS)},
    )


def _read_fold(value: Value) -> dict[int, str]:
    """What a character is read as, by its code: one character, or several, that are not folded again."""
    fold: dict[int, str] = {}
    for key, entry in value.mapping().items():
        if len(key) != 1 or key.isascii() or normalise(key)[0] != key:
            value.keys[key].fail(f"{key!r} should be one small letter or sign that is not plain ASCII")
        if normalise(entry.text())[0] != entry.text():
            entry.fail(f"{entry.text()!r} should be small letters or signs in their usual width")
        fold[ord(key)] = entry.text()
    for key, entry in value.mapping().items():
        if entry.text() != entry.text().translate(fold):
            entry.fail(f"{key!r} is read as {entry.text()!r}, itself read as something else")
    return fold


def _folded(value: Value, fold: Mapping[int, str]) -> Value:
    """A value with all its texts and keys folded."""
    if isinstance(value.content, str):
        return replace(value, content=value.content.translate(fold))
    if isinstance(value.content, tuple):
        return replace(value, content=tuple(_folded(entry, fold) for entry in value.content))
    return replace(
        value,
        content={key.translate(fold): _folded(entry, fold) for key, entry in value.content.items()},
        keys={key.translate(fold): place for key, place in value.keys.items()},
    )


def _tails(value: Value) -> re.Pattern[str] | None:
    fields = value.fields((), SCRIPTS)
    if "tails" not in fields:
        return None
    heads = f"(?<![{fields['heads'].text()}])" if "heads" in fields else ""
    return re.compile(f"[{fields['tails'].text()}]{{1,{LONGEST_TAIL}}}{heads}")


def _endings(value: Value) -> Endings:
    fields = value.fields(("ends",), ("tails", "goes_on", "asks", "questions", "never"))
    return Endings(**{name: list_.texts() for name, list_ in fields.items()})
