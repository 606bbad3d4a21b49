"""Nothing in a pack or a text can hang the program, crash it, or have it print what a terminal acts on."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from voicecoach import cli
from voicecoach.datafile import Value, read_text
from voicecoach.errors import DataFileError, VoicecoachError
from voicecoach.rules import check, find, load_pack, loader
from voicecoach.rules.patterns import LONGEST_PHRASE, Phrases
from voicecoach.rules.text import MARKS, Spelling, Text, read
from voicecoach.types import AGENT, CUSTOMER, Turn

EN = load_pack("en")
PLAIN = Spelling()
RULE = (Path(loader.__file__).parent / "templates" / "phrase.yaml").read_text(encoding="utf-8")


def slot(phrases: Phrases, *written: str) -> int:
    values = tuple(Value(text, "rule.yaml", line, 1, {}) for line, text in enumerate(written, 1))
    return phrases.add(Value(values, "rule.yaml", 1, 1, {}))


# --- the matcher against a naive one -----------------------------------------------------------------------

Ends = Callable[[Sequence[str], int], set[int]]
Part = tuple[str, Ends]  # as written, and where it ends if it begins at a place


def one(written: str, holds: Callable[[str], bool]) -> Part:
    return written, lambda words, at: {at + 1} if at < len(words) and holds(words[at]) else set()


def word(text: str) -> Part:
    return one(text, lambda found: found == text)


LEAVES = st.sampled_from(
    [
        *map(word, ("a", "b", "ab", "ba")),
        one("_", lambda found: found not in MARKS),
        one("a*", lambda found: found.startswith("a")),
        one("*b", lambda found: found.endswith("b")),
        one("$", lambda found: found in ("$", "?")),
        one("?", lambda found: found == "?"),
        one("^", lambda found: found == "^"),
    ]
)


def row(parts: list[Part]) -> Part:
    def ends(words: Sequence[str], at: int) -> set[int]:
        found = {at}
        for _, after in parts:
            found = {end for start in found for end in after(words, start)}
        return found

    return " ".join(written for written, _ in parts), ends


def choice(parts: list[Part]) -> Part:
    written = f"({'|'.join(written for written, _ in parts)})"
    return written, lambda words, at: {end for _, after in parts for end in after(words, at)}


def maybe(part: Part) -> Part:
    return f"({part[0]})?", lambda words, at: {at} | part[1](words, at)


def gap(before: Part, after: Part, most: int) -> Part:
    def ends(words: Sequence[str], at: int) -> set[int]:
        found: set[int] = set()
        for start in before[1](words, at):
            for middle in range(start, min(start + most, len(words)) + 1):
                if MARKS.isdisjoint(words[start:middle]):
                    found |= after[1](words, middle)
        return found

    return f"{before[0]} ...{most} {after[0]}", ends


PARTS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(choice),
        st.lists(inner, min_size=1, max_size=3).map(row).map(lambda part: choice([part])),
        inner.map(maybe),
        st.builds(gap, inner, inner, st.integers(1, 3)).map(lambda part: choice([part])),
    ),
    max_leaves=6,
)
PHRASES = st.lists(PARTS, min_size=1, max_size=4).map(row)
WORDS = st.lists(st.sampled_from(["a", "b", "ab", "ba", "c", ".", "?"]), max_size=14).map(" ".join)


def naive(phrases: Sequence[Part], words: Sequence[str]) -> list[tuple[int, int]]:
    """Leftmost and longest, none overlapping, tried one by one."""
    kept: list[tuple[int, int]] = []
    for start in range(len(words)):
        longest = max((end for _, ends in phrases for end in ends(words, start)), default=start)
        if longest > start and (not kept or start >= kept[-1][1]):
            kept.append((start, longest))
    return kept


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(PHRASES, min_size=1, max_size=3), min_size=1, max_size=3), st.lists(WORDS, max_size=3)
)
def test_the_matcher_finds_what_a_naive_one_finds(lists: list[list[Part]], texts: list[str]) -> None:
    phrases = Phrases(PLAIN, {})
    slots: dict[int, list[Part]] = {}
    for parts in lists:
        kept = [part for part in parts if 0 not in part[1]((), 0)]  # (a)? alone is refused
        if kept:
            slots[slot(phrases, *(written for written, _ in kept))] = kept
    for _ in range(2):  # what was remembered changes nothing
        for text in texts:
            words = read(text, PLAIN)
            hits = phrases.scan(words)
            for number, parts in slots.items():
                assert list(hits.get(number, ())) == naive(parts, words.stream)


# --- any text ----------------------------------------------------------------------------------------------

ODD = "aeI'-.,?!0 1\n\0\u0301\u0345\u200b\u202e\u00a0\u0130\u1e9e\ufb01\ufdfa\ud800\u0e33\uff1f谢\u2028"
TEXTS = st.one_of(
    st.text(max_size=80),
    st.text(alphabet=ODD, max_size=80),
    st.lists(
        st.sampled_from(["thank you", "sorry", "no", "?", "um", "\u202e", "\u0301" * 40]), max_size=9
    ).map(" ".join),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from((AGENT, CUSTOMER, "unknown")), TEXTS), max_size=5))
def test_every_match_lies_in_the_text_and_comes_again(turns: list[tuple[str, str]]) -> None:
    said = [Turn(speaker, text) for speaker, text in turns]
    found = find(EN, said)
    for match in found:
        assert match.turn is not None
        text = said[match.turn].text
        assert 0 <= match.start_char < match.end_char <= len(text)
        assert match.quote == text[match.start_char : match.end_char]
        assert said[match.turn].speaker == AGENT
    assert find(EN, said) == found


LONG = 40_000  # characters; every one of these has been quadratic in some program


PIECES = [
    "a",
    "a ",
    "1.",
    "1:",
    "a-",
    "a'",
    "um ",
    ". ",
    "? ",
    "\n",
    "\u0301",
    "a\u0301\u0323",
    "\u202e",
    "\ufdfa",
]
PIECES += [
    "\0",
    "\ud800",
    "谢",
    "sorry ",
    "sorry. ",
    "no thank you ",
    "two ",
    "I am sorry, but no. ",
    "why? ",
    "x y ",
]


@pytest.mark.parametrize("piece", PIECES)
def test_a_very_long_turn_is_read_and_judged(piece: str) -> None:
    text = piece * (LONG // len(piece))
    for match in find(
        EN, [Turn(CUSTOMER, text), Turn(AGENT, text), Turn(CUSTOMER, "It is broken."), Turn(AGENT, text)]
    ):
        assert match.quote


@pytest.mark.parametrize("speakers", [(AGENT,), (AGENT, CUSTOMER), (CUSTOMER, "speaker3")])
def test_very_many_turns_are_judged(speakers: tuple[str, ...]) -> None:
    texts = ("Thank you for waiting.", "It is broken.", "You should restart it, sorry.")
    turns = [Turn(speakers[at % len(speakers)], texts[at % 3]) for at in range(6_000)]
    assert bool(find(EN, turns)) == (AGENT in speakers)


def steps(work: Callable[[], object]) -> int:
    """How many lines of the matcher are run."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace if frame.f_code.co_filename.endswith("patterns.py") else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    "phrase",
    [
        "a " + "(a|a a|(a)? a) ...12 " * 8 + "b",
        "(a)? " * 60 + "b",
        "_ _ _ ...12 _ ...12 _ b",
        "(a|a a|a a a|a a a a) " * 30 + "b",
    ],
)
def test_the_steps_grow_as_the_text_does(phrase: str) -> None:
    """Twice the text, twice the steps: counted, not timed."""

    def count(words: int) -> int:
        phrases = Phrases(PLAIN, {})
        slot(phrases, phrase)
        text = read("a " * words, PLAIN)
        return steps(lambda: phrases.scan(text))

    first, second = count(400), count(800)
    assert second <= 2.2 * first
    assert second <= 800 * 12 * LONGEST_PHRASE


