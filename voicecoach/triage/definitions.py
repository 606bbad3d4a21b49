"""What is known before any call is: the contents of triage.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from voicecoach.datafile import Value, read_file
from voicecoach.i18n import _
from voicecoach.score import label


@dataclass(frozen=True, slots=True)
class Worth:
    """What a marker, or a must that was missed, is worth hearing: 0 is nothing, 10 is at once."""

    kind: str
    weight: float
    why: str
    at: str = ""  # start or end: where a must that was missed would have been heard


@dataclass(frozen=True, slots=True)
class Trouble:
    """A reason why a recording was not analysed, or only in part, told by words in what is said of it."""

    id: str
    name: str
    do: str
    find: tuple[str, ...]
    poor: bool  # whether what was found in such a recording is to be heard last


@dataclass(frozen=True, slots=True)
class Definitions:
    """The contents of triage.yaml."""

    thresholds: Mapping[str, float]
    grades: tuple[str, ...]  # of findings that may become a moment
    evidence: tuple[str, ...]
    kinds: Mapping[str, str]  # id -> name
    markers: Mapping[str, Worth]
    other: Mapping[str, Worth]  # by polarity, for markers that are not listed
    missed: Mapping[str, Worth]  # by criterion
    names: Mapping[str, str]  # of some markers
    troubles: tuple[Trouble, ...]
    unknown: Trouble  # where none of them fits

    def worth(self, rule: str, polarity: str) -> Worth | None:
        """What a finding is worth; None where it is never a moment."""
        return self.markers.get(rule) or self.other.get(polarity)

    def name(self, rule: str) -> str:
        """The name of a marker to read in the current language, such as "open question"."""
        return _(self.names[rule]) if rule in self.names else label(rule)


@cache
def definitions() -> Definitions:
    """Read triage.yaml of the package, once."""
    file = read_file(Path(__file__).with_name("triage.yaml"))
    fields = file.fields(("version", "thresholds", "moments", "names", "unusable"))
    entries = {
        key: value.fields(("value", "source")) for key, value in fields["thresholds"].mapping().items()
    }
    parts = fields["moments"].fields(("grades", "evidence", "kinds", "markers", "other", "missed", "source"))
    kinds = {key: value.text() for key, value in parts["kinds"].mapping().items()}
    troubles = {key: _trouble(key, value) for key, value in fields["unusable"].mapping().items()}
    return Definitions(
        thresholds={key: value["value"].number(least=0) for key, value in entries.items()},
        grades=parts["grades"].texts(),
        evidence=parts["evidence"].texts(),
        kinds=kinds,
        markers={key: _worth(value, kinds) for key, value in parts["markers"].mapping().items()},
        other={key: _worth(value, kinds) for key, value in parts["other"].mapping().items()},
        missed={key: _worth(value, kinds) for key, value in parts["missed"].mapping().items()},
        names={key: value.text() for key, value in fields["names"].mapping().items()},
        troubles=tuple(trouble for trouble in troubles.values() if trouble.find),
        unknown=next(trouble for trouble in troubles.values() if not trouble.find),
    )


def threshold(name: str) -> float:
    """Return a threshold of triage.yaml in its unit."""
    return definitions().thresholds[name]


def _worth(value: Value, kinds: Mapping[str, str]) -> Worth:
    fields = value.fields(("kind", "weight", "why"), ("at",))
    return Worth(
        kind=fields["kind"].one_of(kinds),
        weight=fields["weight"].number(least=0, most=10),
        why=fields["why"].text(),
        at=value.optional("at", lambda v: v.one_of(("start", "end")), ""),
    )


def _trouble(key: str, value: Value) -> Trouble:
    fields = value.fields(("name", "do"), ("find", "poor"))
    return Trouble(
        id=key,
        name=fields["name"].text(),
        do=fields["do"].text(),
        find=value.optional("find", Value.texts, ()),
        poor=value.optional("poor", Value.flag, False),
    )
