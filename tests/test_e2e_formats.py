"""WebVTT as Chromium's own parser reads it from a ``<track>``; calls written, read and analysed again."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import make_analysis as made
from tests.browser import Browser, browser
from tests.test_formats import HOSTILE, call, expected, joined, shown
from voicecoach import pipeline, reports, transcripts
from voicecoach.reports.cues import voice
from voicecoach.types import Analysis

__all__ = ["browser"]  # a fixture

READ = """
return [...document.querySelector('track').track.cues].map(cue => {
  const part = cue.getCueAsHTML();
  const who = part.querySelector('span[title]');
  const kinds = [...part.querySelectorAll('*')].map(element => element.localName);
  return [Math.round(cue.startTime * 1000), Math.round(cue.endTime * 1000),
          who ? who.title : '', part.textContent, kinds];
})"""


def every(words: tuple[str, ...]) -> Analysis:
    return call(
        [("agent" if k % 2 else "unknown", [one, "and", "more"], 1.0, True) for k, one in enumerate(words)]
    )


@pytest.mark.parametrize(
    "analysis", [made.good(), made.poor(), every(HOSTILE)], ids=["good", "poor", "hostile"]
)
def test_chromium_finds_the_cues(browser: Browser, tmp_path: Path, analysis: Analysis) -> None:
    text = base64.b64encode(reports.render("vtt", [analysis]).encode()).decode()
    page = tmp_path / "page.html"
    track = f'<track default src="data:text/vtt;base64,{text}">'
    page.write_text(f'<!doctype html><meta charset="utf-8"><video>{track}</video>', encoding="utf-8")
    browser.open(page)
    browser.until("return document.querySelector('track').readyState === 2")
    found = browser.run(READ)
    want = expected(analysis)
    assert [(begin, end) for begin, end, *_ in found] == [time for time, *_ in want]
    assert [who for _, _, who, *_ in found] == [voice(who) for _, who, _ in want]
    assert [shown(said) for *_, said, _ in found] == [shown(words) for *_, words in want]
    assert {kind for *_, kinds in found for kind in kinds} <= {"span"}
    assert all(joined(said) for *_, said, _ in found)


@pytest.mark.parametrize("name", ["vtt", "srt", "tsv", "textgrid", "amazon"])
@pytest.mark.parametrize("made_call", [made.good, made.poor])
def test_a_call_written_and_analysed_again_is_the_same_call(
    tmp_path: Path, coach: pipeline.Coach, name: str, made_call: Callable[[], Analysis]
) -> None:
    def analysed(kind: str) -> Analysis:
        path = reports.write(tmp_path / kind, kind, [made_call()])
        return pipeline.analyse(None, transcript=transcripts.read(path, language="en"), coach=coach)

    first, again = analysed("json"), analysed(name)
    assert [(t.speaker, t.text) for t in again.turns] == [(t.speaker, t.text) for t in first.turns]
    assert [(t.speaker, t.text) for t in first.turns] == [(t.speaker, t.text) for t in made_call().turns]
    assert Counter(f.rule for f in again.findings) == Counter(f.rule for f in first.findings)
    assert first.findings
    if name in ("textgrid", "amazon"):
        for turn, own in zip(again.turns, made_call().turns, strict=True):
            for word, said in zip(turn.words, own.words, strict=True):
                assert (word.start, word.end) == pytest.approx((said.start, said.end), abs=0.001)