def test_phrases_that_tangle_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicecoach.rules.patterns.EFFORT", 20_000)
    monkeypatch.setattr("voicecoach.rules.patterns.EFFORT_PER_WORD", 2)
    phrases = Phrases(PLAIN, {})
    slot(phrases, *("a " + " ".join(f"(_ ...12 {x}|_ _ {x})" for x in "abcdef"[n:] * 2) for n in range(6)))
    texts = ["".join("abcdef"[pow(at + 2, n + 3, 1009) % 6] + " " for at in range(300)) for n in range(60)]
    words = [read(text, PLAIN) for text in texts]
    with pytest.raises(DataFileError, match=r"rule\.yaml:\d+:1: the phrases of this pack are too tangled"):
        list(map(phrases.scan, words))


def test_what_is_remembered_is_forgotten_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [read(" ".join("ab"[(at * n) % 3 % 2] for at in range(40)), PLAIN) for n in range(12)]
    phrases = Phrases(PLAIN, {})
    number = slot(phrases, "a ...6 b", "(a|b) ...6 a a b")
    once = [phrases.scan(text).get(number) for text in texts]
    monkeypatch.setattr("voicecoach.rules.patterns._FORGET", 3)
    assert [phrases.scan(text).get(number) for text in texts] == once


def test_what_is_remembered_of_a_text_is_forgotten_with_the_next_phrase() -> None:
    phrases = Phrases(PLAIN, {})
    first = slot(phrases, "thank you")
    assert phrases.look("Thank you.")[1] == {first: [(1, 3)]}
    assert phrases.look("Thank you.") is phrases.look("Thank you.")
    second = slot(phrases, "you")
    assert phrases.look("Thank you.")[1] == {first: [(1, 3)], second: [(2, 3)]}
    assert phrases.look("")[1] == {}


