"""Language packs: folders of YAML -> frozen rules.

A pack is ``packs/<language>/``: language.yaml (facts of the language), sound.yaml (facts about its
sound, not read by rules) and any number of rule files. A folder of your own adds rules and lists of
phrases, replaces those of the same name, and may switch rules off. Every mistake is a DataFileError that
starts with file:line:col.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from voicecoach.datafile import Value, meant, read_file
from voicecoach.errors import DataFileError, UsageError
from voicecoach.measures import sound
from voicecoach.rules import density, echo, order, phrase, question, response, timing
from voicecoach.rules.examples import Example, read_example
from voicecoach.rules.language import Language, read_language

TYPES: Mapping[str, ModuleType] = {
    "phrase": phrase,
    "question": question,
    "echo": echo,
    "response": response,
    "order": order,
    "density": density,
    "timing": timing,
}
CATEGORIES = ("courtesy", "listening", "structure", "delivery")
POLARITIES = ("positive", "neutral", "negative")
GRADES = ("A", "B", "C")
PACKS = Path(__file__).parent.parent / "packs"
FACTS = ("language.yaml", "sound.yaml")  # files of a pack that hold no rules

_REQUIRED = ("id", "type", "polarity", "source", "grade", "patterns", "examples", "message", "advice")
_OPTIONAL = ("also", "say")
ID = re.compile(r"[a-z]+\.[a-z][a-z0-9_]*\Z")
_LIST = re.compile(r"[a-z][a-z0-9_]*\Z")


@dataclass(frozen=True, slots=True)
class Finder:
    """One way a rule fires: a rule type and what it needs to know."""

    type: str
    spec: Any


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as written. ``say`` is wording to suggest; ``finders`` the ways it fires, at least one."""

    id: str
    type: str
    polarity: str
    category: str
    source: str
    grade: str
    message: str
    advice: str
    say: tuple[str, ...]
    match: tuple[Example, ...]
    no_match: tuple[Example, ...]
    finders: tuple[Finder, ...]
    place: Value  # where its id stands, for messages

    @property
    def needs(self) -> tuple[str, ...]:
        """Ids of the rules whose findings this one looks at."""
        return tuple(dict.fromkeys(need for finder in self.finders for need in finder.spec.needs))


@dataclass(frozen=True, slots=True)
class Pack:
    """The rules of a language, its facts and a fingerprint of its files.

    ``run`` are all rules in the order they are run, ``rules`` those of them that are not switched off.
    ``facts`` is language.yaml as it stands, with sound.yaml under "sound"; every value in it is text.
    """

    language: str
    facts: Mapping[str, Any]
    rules: tuple[Rule, ...]
    run: tuple[Rule, ...]
    sha256: str
    words: Language

    def rule(self, name: str) -> Rule:
        """The rule of that id.

        Raises:
            UsageError: there is none.
        """
        for rule in self.rules:
            if rule.id == name:
                return rule
        known = [rule.id for rule in self.rules]
        raise UsageError(f"no rule {name!r} in the pack {self.language!r}{meant(name, known)}")


def languages() -> tuple[str, ...]:
    """Languages that have a pack."""
    return tuple(sorted(path.parent.name for path in PACKS.glob("*/language.yaml")))


def load_pack(language: str, *, extra: Iterable[str | Path] = (), builtin: bool = True) -> Pack:
    """Read the pack of a language, with rules and lists from ``extra`` folders added or put in place of
    those of the same name.

    A folder in ``extra`` holds rule files, or a folder named as the language that does; a language.yaml in
    it takes the place of ours key by key. ``builtin=False`` leaves the rules of voicecoach out; its facts
    about the language stay.

    Raises:
        UsageError: no such language or folder.
        DataFileError: a mistake in a file, as file:line:col.
    """
    pack, mistakes = _load(language, extra, builtin)
    if mistakes:
        raise DataFileError(mistakes[0])
    return pack


