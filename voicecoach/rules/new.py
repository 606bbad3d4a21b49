"""Write a rule to begin with: a template of its type, or a copy of one of ours to take its place."""

from __future__ import annotations

from pathlib import Path

from voicecoach.datafile import meant, write_new
from voicecoach.errors import UsageError
from voicecoach.rules.loader import CATEGORIES, ID, TYPES, Rule, load_pack

_TEMPLATES = Path(__file__).parent / "templates"
_NAME = "courtesy.example"  # the id of the rule in the templates


def new_rule(name: str, folder: Path, *, type_: str | None = None, language: str = "en") -> Path:
    """Write a file with a rule of that id into a folder, which is made where it is missing.

    Of any language but English it goes into a folder of that language in it, as ``load_pack`` looks for it.

    The id of a rule of voicecoach gives a copy of it; else, or where a type is named, it is a template.

    Raises:
        UsageError: no such type, or no such id is possible.
        OutputError: the file is there already or cannot be written.
    """
    category = name.partition(".")[0]
    if not ID.match(name):
        raise UsageError(f"the id {name!r} should be a category, a full stop and a name: courtesy.thanks")
    if category not in CATEGORIES:
        raise UsageError(f"no category {category!r}{meant(category, CATEGORIES)}")
    if type_ is not None and type_ not in TYPES:
        raise UsageError(f"no type {type_!r}{meant(type_, TYPES)}")
    ours = {rule.id: rule for rule in load_pack(language).rules}
    if type_ is None and name in ours:
        text = _copy(ours[name])
    else:
        template = _TEMPLATES / f"{type_ or 'phrase'}.yaml"
        text = template.read_text(encoding="utf-8").replace(_NAME, name)
    if language != "en" or (folder / language).is_dir():
        folder /= language  # rules of several languages do not mix
    return write_new(folder / f"{name.replace('.', '_')}.yaml", text)


def _copy(rule: Rule) -> str:
    """A rule as it stands in its file."""
    lines = Path(rule.place.path).read_text(encoding="utf-8").splitlines()
    edge = " " * (rule.place.column - len("- id: ") - 1)  # before the "-"
    first = rule.place.line - 1
    while not lines[first].startswith(f"{edge}- "):
        first -= 1
    last = first + 1
    while last < len(lines) and (not lines[last] or lines[last].startswith(f"{edge}  ")):
        last += 1
    note = f"# A copy of {rule.id} to change; it takes its place. How: voicecoach/packs/README.md"
    return "\n".join((note, "rules:", *lines[first:last])).rstrip() + "\n"