# --- any file ----------------------------------------------------------------------------------------------

LINES = RULE.splitlines()
SCRAPS = [
    *"[]{}'|>#()?^$_*\t\0\u202e\ud800谢",
    '"',
    "- ",
    ": ",
    "&a ",
    "*a",
    "!!x ",
    "no",
    "<a>",
    "...",
    "[[",
    "]]",
]
SCRAPS += ["phrases:", "type: echo", "999999999999"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_spoilt_file_is_read_or_refused_in_one_line(data: st.DataObject, tmp_path: Path) -> None:
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        column = data.draw(st.integers(0, len(lines[at])))
        scrap = data.draw(st.sampled_from(SCRAPS))
        kept = data.draw(st.integers(0, 3))
        lines[at] = lines[at][:column] + scrap + lines[at][column + kept :]
    text = "\n".join(lines)
    (tmp_path / "spoilt.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    checked = check("en", extra=[tmp_path], builtin=False)
    for line in checked.mistakes:
        assert line.startswith(f"{tmp_path}/spoilt.yaml:")
        assert "\n" not in line


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
@example(content=b"\xc2\xa0\x00")
def test_any_bytes_are_refused_in_one_line(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "bytes.yaml").write_bytes(content)
    checked = check("en", extra=[tmp_path], builtin=False)
    assert checked.mistakes
    assert all(line.startswith(f"{tmp_path}/bytes.yaml:") and "\n" not in line for line in checked.mistakes)


def test_files_that_are_none_are_named(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    (tmp_path / "nowhere.yaml").symlink_to(tmp_path / "missing")
    (tmp_path / "endless.yaml").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "wide.yaml").write_text(RULE, encoding="utf-16")
    found: list[str] = []
    worker = threading.Thread(
        target=lambda: found.extend(check("en", extra=[tmp_path]).mistakes), daemon=True
    )
    worker.start()
    worker.join(120)  # a pipe that nobody writes to would be waited for
    told = [line.removeprefix(f"{tmp_path}/") for line in found]
    assert [line.split(":")[0] for line in told] == [
        f"{name}.yaml" for name in ("endless", "folder", "loop", "nowhere", "pipe", "wide")
    ]
    assert all(line.split(":")[1:3] == ["1", "1"] for line in told)


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\nrules: []",
        "rules: " + "[" * 100_000,
        "rules:\n" + "".join(" " * n + "- \n" for n in range(1_000)),
        "? " * 50_000,
        "lists:\n" + "".join(f"  l{n}: [<l{n + 1}> <l{n + 1}>]\n" for n in range(400)) + "  l400: [a]\n",
        "lists:\n" + "".join(f"  l{n}: [<l{n + 1}>|<l{n + 1}>]\n" for n in range(25)) + "  l25: [a]\n",
        "lists:\n  a: [" + "(" * 50_000 + "]",
        "lists:\n  a: [" + "x" * 200_000 + "*]",
    ],
    ids=["aliases", "brackets", "steps", "keys", "long chain", "wide chain", "phrase brackets", "long word"],
)
def test_bombs_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "bomb.yaml").write_text(
        f"{text}\n" if "rules" in text else text + RULE.replace("welcome to", "<l0>")
    )
    mistakes = check("en", extra=[tmp_path]).mistakes
    assert mistakes
    assert all(len(line) < 600 for line in mistakes), [line[:600] for line in mistakes]


