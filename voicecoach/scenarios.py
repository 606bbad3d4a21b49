"""Scenarios to practise: who calls, what they say, and what each answer should hold; read from YAML.

``load`` reads one by its id or path, ``available`` all, ``families`` what kinds there are, ``said`` looks for
must-say phrases in an answer, ``new_scenario`` writes a file to begin with. ``scenarios/README.md`` tells
trainers how to write one. Every mistake is a DataFileError that starts with file:line:col.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from voicecoach.datafile import Value, meant, read_file, write_new
from voicecoach.errors import UsageError
from voicecoach.rules import Pack, languages, load_pack

FOLDER = Path(__file__).parent / "scenarios"
VERSIONS = ("1",)
EASIEST, HARDEST = 1, 5
LONGEST_TITLE = 60  # characters

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
_REQUIRED = (
    *("scenario", "id", "title", "family", "language", "difficulty", "role", "caller", "place", "goal"),
    *("lines", "debrief", "source"),
)
_OPTIONAL = ("opt_in", "warning", "stop_word", "must_say", "must_not_say")
_LINE = ("how", "audio", "attack", "expect", "must_say", "must_not_say")
_TEMPLATE_ID = "example-call"  # the id in template.yaml


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of scenario: what it practises, and whether it is only for those who choose it."""

    id: str
    title: str
    about: str
    opt_in: bool = False


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. ``voice`` says whose voice the audio files are, for the record only."""

    name: str
    about: str
    voice: str = ""


@dataclass(frozen=True, slots=True)
class Expect:
    """What an answer should hold: one of these markers; ``tip`` says how."""

    markers: tuple[str, ...]
    tip: str


@dataclass(frozen=True, slots=True)
class Line:
    """What the caller says, and what is expected of the answer.

    ``must_say`` and ``must_not_say`` are phrases as in rules (see ``said``); ``example`` is an answer that
    does everything that is wanted, tested by ``voicecoach scenarios check``. ``audio`` is None for text only.
    """

    say: str
    how: str
    audio: Path | None
    attack: bool
    expect: tuple[Expect, ...]
    must_say: tuple[str, ...]
    must_not_say: tuple[str, ...]
    example: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """A call to practise. ``must_say`` holds for the call as a whole, that of a line for its answer.

    With ``opt_in`` it is only ever played to somebody who has read ``warning`` and said yes; who says
    ``stop_word`` ends it at once. ``sha256`` is that of the file.
    """

    id: str
    title: str
    family: str
    language: str
    difficulty: int
    role: str
    caller: Caller
    place: str
    goal: str
    opt_in: bool
    warning: str
    stop_word: str
    lines: tuple[Line, ...]
    must_say: tuple[str, ...]
    must_not_say: tuple[str, ...]
    debrief: tuple[str, ...]
    source: str
    sha256: str
    path: Path


def families() -> tuple[Family, ...]:
    """The kinds of scenarios, the easiest first.

    Raises:
        DataFileError: families.yaml is wrong.
    """
    entries = read_file(FOLDER / "families.yaml").fields(("families",))["families"].items()
    found = [(entry.fields(("id", "title", "about"), ("opt_in",)), entry) for entry in entries]
    return tuple(
        Family(
            fields["id"].text(),
            fields["title"].text(),
            _flat(fields["about"]),
            entry.optional("opt_in", Value.flag, False),
        )
        for fields, entry in found
    )


def available(folders: Iterable[Path] = (), *, language: str | None = None) -> tuple[Scenario, ...]:
    """All scenarios, by family and difficulty; one in ``folders`` takes the place of ours of the same id.

    Raises:
        UsageError: a folder is missing or holds no scenario.
        DataFileError: a mistake in a file, as file:line:col.
    """
    found: dict[str, Scenario] = {}
    for group in scenario_files(folders):
        here: dict[str, Scenario] = {}
        for path in group:
            scenario, value = read_scenario(path)
            if scenario.id in here:
                refuse_second(value, here[scenario.id])
            here[scenario.id] = scenario
        found |= here
    order = [family.id for family in families()]
    kept = [one for one in found.values() if language in (None, one.language)]
    return tuple(sorted(kept, key=lambda one: (order.index(one.family), one.difficulty, one.id)))


def load(id_or_path: str | Path, folders: Iterable[Path] = ()) -> Scenario:
    """A scenario by its id, looked for in ``folders`` first, or by the path of its file.

    Raises:
        UsageError: neither a known id nor a file; or a folder is missing.
        DataFileError: a mistake in the file, as file:line:col.
    """
    name = str(id_or_path)
    if name.endswith((".yaml", ".yml")) or isinstance(id_or_path, Path):
        if not Path(id_or_path).is_file():
            raise UsageError(f"scenario {name!r} is no file; `voicecoach scenarios list` shows what there is")
        return read_scenario(Path(id_or_path))[0]
    groups = list(scenario_files(folders))
    for group in reversed(groups):
        for path in sorted(group, key=lambda path: path.stem != name):  # mostly the file is named as the id
            scenario = read_scenario(path)[0]
            if scenario.id == name:
                return scenario
    known = sorted(path.stem for group in groups for path in group)
    raise UsageError(f"no scenario {name!r}{meant(name, known)}")


def refuse_second(value: Value, first: Scenario) -> None:
    """Raise DataFileError: the id of a scenario stands in two files of one folder."""
    value.mapping()["id"].fail(f"a second scenario {first.id!r} (the first is in {first.path.name})")


def scenario_files(folders: Iterable[Path] = (), *, builtin: bool = True) -> Iterator[tuple[Path, ...]]:
    """The files of each folder of scenarios, ours first.

    Raises:
        UsageError: a folder is missing or holds no scenario.
    """
    for folder in sorted(FOLDER.glob("*/")) if builtin else ():
        if files := tuple(sorted(folder.glob("*.yaml"))):
            yield files
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"{folder}: no such folder of scenarios")
        files = tuple(sorted(path for pattern in ("*.yaml", "*.yml") for path in folder.glob(pattern)))
        if not files:
            raise UsageError(f"{folder}: holds no scenario; `voicecoach scenarios new ID` writes one")
        yield files


def read_scenario(path: Path) -> tuple[Scenario, Value]:
    """A scenario and where everything in it stands.

    Raises:
        DataFileError: a mistake in the file, as file:line:col.
    """
    value = read_file(path)
    fields = value.fields(_REQUIRED, _OPTIONAL)
    fields["scenario"].one_of(VERSIONS)
    name = fields["id"].text()
    if not _ID.match(name):
        fields["id"].fail(f"the id {name!r} should be small letters and hyphens, such as {_TEMPLATE_ID}")
    kinds = {family.id: family for family in families()}
    family = kinds[fields["family"].one_of(kinds)]
    language = fields["language"].one_of(languages())
    pack = load_pack(language)
    opt_in = value.optional("opt_in", Value.flag, False)
    if family.opt_in and not opt_in:
        fields["family"].fail(f"a scenario of the family {family.id!r} needs 'opt_in: yes'")
    for key in ("warning", "stop_word"):
        if opt_in and key not in fields:
            fields["opt_in"].fail(f"with 'opt_in: yes' the scenario needs the key {key!r}")
    caller = fields["caller"].fields(("name", "about"), ("voice",))
    scenario = Scenario(
        id=name,
        title=_title(fields["title"]),
        family=family.id,
        language=language,
        difficulty=fields["difficulty"].whole(least=EASIEST, most=HARDEST),
        role=_flat(fields["role"]),
        caller=Caller(
            _flat(caller["name"]), _flat(caller["about"]), fields["caller"].optional("voice", _flat, "")
        ),
        place=_flat(fields["place"]),
        goal=_flat(fields["goal"]),
        opt_in=opt_in,
        warning=value.optional("warning", _flat, ""),
        stop_word=value.optional("stop_word", _flat, ""),
        lines=tuple(_line(entry, path, pack) for entry in fields["lines"].items()),
        must_say=value.optional("must_say", lambda found: _phrases(found, pack), ()),
        must_not_say=value.optional("must_not_say", lambda found: _phrases(found, pack), ()),
        debrief=tuple(" ".join(text.split()) for text in fields["debrief"].texts()),
        source=_flat(fields["source"]),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        path=path,
    )
    return scenario, value


def _line(entry: Value, path: Path, pack: Pack) -> Line:
    fields = entry.fields(("say", "example"), _LINE)
    expected = fields["expect"].items() if "expect" in fields else ()
    return Line(
        say=_flat(fields["say"]),
        how=entry.optional("how", _flat, ""),
        audio=entry.optional("audio", lambda value: _audio(value, path), None),
        attack=entry.optional("attack", Value.flag, False),
        expect=tuple(_expect(value, pack) for value in expected),
        must_say=entry.optional("must_say", lambda value: _phrases(value, pack), ()),
        must_not_say=entry.optional("must_not_say", lambda value: _phrases(value, pack), ()),
        example=_flat(fields["example"]),
    )


def _title(value: Value) -> str:
    title = _flat(value)
    if len(title) > LONGEST_TITLE:
        value.fail(f"a title of {len(title)} characters; {LONGEST_TITLE} are the most, as it stands in lists")
    return title


def _audio(value: Value, path: Path) -> Path:
    found = path.parent / value.text()
    if not found.resolve().is_relative_to(path.parent.resolve()):
        value.fail(f"the audio file {value.text()!r} is elsewhere; put it beside {path.name}")
    if not found.is_file():
        value.fail(f"no audio file {value.text()!r} beside {path.name}; correct the name or delete the line")
    return found


def _expect(entry: Value, pack: Pack) -> Expect:
    fields = entry.fields(("markers", "tip"))
    known = {rule.id: rule for rule in pack.rules}
    markers = fields["markers"]
    for marker in markers.items() if isinstance(markers.content, tuple) else (markers,):
        if marker.one_of(known) and known[marker.text()].polarity == "negative":
            marker.fail(f"{marker.text()!r} is something to avoid; expect what should be there instead")
    return Expect(markers.texts(), _flat(fields["tip"]))


def _phrases(value: Value, pack: Pack) -> tuple[str, ...]:
    pack.words.phrases.alike().add(value)  # says what is wrong with them
    return value.texts()


def _flat(value: Value) -> str:
    """The text on one line."""
    return " ".join(value.text().split())


def said(pack: Pack, phrases: Sequence[str], text: str) -> tuple[tuple[int, int] | None, ...]:
    """For each phrase, where in the text it stands first, as (start, end) characters; None where it does not.

    Phrases are written as those of rules (packs/README.md): words, (one|of several), (may be missing)?.

    Raises:
        DataFileError: a phrase is not written as one.
    """
    automaton = pack.words.phrases.alike()
    slots = [automaton.add(Value(phrase, "phrase", index, 1, {})) for index, phrase in enumerate(phrases, 1)]
    words, hits = automaton.look(text)
    return tuple(words.span(*hits[slot][0]) if slot in hits else None for slot in slots)


def in_words(phrase: str) -> str:
    """A phrase as somebody would say it: the first of several, nothing that may be missing."""
    text = phrase
    while (first := re.sub(r"\(([^()|]*)[^()]*\)(\?)?", lambda at: "" if at[2] else at[1], text)) != text:
        text = first
    text = re.sub(r"\*|(?<!\S)_(?!\S)|(?<!\S)\.{3}\d*", "...", text.split("|")[0])
    return " ".join(re.sub(r"[?^$<>]", "", text).split())


def new_scenario(name: str, folder: Path, *, family: str = "everyday") -> Path:
    """Write a scenario to begin with, as a file with notes, into a folder, which is made where it is missing.

    Raises:
        UsageError: no such family, or no such id is possible.
        OutputError: the file is there already or cannot be written.
    """
    if not _ID.match(name):
        raise UsageError(f"the id {name!r} should be small letters and hyphens, such as {_TEMPLATE_ID}")
    known = {one.id: one for one in families()}
    if family not in known:
        raise UsageError(f"no family {family!r}{meant(family, known)}")
    text = (FOLDER / "template.yaml").read_text(encoding="utf-8")
    text = text.replace(_TEMPLATE_ID, name).replace("family: everyday", f"family: {family}")
    if known[family].opt_in:
        text = text.replace("opt_in: no", "opt_in: yes")
    return write_new(folder / f"{name}.yaml", text)
