"""Names of files that tell agent, date and scenario, by a pattern such as ``{agent}/{date}_{scenario}``.

``*`` stands for anything, a field for something; neither reaches over a ``/``. ``{date:%d-%m-%Y}`` is a date
in one form, ``{date}`` in any of the known ones. ``{{`` and ``}}`` are braces. A pattern is laid against the
end of the path without its suffix, as many folders of it as the pattern has. A field takes as little as it
can, a date as much as it can.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from voicecoach.batch import dates
from voicecoach.datafile import meant
from voicecoach.errors import UsageError
from voicecoach.i18n import fill

FIELDS = ("agent", "date", "scenario")
_PIECE = re.compile(
    r"(?P<brace>\{\{|\}\})|\{(?P<field>[^{}]*)\}|(?P<any>\*+)|(?P<stray>[{}])|(?P<text>[^{}*]+)"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a pattern: a text as it stands, anything, or a field."""

    kind: str  # text, any, agent, date or scenario
    text: str = ""  # of a text; the form of a date


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern as read by ``parse``."""

    parts: tuple[Part, ...]
    folders: int  # how many slashes it has

    def fit(self, relative: str) -> Mapping[str, str] | None:
        """Return the fields of a path with forward slashes, None where the pattern does not fit."""
        path = unicodedata.normalize("NFC", relative)
        suffix = PurePosixPath(path).suffix
        pieces = path.removesuffix(suffix).split("/")
        if len(pieces) <= self.folders:
            return None
        return _Fit("/".join(pieces[-self.folders - 1 :]), self.parts).found()


def parse(text: str) -> Pattern:
    """Read a pattern.

    Raises
    ------
    UsageError
        An unknown field, one twice, none at all, a brace without its other half, or two fields with nothing
        between them to tell where one ends.
    """
    parts: list[Part] = []
    for piece in _PIECE.finditer(unicodedata.normalize("NFC", text.strip().lstrip("/"))):
        if piece["stray"]:
            raise UsageError(
                fill(
                    "names {text!r}: {piece!r} without its other half; write it twice to mean it",
                    text=text,
                    piece=piece["stray"],
                )
            )
        if piece["field"] is not None:
            parts.append(_field(piece["field"], text))
        elif piece["any"]:
            parts.append(Part("any"))
        else:
            parts.append(Part("text", piece["brace"][0] if piece["brace"] else piece["text"]))
    kinds = [part.kind for part in parts]
    for name in FIELDS:
        if kinds.count(name) > 1:
            raise UsageError(
                fill("names {text!r}: {{{name}}} stands in it twice; once is enough", text=text, name=name)
            )
    if not set(FIELDS) & set(kinds):
        raise UsageError(
            fill("names {text!r} has no field; write it as in '{{agent}}/{{date}}_{{scenario}}'", text=text)
        )
    for before, after in itertools.pairwise(kinds):
        if {before, after} <= {"agent", "scenario", "any"}:
            raise UsageError(
                fill(
                    "names {text!r}: nothing stands between {before} and {after} to tell them apart",
                    text=text,
                    before=before,
                    after=after,
                )
            )
    return Pattern(tuple(parts), sum(part.text.count("/") for part in parts))


def _field(inside: str, text: str) -> Part:
    name, colon, form = inside.partition(":")
    name = name.strip()
    if name not in FIELDS:
        raise UsageError(
            fill(
                "names {text!r}: unknown field {name!r}{hint}", text=text, name=name, hint=meant(name, FIELDS)
            )
        )
    if colon and name != "date":
        raise UsageError(
            fill("names {text!r}: only {{date:...}} takes a form; write {{{name}}}", text=text, name=name)
        )
    if colon:
        dates.check_format(form)
    return Part(name, form)


class _Fit:
    """One path laid against a pattern; every pair of part and place is tried once."""

    def __init__(self, path: str, parts: tuple[Part, ...]) -> None:
        self._path, self._parts = path, parts
        self._hopeless: set[tuple[int, int]] = set()

    def found(self) -> dict[str, str] | None:
        return self._from(0, 0)

    def _from(self, k: int, at: int) -> dict[str, str] | None:
        """Fields of the parts from ``k`` on when they begin at a place of the path."""
        if k == len(self._parts):
            return {} if at == len(self._path) else None
        if (k, at) in self._hopeless:
            return None
        for end, value in self._ends(self._parts[k], at):
            rest = self._from(k + 1, end)
            if rest is not None:
                return rest if value is None else {self._parts[k].kind: value, **rest}
        self._hopeless.add((k, at))
        return None

    def _ends(self, part: Part, at: int) -> Iterator[tuple[int, str | None]]:
        if part.kind == "text":
            if self._path.startswith(part.text, at):
                yield at + len(part.text), None
        elif part.kind == "date":
            yield from dates.starting(self._path, at, part.text)
        else:
            stop = self._path.find("/", at)
            stop = len(self._path) if stop < 0 else stop
            for end in range(at if part.kind == "any" else at + 1, stop + 1):
                value = self._path[at:end]
                if part.kind == "any":
                    yield end, None
                elif value.strip():
                    yield end, value
