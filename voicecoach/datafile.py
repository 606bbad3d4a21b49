"""Read the YAML files people write, and begin new ones: rules, language facts, scorecards, scenarios.

Plain YAML, read strictly. Every value stays text ("no" is a word, 007 keeps its zeros), unknown and
repeated keys are errors, and every error says file:line:col, what was found and what was probably meant.
Lines and columns count from 1. Not read: anchors, aliases, merge keys, tags, files over 1 MB, and
invisible characters that reorder text on the screen.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn, TypeVar

import yaml

from voicecoach.errors import DataFileError, OutputError
from voicecoach.i18n import fill

LARGEST = 1_000_000  # bytes
DEEPEST = 30  # levels of nesting
_LONGEST_MESSAGE = 400  # characters

_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_BEGINS = (yaml.ScalarEvent, yaml.SequenceStartEvent, yaml.MappingStartEvent, yaml.AliasEvent)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Value:
    """A value with the place it stands at; ``content`` is text, a tuple of values, or a mapping of values.

    The methods ask for what should be there and raise DataFileError where it is not.
    """

    content: str | tuple[Value, ...] | Mapping[str, Value]
    path: str
    line: int
    column: int
    keys: Mapping[str, Value]  # where each key of a mapping stands
    name: str = ""  # the key this value belongs to, for messages

    def fail(self, message: str, *, shift: int = 0) -> NoReturn:
        """Raise DataFileError at this value, ``shift`` columns to the right."""
        raise DataFileError(self.said(message, shift=shift))

    def said(self, message: str, *, shift: int = 0) -> str:
        """The message with the place of this value in front."""
        if len(message) > _LONGEST_MESSAGE:
            message = f"{message[: _LONGEST_MESSAGE // 2]} ... {message[-_LONGEST_MESSAGE // 2 :]}"
        return f"{self.path}:{self.line}:{self.column + shift}: {message}"

    def text(self) -> str:
        """The value as text, not empty."""
        if not isinstance(self.content, str):
            self.fail(f"{self._called()} should be text, but is {self._kind()}")
        if not self.content.strip():
            self.fail(f"{self._called()} is empty; write its text or delete the line")
        return self.content

    def number(self, *, least: float | None = None, most: float | None = None) -> float:
        """The value as a number within bounds."""
        text = self.text()
        try:
            found = float(text)
        except ValueError:
            self.fail(f"{self._called()} should be a number, but is {text!r}")
        if not abs(found) < float("inf"):
            self.fail(f"{self._called()} should be a finite number, but is {text!r}")
        if (least is not None and found < least) or (most is not None and found > most):
            bounds = " and ".join(
                f"{word} {bound:g}"
                for word, bound in (("at least", least), ("at most", most))
                if bound is not None
            )
            self.fail(f"{self._called()} should be {bounds}, but is {text}")
        return found

    def whole(self, *, least: int | None = None, most: int | None = None) -> int:
        """The value as a whole number within bounds."""
        found = self.number(least=least, most=most)
        if found != int(found):
            self.fail(f"{self._called()} should be a whole number, but is {self.content!r}")
        return int(found)

    def flag(self) -> bool:
        """The value as yes or no (true and false do as well)."""
        return self.one_of(("yes", "no", "true", "false")) in ("yes", "true")

    def one_of(self, known: Iterable[str]) -> str:
        """The value as one of a few words."""
        text = self.text()
        names = tuple(known)
        if text not in names:
            self.fail(f"{self._called()} cannot be {text!r}{meant(text, names)}")
        return text

    def items(self) -> tuple[Value, ...]:
        """The value as a list with at least one entry."""
        if not isinstance(self.content, tuple):
            self.fail(f"{self._called()} should be a list (one '- ' line an entry), but is {self._kind()}")
        if not self.content:
            self.fail(f"{self._called()} is an empty list; add an entry or delete the line")
        return self.content

    def texts(self) -> tuple[str, ...]:
        """The value as a list of texts; one text alone will do."""
        if isinstance(self.content, str):
            return (self.text(),)
        return tuple(entry.text() for entry in self.items())

    def mapping(self) -> Mapping[str, Value]:
        """The value as keys and values, whatever the keys are."""
        if not isinstance(self.content, Mapping):
            self.fail(f"{self._called()} should be keys and values (key: value), but is {self._kind()}")
        return self.content

    def fields(self, required: Iterable[str] = (), optional: Iterable[str] = ()) -> Mapping[str, Value]:
        """The value as keys and values with known keys only; every required key is there.

        Of a required "this|that" one is enough.
        """
        found = self.mapping()
        needed = [key.split("|") for key in required]
        known = (*(key for keys in needed for key in keys), *optional)
        for key in found:
            if key not in known:
                self.keys[key].fail(f"unknown key {key!r}{meant(key, known)}")
        for keys in needed:
            if not any(key in found for key in keys):
                self.fail(f"{self._called()} needs the key {' or '.join(map(repr, keys))}")
        return found

    def optional(self, key: str, read: Callable[[Value], _T], default: _T) -> _T:
        """What ``read`` makes of the value at ``key``, or the default where the key is missing."""
        found = self.mapping().get(key)
        return default if found is None else read(found)

    def plain(self) -> object:
        """The value without places: texts, lists and dicts."""
        if isinstance(self.content, str):
            return self.content
        if isinstance(self.content, tuple):
            return [entry.plain() for entry in self.content]
        return {key: value.plain() for key, value in self.content.items()}

    def _called(self) -> str:
        if self.name.endswith("[]"):
            return f"an entry of {self.name[:-2]!r}"
        return repr(self.name) if self.name else "this"

    def _kind(self) -> str:
        if isinstance(self.content, str):
            return f"the text {self.content!r}" if self.content else "empty"
        return "a list" if isinstance(self.content, tuple) else "keys and values"


def meant(found: str, known: Iterable[str]) -> str:
    """The end of an error message: the nearest known name, or all of them."""
    names = tuple(known)
    near = difflib.get_close_matches(found, names, 1, 0.6)
    return (
        fill("; did you mean {near!r}?", near=near[0])
        if near
        else fill("; known are: {names}", names=", ".join(names))
    )


def read_file(path: Path) -> Value:
    """Read a YAML file.

    Raises:
        DataFileError: the file cannot be read or is not plain YAML.
    """
    try:
        if path.exists() and not path.is_file():
            raise DataFileError(f"{path}:1:1: not a file")
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise DataFileError(f"{path}:1:1: larger than {LARGEST:,} bytes; split it into several files")
    except OSError as error:
        raise DataFileError(f"{path}:1:1: cannot be read: {error.strerror}") from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        raise DataFileError(f"{path}:{line}:{column}: not UTF-8 text; save the file as UTF-8") from error
    return read_text(text, str(path))


def write_new(path: Path, text: str) -> Path:
    """Write a file for a person to change, whole or not at all; its folder is made where it is missing.

    Raises:
        OutputError: the file is there already or cannot be written.
    """
    folder = path.parent
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True)
        with path.open("x", encoding="utf-8") as file:
            try:
                file.write(text)
                file.flush()
            except BaseException:
                path.unlink(missing_ok=True)  # whole or not at all
                raise
    except FileExistsError as error:
        there = path if folder.is_dir() else folder
        raise OutputError(f"{there}: is there already; choose another id or folder, or change it") from error
    except OSError as error:
        raise OutputError(f"{path}: not written: {error.strerror}; choose another folder") from error
    return path


def read_text(text: str, path: str) -> Value:
    """Read YAML text; ``path`` is what error messages call it.

    Raises:
        DataFileError: the text is not plain YAML.
    """
    for number, line in enumerate(text.splitlines(), 1):
        for column, character in enumerate(line, 1):
            if character in _REORDERING:
                raise DataFileError(
                    f"{path}:{number}:{column}: the invisible character U+{ord(character):04X} reorders "
                    "text; delete it"
                )
    try:
        events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        found = [_value(event, events, path, "", 1) for event in events if isinstance(event, _BEGINS)]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{mark.line + 1}:{mark.column + 1}" if mark else "1:1"
        problem = error.problem or error.context or "not YAML"
        raise DataFileError(f"{path}:{where}: not valid YAML: {problem}{_advice(problem)}") from error
    except yaml.reader.ReaderError as error:
        at = text.index(chr(error.character))  # the C reader gives the position in bytes
        where = f"{text.count(chr(10), 0, at) + 1}:{at - text.rfind(chr(10), 0, at)}"
        raise DataFileError(
            f"{path}:{where}: the control character U+{ord(text[at]):04X} is not text; delete it"
        ) from error
    if not found:
        raise DataFileError(f"{path}:1:1: the file is empty")
    if len(found) > 1:
        found[1].fail("a second document; one file holds one ('---' may stand at the top only)")
    return found[0]


def _advice(problem: str) -> str:
    if "mapping values are not allowed" in problem:
        return "; put the text that holds ': ' in quotes"
    if "\\t" in problem:
        return "; indent with spaces, not tabs"
    return ""


def _value(event: yaml.Event, events: Iterator[yaml.Event], path: str, name: str, depth: int) -> Value:
    """The value that begins with an event; takes the events that belong to it."""
    mark = event.start_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    value = Value("", path, line, column, {}, name)
    anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
    if isinstance(event, yaml.AliasEvent):
        value.fail(f"*{anchor} is an alias, not read here; put the text in quotes")
    if anchor:
        value.fail(f"&{anchor} is an anchor, not read here; put the text in quotes")
    if tag:
        value.fail(f"{tag} is a tag, not read here; put the text in quotes")
    if depth > DEEPEST:
        value.fail(f"nested deeper than {DEEPEST} levels")
    if isinstance(event, yaml.ScalarEvent):
        return replace(value, content=event.value)
    if isinstance(event, yaml.SequenceStartEvent):
        entries: list[Value] = []
        while not isinstance(following := next(events), yaml.SequenceEndEvent):
            entries.append(_value(following, events, path, f"{name}[]", depth + 1))
        return replace(value, content=tuple(entries))
    found: dict[str, Value] = {}
    keys: dict[str, Value] = {}
    while not isinstance(following := next(events), yaml.MappingEndEvent):
        key = _value(following, events, path, "", depth + 1)
        if not isinstance(key.content, str):
            key.fail("a key should be text")
        if key.content in found:
            key.fail(
                f"the key {key.content!r} stands here a second time (first on line {keys[key.content].line})"
            )
        keys[key.content] = key
        found[key.content] = _value(next(events), events, path, key.content, depth + 1)
    return replace(value, content=found, keys=keys)
