"""What is known of a measure before any value is: the contents of trend.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from voicecoach.datafile import Value, meant, read_file
from voicecoach.errors import UsageError

MARKER = "marker:"


@dataclass(frozen=True, slots=True)
class About:
    """One measure: its name, the change worth naming and what takes must share."""

    name: str
    scale: str  # share or difference
    smallest: float | None  # change worth naming, in that scale
    wanted: str = ""  # more, less or nothing
    enough: float | None = None
    same: tuple[str, ...] = ()
    shown: bool = False
    counted: bool = False  # a count of few, whose middle says little


@dataclass(frozen=True, slots=True)
class Definitions:
    """The contents of trend.yaml."""

    thresholds: Mapping[str, float]
    measures: Mapping[str, About]
    marker: About
    categories: tuple[str, ...]  # of markers
    wanted_less: frozenset[str]
    advice: Mapping[str, str]

    def about(self, id_: str) -> About:
        """Return what is known of a measure, "score.total" or "marker:ID".

        Raises
        ------
        UsageError
            There is no such measure.
        """
        if id_.startswith(MARKER):
            rule = id_.removeprefix(MARKER)
            named = rule.partition(".")[2].replace("_", " ") or rule
            wanted, enough = ("less", 0.0) if rule in self.wanted_less else ("", None)
            about = self.marker
            return About(named, about.scale, about.smallest, wanted, enough, about.same, counted=True)
        if id_ not in self.measures:
            known = (*self.measures, *(about.name for about in self.measures.values()))
            raise UsageError(f"no trend of {id_!r}{meant(id_, known)}")
        return self.measures[id_]


@cache
def definitions() -> Definitions:
    """Read trend.yaml of the package, once."""
    file = read_file(Path(__file__).with_name("trend.yaml"))
    fields = file.fields(("version", "thresholds", "measures", "markers", "advice"))
    entries = {
        key: value.fields(("value", "source")) for key, value in fields["thresholds"].mapping().items()
    }
    markers = fields["markers"].fields(("categories", "same", "smallest", "source", "wanted_less"))
    return Definitions(
        thresholds={key: value["value"].number(least=0) for key, value in entries.items()},
        measures={key: _about(value) for key, value in fields["measures"].mapping().items()},
        marker=About("", "difference", markers["smallest"].number(least=0), same=markers["same"].texts()),
        categories=markers["categories"].texts(),
        wanted_less=frozenset(markers["wanted_less"].texts()),
        advice={key: value.text() for key, value in fields["advice"].mapping().items()},
    )


def threshold(name: str) -> float:
    """Return a threshold of trend.yaml in its unit."""
    return definitions().thresholds[name]


def _about(value: Value) -> About:
    fields = value.fields(
        ("name", "scale", "source"), ("smallest", "wanted", "enough", "same", "shown", "counted")
    )
    return About(
        name=fields["name"].text(),
        scale=fields["scale"].one_of(("share", "difference")),
        smallest=value.optional("smallest", lambda v: v.number(least=0), None),
        wanted=value.optional("wanted", lambda v: v.one_of(("more", "less")), ""),
        enough=value.optional("enough", lambda v: v.number(), None),
        same=value.optional("same", Value.texts, ()),
        shown=value.optional("shown", Value.flag, False),
        counted=value.optional("counted", Value.flag, False),
    )