def find_mistakes(
    language: str, *, extra: Iterable[str | Path] = (), builtin: bool = True
) -> tuple[str, ...]:
    """Every mistake that keeps the pack from loading, as file:line:col; none if it loads.

    Raises:
        UsageError: no such language or folder.
    """
    return _load(language, extra, builtin)[1]


def _load(language: str, extra: Iterable[str | Path], builtin: bool) -> tuple[Pack, tuple[str, ...]]:
    code = language.replace("_", "-").split("-")[0].lower()
    if code not in languages():
        raise UsageError(f"no rules for the language {language!r}; packs are: {', '.join(languages())}")
    folders = (PACKS / code, *(_inner(Path(path), code) for path in extra))
    files = [
        folder / name
        for name in FACTS
        for folder in folders
        if folder == folders[0] or (folder / name).exists()
    ]
    for folder in folders if builtin else folders[1:]:
        files += find_files(folder, code)
    # the state of the files is part of the key, so that a changed file is read again
    return _read(code, tuple(files), tuple(_state(file) for file in files))


def find_files(folder: Path, language: str) -> tuple[Path, ...]:
    """The rule files of a folder for a language; none where it holds those of other languages alone.

    Raises:
        UsageError: the folder is missing or holds no rule file.
    """
    found = _inner(folder, language)
    files = sorted(
        path for pattern in ("*.yaml", "*.yml") for path in found.glob(pattern) if path.name not in FACTS
    )
    if not files and not any((folder / code).is_dir() for code in languages()):
        raise UsageError(f"{folder}: holds no rule file (NAME.yaml) for the language {language!r}")
    return tuple(files)


def _inner(folder: Path, language: str) -> Path:
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder of rules")
    return folder / language if (folder / language).is_dir() else folder


