"""Messages of commands in the reader's language, and nothing that is decided by the language of a text."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from make_records import record

from tests import catalogue
from tests import make_analysis as made
from tests.pseudo import LANGUAGE, pseudo, spoken
from voicecoach import i18n, quality, triage
from voicecoach.cli.language import of_reader

PACKAGE = Path(i18n.__file__).parent


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LC_ALL": "ru_RU.UTF-8", "LANG": "es_ES.UTF-8"}, "ru"),
        ({"LC_MESSAGES": "ja_JP.UTF-8", "LANG": "es_ES.UTF-8"}, "ja"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LC_ALL": "C", "LANG": "es_ES.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_reader_is_known_by_the_locale(
    environment: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert of_reader() == language


def test_a_console_without_the_letters_gets_english(monkeypatch: pytest.MonkeyPatch) -> None:
    class Narrow:
        encoding = "ascii"

    monkeypatch.setenv("LC_ALL", f"{LANGUAGE}_XX.UTF-8")
    with spoken(monkeypatch):
        assert of_reader() == LANGUAGE
        monkeypatch.setattr(sys, "stderr", Narrow())
        assert of_reader() == "en"


@pytest.mark.parametrize("language", [name for name in i18n.languages() if name != "en"])
def test_a_command_says_what_went_wrong_in_the_language_that_is_asked_for(
    language: str, tmp_path: Path
) -> None:
    english = "{name}: not a sound file, or damaged at its start; export it again, for example as WAV"
    with i18n.using(language):
        wanted = i18n.fill(english, name="call.wav")
    (tmp_path / "call.wav").write_bytes(b"no sound")
    run = subprocess.run(
        [sys.executable, "-m", "voicecoach", "analyse", str(tmp_path / "call.wav"), "--language", language],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert run.stderr.decode() == f"voicecoach: {wanted}\n"


def test_what_troubles_a_recording_is_known_in_every_language(monkeypatch: pytest.MonkeyPatch) -> None:
    flaws = {"cut": {"read": 3.0, "stated": 60.0}}
    translated = catalogue.messages()
    for message in translated:
        message.string = pseudo(message.id) if isinstance(message.id, str) else tuple(map(pseudo, message.id))
    i18n.patterns.cache_clear()
    monkeypatch.setattr(i18n, "_messages", lambda _language: translated)
    with spoken(monkeypatch):
        with i18n.using(LANGUAGE):
            warned = quality.flaws(flaws)
            refused = i18n.fill("{name}: is empty (0 bytes); record or export it again", name="b.wav")
        assert warned != quality.flaws(flaws)
        records = [
            record("a", analysis=replace(made.good(), warnings=warned), relative="a.wav"),
            record("b", reason=refused.removeprefix("b.wav: "), relative="b.wav"),
        ]
        assert [group.id for group in triage.unusable(records)] == ["empty", "damaged"]
    i18n.patterns.cache_clear()


def _hidden(tree: ast.AST) -> Iterator[int]:
    """Lines of functions that call _() and assign to it as well, which makes it a local name."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            own = [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id == "_"]
            inside = {
                id(name)
                for node in ast.walk(function)
                if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp)
                for part in node.generators
                for name in ast.walk(part.target)
            }
            if any(isinstance(node.ctx, ast.Load) for node in own):
                yield from (
                    node.lineno for node in own if isinstance(node.ctx, ast.Store) and id(node) not in inside
                )


def test_no_function_that_translates_takes_the_name_for_something_else() -> None:
    files = sorted(PACKAGE.rglob("*.py"))
    assert len(files) > 100
    found = [f"{file}:{line}" for file in files for line in _hidden(ast.parse(file.read_text("utf-8")))]
    assert found == []
