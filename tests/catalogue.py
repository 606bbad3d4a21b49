"""Messages of the program and the catalogues that translate them.

``python -m tests.catalogue`` gathers the messages anew and brings every catalogue up to date: translations
are kept, those of messages that are gone go, and none is guessed from that of a message like it.
Which texts of data files are messages stands in catalogue.yaml. After a conflict of two versions of a
catalogue, keep the translations of both and run it.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from voicecoach import i18n
from voicecoach.datafile import Value, read_file
from voicecoach.reports.wording import measure_name
from voicecoach.score import label

PACKAGE = Path(i18n.__file__).parent
ONE, TWO = ("_", "fill", "later"), ("counted", "ngettext")  # functions by the number of messages they take
SAID = Path(__file__).with_suffix(".yaml")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


@cache
def _said() -> Mapping[str, Value]:
    return read_file(SAID).fields(("version", "texts", "ids", "names", "seen"))


def messages() -> Catalog:
    """All messages of the program, each with the files it is in and where a reader meets it."""
    found = Catalog(project="voicecoach", charset="utf-8", fuzzy=False)
    for file in sorted(PACKAGE.rglob("*.py")):
        for message in _of_code(ast.parse(file.read_text(encoding="utf-8"))):
            _add(found, message, str(file.relative_to(PACKAGE)))
    keywords = {**dict.fromkeys(ONE), **dict.fromkeys(TWO, (1, 2))}
    for name, _line, message, _comments, _context in extract_from_dir(
        PACKAGE, [("**.j2", "jinja2")], keywords=keywords
    ):
        _add(found, message, name)
    for name, paths in _said()["texts"].mapping().items():
        for path in paths.texts():
            texts = list(_at(read_file(PACKAGE / name), path.split(".")))
            assert texts, f"{SAID.name}: {name} has no text at {path}"
            for text in texts:
                if any(c.isalpha() for c in _PLACEHOLDER.sub("", text)):
                    _add(found, text, name)
    for kind, words in (("ids", label), ("names", measure_name)):
        for name, paths in _said()[kind].mapping().items():
            for path in paths.texts():
                for key in _keys(read_file(PACKAGE / name), path.split(".")):
                    _add(found, words(key), name)
    return found


def _of_code(tree: ast.AST) -> Iterator[str | tuple[str, str]]:
    """The messages in calls of ``ONE`` and ``TWO``; what is no text there comes from a data file."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and call.args:
            called = getattr(call.func, "attr", getattr(call.func, "id", ""))
            if called in ONE:
                yield from _constants(call.args[0])
            elif called in TWO:
                yield from zip(_constants(call.args[0]), _constants(call.args[1]), strict=True)


def _constants(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_constants(node.body), *_constants(node.orelse))


def _add(catalogue: Catalog, message: str | Sequence[str], name: str) -> None:
    name = Path(name).as_posix()
    catalogue.add(
        message if isinstance(message, str) else tuple(message),
        locations=[(f"voicecoach/{name}", None)],
        auto_comments=[_seen(name)],
    )


def _seen(name: str) -> str:
    told = {key: value.text() for key, value in _said()["seen"].mapping().items()}
    return told[max((key for key in told if name.startswith(key)), key=len)]


def _at(value: Value, path: Sequence[str]) -> Iterator[str]:
    """The texts a path of keys leads to."""
    if isinstance(value.content, str):
        if not path or path == ["*"]:
            yield value.content
        return
    entries = value.content if isinstance(value.content, tuple) else tuple(value.content.values())
    if path == ["*"]:
        for entry in entries:
            yield from _at(entry, path)
    elif path and path[0] == "*":
        for entry in entries:
            yield from _at(entry, path[1:])
    elif path and isinstance(value.content, Mapping) and path[0] in value.content:
        yield from _at(value.content[path[0]], path[1:])


def _keys(value: Value, path: Sequence[str]) -> Iterator[str]:
    """The keys of the mapping a path leads to, or the texts where it leads to texts."""
    if path and path[0] == "*":
        for entry in value.items():
            yield from _keys(entry, path[1:])
    elif path:
        yield from _keys(value.mapping()[path[0]], path[1:])
    elif isinstance(value.content, str):
        yield value.content
    else:
        yield from value.mapping()


