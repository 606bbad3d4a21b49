"""What the call page says in general: the contents of page.yaml, and the sources of every threshold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from voicecoach import i18n
from voicecoach.datafile import Value, read_file
from voicecoach.i18n import _
from voicecoach.score import label

FILES = {  # files of the package whose thresholds a call is judged by, and what each is about
    "measures/definitions.yaml": "Measures and events",
    "measures/fillers.yaml": "Fillers",
    "evidence.yaml": "Which words the sound backs",
    "quality.yaml": "Quality of the recording",
    "turns.yaml": "Who speaks",
    "phases.yaml": "Course of the call",
    "reports/html/page.yaml": "This page",
}
PLAIN = ("thresholds", "limits", "measures")  # keys that say nothing of what stands under them


@dataclass(frozen=True, slots=True)
class About:
    """The contents of page.yaml; ``measures`` are names by id, by heading, in order."""

    thresholds: Mapping[str, float]
    grades: Mapping[str, str]
    evidence: Mapping[str, str]
    statuses: Mapping[str, tuple[str, str]]  # sign and name
    measures: Mapping[str, Mapping[str, str]]
    others: Mapping[str, str]

    def name(self, identifier: str) -> str:
        """The name of a measure, or an id in words."""
        for names in (*self.measures.values(), self.others):
            if identifier in names:
                return names[identifier]
        return label(identifier)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A threshold, or several of one source: where it stands, its value in words, its source."""

    name: str
    value: str
    source: str


def about() -> About:
    """The contents of page.yaml in the current language."""
    return _about(i18n.current())


@cache
def _about(_language: str) -> About:
    """Read page.yaml of the package, once for each language."""
    keys = ("version", "thresholds", "grades", "evidence", "statuses", "measures", "others")
    file = read_file(Path(__file__).with_name("page.yaml")).fields(keys)
    thresholds = {key: v.fields(("value", "source")) for key, v in file["thresholds"].mapping().items()}
    statuses = {key: value.fields(("sign", "name")) for key, value in file["statuses"].mapping().items()}
    return About(
        thresholds={key: value["value"].number(least=0) for key, value in thresholds.items()},
        grades=_texts(file["grades"]),
        evidence=_texts(file["evidence"]),
        statuses={key: (value["sign"].text(), _(value["name"].text())) for key, value in statuses.items()},
        measures={_(heading): _texts(value) for heading, value in file["measures"].mapping().items()},
        others=_texts(file["others"]),
    )


@cache
def sources() -> Mapping[str, tuple[Threshold, ...]]:
    """Every threshold with a source in the files of the package, by what the file is about; in English."""
    package = Path(str(resources.files("voicecoach")))
    with i18n.using(i18n.ENGLISH):
        return {title: tuple(_thresholds(read_file(package / name), ())) for name, title in FILES.items()}


def _thresholds(value: Value, path: tuple[str, ...]) -> Iterator[Threshold]:
    if isinstance(value.content, tuple):
        for entry in value.content:
            yield from _thresholds(entry, path)
    if not isinstance(value.content, Mapping):
        return
    source = value.content.get("source")
    if source is not None and isinstance(source.content, str):
        told = [
            entry.content if key == "value" else f"{label(key)} {entry.content}"
            for key, entry in value.content.items()
            if isinstance(entry.content, str) and _number(entry.content)
        ]
        yield Threshold(", ".join(map(label, path[-2:])), ", ".join(told), source.content)
    for key, entry in value.content.items():
        yield from _thresholds(entry, path if key in PLAIN else (*path, key))


def _number(found: str) -> bool:
    try:
        float(found)
    except ValueError:
        return False
    return True


def _texts(value: Value) -> Mapping[str, str]:
    return {key: _(entry.text()) for key, entry in value.mapping().items()}
