"""What we write, we read: a call written in each format and read as a transcript says the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests import make_analysis as made
from tests.test_formats import joined
from voicecoach import reports, transcripts
from voicecoach.reports.cues import cues
from voicecoach.transcripts import Line
from voicecoach.types import Analysis, Turn, Word


def spoken(language: str, lines: tuple[tuple[str, ...], ...]) -> Analysis:
    """A call in a language without spaces, agent and customer in turns."""
    turns, at = [], 1.0
    for k, words in enumerate(lines):
        said = tuple(Word(word, at + 0.4 * n, at + 0.4 * n + 0.35, 0.8, True) for n, word in enumerate(words))
        turns.append(Turn("customer" if k % 2 else "agent", "".join(words), at, said[-1].end, said))
        at = said[-1].end + 0.5
    return replace(made.analysis(turns, (), path="call.wav"), language=language)


CALLS = {
    "good": made.good(),
    "poor": made.poor(),
    "alone": made.alone(),
    "ja": spoken(
        "ja",
        (
            ("お電話", "ありがとう", "ございます。"),
            ("荷物が", "まだ", "届きません。"),
            ("確認", "いたします。"),
        ),
    ),
    "zh": spoken(
        "zh",
        (
            ("您好，", "请问", "有什么", "可以", "帮您？"),
            ("我的", "快递", "还没", "到。"),
            ("我", "马上", "查一下。"),
        ),
    ),
}


def read(tmp_path: Path, analysis: Analysis, *formats: str) -> tuple[Line, ...]:
    paths = [reports.write(tmp_path / "call", name, [analysis]) for name in formats]
    return transcripts.read(paths[0], language=analysis.language).lines


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("formats", [("textgrid",), ("amazon",), ("rttm", "ctm"), ("json",), ("txt",)])
def test_turns_come_back(tmp_path: Path, call: str, formats: tuple[str, ...]) -> None:
    analysis = CALLS[call]
    found = read(tmp_path, analysis, *formats)
    assert [(line.speaker or "").lower() for line in found] == [turn.speaker for turn in analysis.turns]
    spaced = formats == ("rttm", "ctm")  # a word a line: what stood between them is not in it
    same = joined if spaced else str
    assert [same(line.text) for line in found] == [same(turn.text) for turn in analysis.turns]
    if formats == ("txt",):
        assert not any(line.words or line.start for line in found)
        return
    for line, turn in zip(found, analysis.turns, strict=True):
        assert [word.text.strip() for word in line.words] == [word.text for word in turn.words]
        for word, said in zip(line.words, turn.words, strict=True):
            assert (word.start, word.end) == pytest.approx((said.start, said.end), abs=0.001)
        assert line.start == pytest.approx(turn.start, abs=0.001)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("name", ["vtt", "srt", "tsv"])
def test_cues_come_back(tmp_path: Path, call: str, name: str) -> None:
    analysis = CALLS[call]
    found = [
        ((line.speaker or "").lower(), round((line.start or 0) * 1000), round((line.end or 0) * 1000))
        for line in read(tmp_path, analysis, name)
    ]
    assert found == [(cue.speaker, *cue.millis) for cue in cues(analysis)]
    texts = [joined(line.text) for line in read(tmp_path, analysis, name)]
    assert texts == [joined(cue.text) for cue in cues(analysis)]


@pytest.mark.parametrize("name", ["vtt", "srt", "tsv", "txt", "textgrid"])
def test_who_is_not_known_stays_unknown(tmp_path: Path, name: str) -> None:
    assert {line.speaker for line in read(tmp_path, made.two_voices(), name)} <= {None, ""}