def _state(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:
        return 0, 0  # said where the file is read
    return found.st_mtime_ns, found.st_size


@functools.lru_cache(maxsize=8)
def _read(code: str, files: tuple[Path, ...], _: tuple[tuple[int, int], ...]) -> tuple[Pack, tuple[str, ...]]:
    """The pack of these files, as far as it can be read, and all mistakes in them."""
    digest = hashlib.sha256()
    mistakes: list[str] = []
    facts: dict[str, Any] = {}
    spoken: Value | None = None  # language.yaml, with the lists of all files
    entries: list[Value] = []
    off: list[Value] = []
    for file in files:
        try:
            found = read_file(file)
            if file.name == "sound.yaml":
                sound.check(found)
                facts["sound"] = found.plain()
                if "words" in facts["sound"]["syllables"]:
                    listed = PACKS / facts["sound"]["syllables"]["words"]
                    digest.update(listed.name.encode() + b"\0" + listed.read_bytes() + b"\0")
            elif file.name == "language.yaml":
                spoken = found if spoken is None else _laid_over(spoken, found)
            else:
                fields = found.fields((), ("rules", "lists", "off"))
                if not fields:
                    found.fail("the file needs the key 'rules'")
                entries += fields["rules"].items() if "rules" in fields else ()
                off += fields["off"].items() if "off" in fields else ()
                if "lists" in fields:
                    assert spoken is not None
                    lists = replace(found, content={"lists": fields["lists"]})
                    spoken = _laid_over(spoken, lists)
        except DataFileError as error:
            mistakes.append(str(error))
        else:
            digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    assert spoken is not None
    language = read_language(spoken)
    rules = _rules(entries, language, mistakes)
    for name in language.phrases.names():
        try:
            language.phrases.named(name, ())
        except DataFileError as error:
            mistakes.append(str(error))
    silent = {value.text(): value for value in off}
    try:
        for name, value in silent.items():
            if name not in rules:
                value.fail(f"there is no rule {name!r} to switch off{meant(name, rules)}")
        rules = rules if mistakes else _ordered(rules)
    except DataFileError as error:
        mistakes.append(str(error))
    run = tuple(rules.values())
    told = tuple(rule for rule in run if rule.id not in silent)
    pack = Pack(code, {**language.facts, **facts}, told, run, digest.hexdigest(), language)
    return pack, tuple(dict.fromkeys(mistakes))


def _laid_over(under: Value, over: Value) -> Value:
    """Facts of a language with those of another file in their place, key by key, and its lists added.

    A list that another takes the place of stays there for it to name, under its name and a "'".
    """
    theirs = dict(over.mapping())
    lists = dict(under.mapping()["lists"].mapping()) if "lists" in under.mapping() else {}
    if "lists" in theirs:
        for name, value in theirs["lists"].mapping().items():
            if not _LIST.match(name):
                theirs["lists"].keys[name].fail(
                    f"the name {name!r} of a list should be small letters, such as days"
                )
            older = name
            while older in lists:
                older += "'"
            while older != name:
                lists[older] = lists[older[:-1]]
                older = older[:-1]
            lists[name] = value
        theirs["lists"] = replace(theirs["lists"], content=lists)
    return replace(under, content={**under.mapping(), **theirs}, keys={**under.keys, **over.keys})


def _rules(entries: Iterable[Value], language: Language, mistakes: list[str]) -> dict[str, Rule]:
    """The rules that can be read, by id; what is wrong with the others is added to ``mistakes``."""
    rules: dict[str, Rule] = {}
    for entry in entries:
        try:
            rule = _rule(entry, language)
        except DataFileError as error:
            mistakes.append(str(error))
            continue
        first = rules.get(rule.id)
        if first and Path(first.place.path).parent == Path(rule.place.path).parent:
            where = f"{first.place.path}:{first.place.line}"
            mistakes.append(rule.place.said(f"a second rule {rule.id!r} (the first is at {where})"))
        rules[rule.id] = rule
    return rules


def _rule(entry: Value, language: Language) -> Rule:
    fields = entry.fields(_REQUIRED, _OPTIONAL)
    name = fields["id"].text()
    category = name.partition(".")[0]
    if not ID.match(name):
        fields["id"].fail(f"the id {name!r} should be a category, a full stop and a name: courtesy.thanks")
    if category not in CATEGORIES:
        fields["id"].fail(f"no category {category!r}{meant(category, CATEGORIES)}")
    examples = fields["examples"].fields(("match", "no_match"))
    ways = [_finder(fields["type"], fields["patterns"], language)]
    for other in fields["also"].items() if "also" in fields else ():
        more = other.fields(("type", "patterns"))
        ways.append(_finder(more["type"], more["patterns"], language))
    return Rule(
        id=name,
        type=fields["type"].text(),
        polarity=fields["polarity"].one_of(POLARITIES),
        category=category,
        source=fields["source"].text(),
        grade=fields["grade"].one_of(GRADES),
        message=fields["message"].text(),
        advice=fields["advice"].text(),
        say=fields["say"].texts() if "say" in fields else (),
        match=tuple(read_example(value, marked=True) for value in examples["match"].items()),
        no_match=tuple(read_example(value, marked=False) for value in examples["no_match"].items()),
        finders=tuple(ways),
        place=fields["id"],
    )


def _finder(type_: Value, patterns: Value, language: Language) -> Finder:
    module = TYPES[type_.one_of(TYPES)]
    fields = patterns.fields(module.REQUIRED, module.OPTIONAL)
    return Finder(type_.text(), module.read(fields, language))


def _ordered(rules: Mapping[str, Rule]) -> dict[str, Rule]:
    """The rules, each after those whose findings it looks at."""
    done: dict[str, Rule] = {}
    doing: list[str] = []

    def add(rule: Rule) -> None:
        if rule.id in done:
            return
        if rule.id in doing:
            rule.place.fail(f"rules wait for each other: {' -> '.join([*doing, rule.id])}")
        doing.append(rule.id)
        for need in rule.needs:
            if need not in rules:
                rule.place.fail(
                    f"the rule {rule.id!r} looks for {need!r}, which is no rule{meant(need, rules)}"
                )
            add(rules[need])
        doing.pop()
        done[rule.id] = rule

    for rule in rules.values():
        add(rule)
    return done
