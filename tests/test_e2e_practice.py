"""A whole practice call through the command line, with a sound card in software and the real model."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from make_sound import RATE, wav

from tests.virtual_sound import virtual_sound
from voicecoach import audio
from voicecoach.history import History
from voicecoach.practice import rehearsal
from voicecoach.types import AGENT, CUSTOMER

__all__ = ["virtual_sound"]  # a fixture

SAMPLES = Path(__file__).parent.parent / "samples"
PLAY = ("paplay", "--device=microphone")
LINES = 3

SCENARIO = """
scenario: "1"
id: cold-radiators
title: Cold radiators
family: everyday
language: en
difficulty: 1
role: You are Helen at Greenfield Heating.
caller: {{name: Daniel Carter, about: a customer}}
place: the service desk
goal: help
lines:
{lines}
debrief: [How was it?]
source: made for a test
"""


@pytest.fixture
def spoken(tmp_path: Path) -> Mapping[str, list[tuple[str, Path]]]:
    """The first turns of a sample call after the greeting, by speaker: their text and their sound."""
    truth: dict[str, Any] = yaml.safe_load((SAMPLES / "good_call.yaml").read_text(encoding="utf-8"))
    samples = audio.load(SAMPLES / "good_call.flac").samples
    found: dict[str, list[tuple[str, Path]]] = {AGENT: [], CUSTOMER: []}
    for number, turn in enumerate(truth["turns"][1 : 1 + 2 * LINES]):
        channel = truth["channels"].index(turn["speaker"])
        piece = samples[channel, round(turn["start"] * RATE) : round(turn["end"] * RATE)]
        found[turn["speaker"]].append((turn["text"], wav(tmp_path / f"{number}.wav", piece)))
    assert {len(turns) for turns in found.values()} == {LINES}
    return found


def test_a_call_from_the_first_line_to_the_page(
    virtual_sound: Mapping[str, str], spoken: Mapping[str, list[tuple[str, Path]]], tmp_path: Path
) -> None:
    lines = "\n".join(
        f'  - say: "{text}"\n    audio: {path.name}\n    example: "{answer}"'
        for (text, path), (answer, _) in zip(spoken[CUSTOMER], spoken[AGENT], strict=True)
    )
    (tmp_path / "cold-radiators.yaml").write_text(SCENARIO.format(lines=lines), encoding="utf-8")
    kept = tmp_path / "history"
    practice = subprocess.Popen(
        [
            *(sys.executable, "-m", "voicecoach", "practice", str(tmp_path / "cold-radiators.yaml")),
            *("--history", str(kept), "--threads", "2"),
        ],
        env=virtual_sound,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert practice.stderr is not None
    assert practice.stdout is not None
    answers = [path for _, path in spoken[AGENT]]
    seen = []
    for said in practice.stderr:
        seen.append(said)
        if "Your turn" in said and answers:
            play = [*PLAY, str(answers.pop(0))]
            subprocess.run(play, env=virtual_sound, check=True, timeout=60)
    page = practice.stdout.read()
    assert practice.wait(120) == 0, "".join(seen)
    assert not answers, "".join(seen)

    assert page.startswith("Cold radiators\n")
    assert "YOUR ANSWERS" in page
    assert page.count("you: ") == LINES
    with History.open(kept) as store:
        (take,) = store.takes()
        assert (take.status, take.ended, take.kind) == ("analysed", "done", "practice")
        played = rehearsal.remembered(store, take)
        told = rehearsal.kept(store, take)
        analysis = store.analysis(take.number)
    assert told is not None
    assert analysis is not None
    assert [line.line for line in played.lines] == list(range(LINES))
    for answer, (text, _) in zip(told.answers, spoken[AGENT], strict=True):
        # numbers are said in words and heard in figures, so not every word can be found again
        wanted = {word.strip(".,?!").lower() for word in text.split()}
        heard = {word.strip(".,?!").lower() for word in answer.quote.split()}
        assert len(wanted & heard) >= len(wanted) / 2, answer.quote
    customer = [turn.text for turn in analysis.turns if turn.speaker == CUSTOMER]
    assert " ".join(customer).split() == " ".join(text for text, _ in spoken[CUSTOMER]).split()