def test_very_many_phrases_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicecoach.rules.patterns.LARGEST_PACK", 9_000)
    phrases = "".join(f"        - w{n} x{n} y{n}\n" for n in range(3_000))
    head, tail = RULE.split("      unless:")
    (tmp_path / "many.yaml").write_text(head + phrases + "      unless:" + tail, encoding="utf-8")
    assert "too large together" in check("en", extra=[tmp_path], builtin=False).mistakes[0]


# --- what is printed ---------------------------------------------------------------------------------------


def test_nothing_is_printed_that_a_terminal_acts_on(tmp_path: Path) -> None:
    """Escapes of YAML bring in what may not stand in the file."""
    text = RULE.replace(
        "message: You welcomed the customer in the name of the company.",
        r'message: "\e[2J\u202Eyou\u0007\u200B\nlast line\x9b0m"',
    )
    assert text != RULE
    name = "\u202eevil"
    (tmp_path / name).mkdir()
    (tmp_path / name / "odd.yaml").write_text(text, encoding="utf-8")
    (tmp_path / name / "worse.yaml").write_text("a", encoding="utf-8")
    for arguments in (
        ["list", "--no-builtin"],
        ["check"],
        ["explain", "courtesy.example", "--no-builtin"],
        ["explain", "courtesy.example", "Welcome \u202e\x1b[2J to Greenfield gas"],
        ["explain", "courtesy.\x1b[2Jx"],
    ):
        for worse in (True, False):
            if not worse and (tmp_path / name / "worse.yaml").exists():
                (tmp_path / name / "worse.yaml").unlink()
            command = ["rules", *arguments, "--rules", str(tmp_path / name)]
            done = CliRunner().invoke(cli.cli, command)
            printed = done.output if done.exception is None or isinstance(done.exception, SystemExit) else ""
            if isinstance(done.exception, VoicecoachError):
                from voicecoach.cli.terminal import shown

                printed = shown(str(done.exception))
            assert all(line.isprintable() for line in printed.split("\n")), ascii(printed)


def test_the_reader_keeps_marks_in_order() -> None:
    words: Text = read("A\u0301" + "\u0323\u0301" * 5_000 + " b.", PLAIN)
    assert words.stream[-2:] == ("b", "$")
    with pytest.raises(DataFileError, match="reorders"):
        read_text("a: b\u202e", "x.yaml")
