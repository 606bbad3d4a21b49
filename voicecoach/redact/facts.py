"""What is masked and how it is announced: kinds.yaml for all languages, LANGUAGE.yaml for each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from voicecoach import rules
from voicecoach.datafile import Value, read_file
from voicecoach.rules.numbers import Numbers, read_numbers
from voicecoach.rules.text import MARKS, Spelling, normalise, read, unspaced

ACCOUNT, EMAIL, SECURITY = "account", "email", "security"
Phrase = tuple[str, ...]  # words as they stand in the stream of a text, without their endings
_FOLDER = Path(__file__).parent
_NUMBERS = (
    "reach",
    "back",
    "between_turns",
    "counted_most",
    "email_words",
    "uncued_turns",
    "read_back",
    "more",
)
_SOUND = ("pad", "pause", "join", "fade", "tone")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of number: what it is shown as, digits that are masked after a cue, digits it is whole with."""

    shown: str
    least: int
    full: int


@dataclass(frozen=True, slots=True)
class Settings:
    """kinds.yaml as read; ``limits`` are its whole numbers by name, ``sound`` what the bleep is made with."""

    names: Mapping[str, str]
    kinds: Mapping[str, Kind]
    uncued: Sequence[tuple[int, str]]  # least digits and the kind, most digits first
    limits: Mapping[str, int]
    sound: Mapping[str, float]  # seconds, Hz
    stays: Sequence[re.Pattern[str]]
    ends: frozenset[str]
    hosts: frozenset[str]
    written: re.Pattern[str]
    texts: Mapping[str, str]


@cache
def settings() -> Settings:
    """Read kinds.yaml, once."""
    file = read_file(_FOLDER / "kinds.yaml").fields(
        (
            "version",
            "names",
            "kinds",
            "uncued",
            "stays",
            "ends",
            "hosts",
            "written",
            "texts",
            *_NUMBERS,
            *_SOUND,
        )
    )
    names = {key: value.text() for key, value in file["names"].mapping().items()}
    kinds = {}
    for name, value in file["kinds"].mapping().items():
        fields = value.fields(("as", "least", "full"))
        kinds[name] = Kind(
            fields["as"].one_of(names), fields["least"].whole(least=1), fields["full"].whole(least=1)
        )
    uncued = [(value.whole(least=1), key) for key, value in file["uncued"].fields((), names).items()]
    return Settings(
        names=names,
        kinds=kinds,
        uncued=sorted(uncued, reverse=True),
        limits={name: file[name].whole(least=1) for name in _NUMBERS},
        sound={name: file[name].number(least=0) for name in _SOUND},
        stays=[re.compile(text) for text in file["stays"].texts()],
        ends=frozenset(file["ends"].texts()),
        hosts=frozenset(file["hosts"].texts()),
        written=re.compile(file["written"].text()),
        texts={key: value.text() for key, value in file["texts"].mapping().items()},
    )


@dataclass(frozen=True, slots=True)
class Words:
    """What tells private numbers and addresses in a language; of one that is not known, its digits alone."""

    spelling: Spelling
    numbers: Numbers
    common: frozenset[str]
    cues: Mapping[str, Sequence[Phrase]]
    digits: Mapping[Phrase, int]  # words and signs for numbers: those of the pack, and more
    between: frozenset[str]
    counted: Sequence[Phrase]
    before: Sequence[Phrase]
    at: Sequence[Phrase]
    dot: Sequence[Phrase]
    stops: frozenset[str]
    spoken: Mapping[str, Sequence[Phrase]] = field(
        init=False
    )  # the phrases of ``digits`` by their first word

    def __post_init__(self) -> None:
        found: dict[str, list[Phrase]] = {}
        for phrase in sorted(self.digits, key=len, reverse=True):
            found.setdefault(phrase[0], []).append(phrase)
        object.__setattr__(self, "spoken", found)


@cache
def words(language: str) -> Words:
    """The words of a language."""
    known = language in rules.languages()
    pack = rules.load_pack(language) if known else None
    spelling = pack.words.spelling if pack else Spelling()
    numbers = pack.words.numbers if pack else read_numbers({}, frozenset())
    common = pack.words.common if pack else frozenset()
    path = _FOLDER / f"{language}.yaml"
    if not known or not path.exists():
        return Words(spelling, numbers, common, {}, {}, frozenset(), (), (), (), (), frozenset())
    file = read_file(path).fields(("cues", "between", "counted", "before", "digits", "at", "dot", "stops"))

    def phrases(value: Value, *, stem: bool = False) -> Sequence[Phrase]:
        found = {_phrase(text, spelling, stem=stem) for text in value.texts()}
        return sorted(found, key=len, reverse=True)

    digits = {
        _phrase(text, spelling): value.whole(least=0) for text, value in file["digits"].mapping().items()
    }
    values = {tuple(word) if unspaced(word) else (word,): value for word, value in numbers.values.items()}
    return Words(
        spelling=spelling,
        numbers=numbers,
        common=common,
        cues={
            name: phrases(value, stem=True)
            for name, value in file["cues"].fields((*settings().kinds, EMAIL)).items()
        },
        digits={**values, **digits},
        between=frozenset(word for text in file["between"].texts() for word in _phrase(text, spelling)),
        counted=phrases(file["counted"]),
        before=phrases(file["before"]),
        at=phrases(file["at"]),
        dot=phrases(file["dot"]),
        stops=frozenset(word for text in file["stops"].texts() for word in _phrase(text, spelling)),
    )


def _phrase(text: str, spelling: Spelling, *, stem: bool = False) -> Phrase:
    found = [word for word in read(text, spelling).stream if word not in MARKS]
    found = found or [normalise(text, spelling.fold)[0]]  # "um" is skipped in a text
    return tuple(spelling.stem(word) for word in found) if stem else tuple(found)