def path(language: str) -> Path:
    """The file of a catalogue."""
    return i18n.FOLDER / language / "LC_MESSAGES" / f"{i18n.DOMAIN}.po"


def translated() -> tuple[str, ...]:
    """The languages that have a catalogue."""
    return tuple(language for language in i18n.languages() if language != i18n.ENGLISH)


def read(language: str) -> Catalog:
    """A catalogue as it is on disk."""
    with path(language).open("rb") as file:
        return read_po(file, locale=language)


def written(catalogue: Catalog) -> bytes:
    """A catalogue as a file holds it: in the order of the messages, without dates and numbers of lines."""
    out = io.BytesIO()
    for message in catalogue:
        message.flags.discard("python-format")  # "5 % faster" is none
    write_po(
        out,
        catalogue,
        width=110,
        sort_output=True,
        include_lineno=False,
        ignore_obsolete=True,
        omit_header=True,
    )
    assert catalogue.locale is not None
    head = (
        f"# {catalogue.locale.english_name} texts, brought up to date by: python -m tests.catalogue",
        'msgid ""',
        'msgstr ""',
        f'"Language: {catalogue.locale}\\n"',
        f'"Plural-Forms: {catalogue.plural_forms}\\n"',
        '"MIME-Version: 1.0\\n"',
        '"Content-Type: text/plain; charset=utf-8\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"',
        "",
        "",
    )
    return "\n".join(head).encode() + out.getvalue()


def faults(language: str) -> Iterator[str]:
    """What is wrong with the translations that there are."""
    for message in read(language):
        if message.id:
            for text in _faults(message):
                yield f"{language}: {text}: {message.id!r} -> {message.string!r}"


def _faults(message: Message) -> Iterator[str]:
    ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    strings = (message.string,) if isinstance(message.string, str) else tuple(message.string)
    if message.fuzzy:
        yield "fuzzy"
    if not any(strings):
        return
    if not all(strings):
        yield "a plural form is missing"
    known = {field for text in ids for field in _fields(text)}
    for text in strings:
        blanks = [piece[:1].isspace() for piece in (text, ids[0])]
        if text.strip() and blanks[0] != blanks[1] and text[:1] < "\u3000":  # Chinese needs none
            yield "another blank at the start"
        try:
            found = set(_fields(text))
        except ValueError as error:
            yield f"braces: {error}"
            continue
        least = known if len(ids) == 1 else known - {("n", "", None)}
        if not least <= found <= known:
            yield f"placeholders {sorted(map(str, found ^ known))}"


def _fields(text: str) -> Iterator[tuple[str, str, str | None]]:
    for _literal, name, spec, conversion in Formatter().parse(text):
        if name is not None:
            yield name, spec or "", conversion


def state(language: str) -> tuple[list[str], list[str], list[str]]:
    """Messages a catalogue lacks, holds though they are gone, and has no translation of."""
    wanted, held = messages(), read(language)
    new = [m.id for m in wanted if m.id and held.get(m.id) is None]
    gone = [m.id for m in held if m.id and wanted.get(m.id) is None]
    empty = [m.id for m in held if m.id and not (m.string if isinstance(m.string, str) else all(m.string))]
    return new, gone, empty


def main() -> None:
    """Bring the catalogues up to date and say what is left to translate."""
    wanted = messages()
    for language in translated():
        held = read(language)
        held.update(wanted, no_fuzzy_matching=True)
        path(language).write_bytes(written(held))
        new, gone, empty = state(language)
        fuzzy = sum(message.fuzzy for message in held)
        said = f"{language}: {len(held)} messages, {len(empty)} to translate, {fuzzy} to look at again\n"
        sys.stdout.write(said)
        assert not new, new
        assert not gone, gone
        for fault in faults(language):
            sys.stdout.write(f"  {fault}\n")


if __name__ == "__main__":
    main()
