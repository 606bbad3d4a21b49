"""A practice take analysed with the real model: the caller's lines are known, the agent's words are heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from make_sound import wav

from voicecoach import audio, pipeline, rules, scenarios
from voicecoach.known import Known
from voicecoach.practice import PlayedLine, outcome
from voicecoach.practice.answers import MET
from voicecoach.types import AGENT, CUSTOMER, Analysis

SAMPLES = Path(__file__).parent.parent / "samples"
NAMES = ("good_call", "poor_call")  # on which the agent is on the left


def lines(name: str) -> list[Known]:
    said: dict[str, Any] = yaml.safe_load((SAMPLES / f"{name}.yaml").read_text(encoding="utf-8"))
    assert said["channels"] == [AGENT, CUSTOMER]
    return [
        Known(turn["text"], turn["start"], turn["end"])
        for turn in said["turns"]
        if turn["speaker"] == CUSTOMER
    ]


@pytest.fixture(scope="module")
def given(coach: pipeline.Coach) -> Mapping[str, Analysis]:
    return {
        name: pipeline.analyse(SAMPLES / f"{name}.flac", coach=coach, known={CUSTOMER: lines(name)})
        for name in NAMES
    }


@pytest.mark.parametrize("name", NAMES)
def test_times_are_the_same_whether_the_callers_words_are_known_or_heard(
    given: Mapping[str, Analysis], analyses: Mapping[str, Analysis], name: str
) -> None:
    for identifier in ("talk.share", "talk.response_latency", "talk.interruptions"):
        known, heard = (
            next(m.value for m in one.measures if (m.id, m.speaker) == (identifier, AGENT))
            for one in (given[name], analyses[name])
        )
        assert known == pytest.approx(heard, abs=0.05), identifier


@pytest.mark.parametrize("name", NAMES)
def test_findings_are_nearly_the_same(
    given: Mapping[str, Analysis], analyses: Mapping[str, Analysis], name: str
) -> None:
    known, heard = ({f.rule for f in one.findings} for one in (given[name], analyses[name]))
    assert len(known & heard) >= 0.8 * len(known | heard), known ^ heard


@pytest.mark.parametrize("name", NAMES)
def test_the_callers_words_are_the_lines(given: Mapping[str, Analysis], name: str) -> None:
    said = " ".join(t.text for t in given[name].turns if t.speaker == CUSTOMER)
    assert said == " ".join(line.text for line in lines(name))


def test_shown_lines_leave_the_agents_findings_as_they_are(
    coach: pipeline.Coach, given: Mapping[str, Analysis], tmp_path: Path
) -> None:
    samples = np.array(audio.load(SAMPLES / "good_call.flac").samples)
    samples[1] = 0
    shown = pipeline.analyse(
        wav(tmp_path / "shown.wav", samples), coach=coach, known={CUSTOMER: lines("good_call")}
    )
    known = {f.rule for f in given["good_call"].findings}
    assert len(known & {f.rule for f in shown.findings}) >= 0.9 * len(known)
    share = next(m for m in shown.measures if m.id == "talk.share")
    assert (share.value, share.reason) == (None, "the caller's lines were shown, not played")


def test_answers_hold_what_was_put_into_them(given: Mapping[str, Analysis]) -> None:
    """The call as if it were a scenario: each answer should hold the markers that are known to be in it."""
    said = yaml.safe_load((SAMPLES / "good_call.yaml").read_text(encoding="utf-8"))["turns"]
    positive = {rule.id for rule in rules.load_pack("en").rules if rule.polarity == "positive"}
    known = scenarios.load("no-hot-water")
    lines, played = [], []
    for theirs, answer in pairwise(said):
        if (theirs["speaker"], answer["speaker"]) != (CUSTOMER, AGENT) or answer["start"] < theirs["end"]:
            continue  # an acknowledgement within the line is no answer
        wanted = tuple(scenarios.Expect((one,), one) for one in answer["markers"] if one in positive)
        first = answer["text"].split(",")[0].split(".")[0]
        lines.append(
            replace(known.lines[0], say=theirs["text"], expect=wanted, must_say=(first,), must_not_say=())
        )
        played.append(PlayedLine(len(played), theirs["start"], theirs["end"], answer["start"], answer["end"]))
    scenario = replace(known, lines=tuple(lines), must_say=(), must_not_say=("calm down",))
    found = outcome.evaluate(scenario, played, given["good_call"])
    assert found.wanted >= 8
    assert found.met >= 0.85 * found.wanted, [e for a in found.answers for e in a.expected if e.status != MET]
    for answer, truth in zip(found.answers, played, strict=True):
        assert truth.answer_start is not None
        assert answer.answer_start == pytest.approx(truth.answer_start, abs=0.25)
        assert answer.latency == pytest.approx(truth.answer_start - truth.end, abs=0.3)
    asked = [phrase for answer in found.answers for phrase in answer.must_say]
    assert sum(phrase.said is True for phrase in asked) >= 0.8 * len(asked)
    assert [phrase.said for phrase in found.must_not_say] == [False]
