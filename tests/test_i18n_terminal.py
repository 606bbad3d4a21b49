"""Text of any script in the terminal: columns align, lines fit, words join as their script has it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests import make_analysis as made
from voicecoach.reports import columns, page, text
from voicecoach.spacing import joined, length
from voicecoach.types import Analysis

WIDE = "请问您的订单号码是多少？我马上帮您查。"
COMBINED = "e\u0301te\u0301 n\u0303andu\u0301"
EMOJI = "👍 ok 📞"


# --- width --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "wide"), [("abc", 3), ("", 0), ("你好", 4), ("はい。", 6), ("ﾊｲ", 2), (COMBINED, 9), (EMOJI, 8)]
)
def test_a_text_is_as_wide_as_a_terminal_shows_it(said: str, wide: int) -> None:
    assert columns.width(said) == wide
    assert columns.width(columns.pad(said, 12)) == columns.width(columns.pad(said, 12, right=True)) == 12
    assert columns.pad(said, 1).strip() == said


def test_lines_break_between_characters_but_not_before_a_mark() -> None:
    lines = columns.wrap(WIDE, 12)
    assert "".join(lines) == WIDE
    assert all(columns.width(line) <= 12 for line in lines)
    assert not any(line[0] in "？。、，」" for line in lines)
    assert columns.wrap("他说好「的话」", 8) == ["他说好", "「的话」"]


def test_lines_break_at_spaces_where_there_are_any() -> None:
    assert columns.wrap("one two three", 8, "- ", "  ") == ["- one", "  two", "  three"]
    assert columns.wrap("order 订单 number", 9) == ["order 订", "单 number"]
    assert columns.wrap("", 10) == []


def test_a_word_longer_than_a_line_is_broken() -> None:
    assert columns.wrap("Donaudampfschiff", 6) == ["Donaud", "ampfsc", "hiff"]


@given(st.text(st.sampled_from("ab 你好。，「」はい\u0301👍é"), max_size=40), st.integers(4, 20))
def test_no_line_is_too_wide_and_nothing_is_lost(said: str, wide: int) -> None:
    said = page.clean(said)
    lines = columns.wrap(said, wide)
    assert "".join(lines).replace(" ", "") == said.replace(" ", "")
    assert all(columns.width(line) <= wide or not any(map(str.isspace, line)) for line in lines)


def test_a_quote_is_cut_by_its_width() -> None:
    assert page.quoted("word " * 11 + "end") == f'"{"word " * 11}end"'
    cut = page.quoted(WIDE * 3)
    assert cut.endswith(' ..."')
    assert columns.width(cut) <= page.LONGEST_QUOTE + 6
    assert columns.head("你好吗", 5) == "你好"
    assert columns.head("你好吗", 1) == "你"


# --- pages --------------------------------------------------------------------------------------------------


def _everywhere(analysis: Analysis, said: str) -> Analysis:
    findings = tuple(replace(f, quote=said, message=said, advice=said) for f in analysis.findings)
    criteria = tuple(replace(c, name=said, reason=said) for c in analysis.scores.criteria)
    return replace(
        analysis,
        findings=findings,
        scores=replace(analysis.scores, criteria=criteria),
        source=replace(analysis.source, path=f"{said}.wav"),
    )


@pytest.mark.parametrize("said", [WIDE, WIDE * 4, COMBINED * 5, EMOJI * 20, "ぉっ、" * 40])
@pytest.mark.parametrize("width", [40, 80])
def test_no_line_of_a_report_is_wider_than_the_page(said: str, width: int) -> None:
    shown = text.render([_everywhere(made.poor(), said)], width=width)
    assert max(map(cell_len, shown.splitlines())) <= width


def test_columns_of_a_page_align() -> None:
    console, out = page.console(80, False)
    page.rows(console, [("你好", "first"), ("ab", "second"), (COMBINED, "third"), ("👍", "fourth")])
    lines = out.getvalue().splitlines()
    assert {
        cell_len(line[: line.index(word)]) for line, word in zip(lines, ("fi", "se", "th", "fo"), strict=True)
    } == {13}


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_a_console_that_cannot_show_it_gets_a_replacement(encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "话 😀.wav"
    file.write_bytes(b"no sound")
    run = subprocess.run(
        [sys.executable, "-m", "voicecoach", "analyse", str(file)],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        check=False,
    )
    said = run.stderr.decode("utf-8" if encoding == "ascii" else encoding)  # click takes ASCII for a mistake
    assert run.returncode == 1
    assert "Traceback" not in said
    assert ("话" in said) == (encoding != "cp1252")
    assert ".wav: " in said


# --- words put together -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "text_"),
    [
        (["hello", "there"], "hello there"),
        (["你好，", "请问"], "你好，请问"),
        (["はい", "。"], "はい。"),
        (["您好", "Anna", "请说"], "您好 Anna 请说"),
        (["да", "", "конечно"], "да конечно"),
        ([], ""),
    ],
)
def test_words_are_joined_as_their_script_writes_them(words: list[str], text_: str) -> None:
    assert joined(words) == text_


def test_how_long_a_text_is_does_not_hang_on_its_spaces() -> None:
    assert length("What have you tried so far?") == 6
    assert length("") == 0
    assert length("请问您的订单号码") == 4
    assert length("OK 好的") == 2
