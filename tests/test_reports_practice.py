"""The page after a practice take."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from test_practice_outcome import FOUND, PLAYED, SCENARIO, TURNS, line, made, scenario

from voicecoach import rules
from voicecoach.practice import outcome, recovery
from voicecoach.practice.answers import settings
from voicecoach.practice.outcome import Outcome
from voicecoach.reports import practice
from voicecoach.types import AGENT

HARD = replace(SCENARIO, family="abusive", opt_in=True, debrief=("What helped?", "What now?"))
MOVE = recovery.Move(0, 5.0, level=4.0, pace=-12.0, pitch=0.1, within=False)


def page(found: Outcome, rating: dict[str, int] | None = None, **options: object) -> str:
    return practice.render(found, made(), rating, **options)  # type: ignore[arg-type]


def judged(**other: object) -> Outcome:
    return replace(outcome.evaluate(SCENARIO, PLAYED, made()), **other)  # type: ignore[arg-type]


def test_the_own_view_comes_first_then_what_worked_then_one_thing_to_try() -> None:
    text = page(
        judged(), {"let_finish": 3, "fitted": 3, "easy_to_follow": 5}, report="voicecoach history show 4"
    )
    titles = ("YOUR VIEW AND THE RECORDING", "WHAT WORKED", "TRY NEXT", "60-SECOND DRILL", "YOUR ANSWERS")
    places = [text.index(title) for title in titles]
    assert places == sorted(places)
    assert text.count("\n  -  ") <= practice.MOST_DIFFERENCES
    assert text.count("One way to say it:") == 1
    assert text.endswith("The full report: voicecoach history show 4\n")


def test_each_answer_is_shown_with_what_was_heard_and_what_is_open() -> None:
    text = page(judged())
    assert '1  0:00.9 "Hello, my brake squeals."' in text
    assert 'you: "I see, a squealing brake. How long has it done that?"' in text
    assert "heard: the caller's own words, an open question" in text
    assert " s before the end): " in text
    assert "open: a choice" in text
    assert 'asked for: "look at it today at nine"; you said "look at it tomorrow at nine"' in " ".join(
        text.split()
    )


def test_a_call_in_which_nothing_is_open_asks_for_nothing() -> None:
    complete = scenario(line("Hello.", ("listening.echo",)))
    take = replace(made(), coaching=replace(made().coaching, next_step=None, drill=None, strength=None))
    text = practice.render(outcome.evaluate(complete, PLAYED[:1], take), take)
    assert "TRY NEXT" not in text
    assert "open:" not in text
    assert "This answer had everything in it:" in text


def test_a_must_that_was_broken_comes_before_what_an_answer_left_open() -> None:
    take = made()
    step = outcome.Note("lets_finish", "Let the caller finish.", "Right.", 11.5)
    broken = replace(take, coaching=replace(take.coaching, next_step=step))
    assert outcome.next_step(judged(), broken)[0] == step
    general = replace(broken, coaching=replace(take.coaching, next_step=replace(step, about="thanks")))
    note, drill = outcome.next_step(judged(), general)
    assert note is not None
    assert (note.text, note.suggestion) == ("Try structure.options.", SCENARIO.lines[1].example)
    assert drill is not None
    assert drill.text == settings().texts["drill"]


@pytest.mark.parametrize("ended", ["stop word", "stopped"])
def test_after_a_stopped_hard_call_there_is_only_the_debrief(ended: str) -> None:
    found = outcome.evaluate(HARD, PLAYED, made(), ended=ended)
    text = page(found, {"let_finish": 5})
    assert "What helped?" in text
    assert "What now?" in text
    assert "Nothing is judged." in text
    for word in ("TRY NEXT", "WHAT WORKED", "YOUR ANSWERS", "YOUR VIEW", "open:", "asked for", "calm down"):
        assert word not in text


@pytest.mark.parametrize(
    ("hard", "expected"),
    [
        (
            recovery.Recovery(0, 4.0, MOVE, 14.2, "before"),
            "4.0 dB louder and 12 % slower than in your answers",
        ),
        (recovery.Recovery(0, 4.0, MOVE, 14.2, "before"), "Back to your usual pace, loudness and pitch 14 s"),
        (recovery.Recovery(0, 4.0, MOVE, None, "own", "not_back"), "than is usual for you. How soon"),
        (
            recovery.Recovery(0, 4.0, None, None, "", "little_after"),
            "not measured: too little was said after it",
        ),
        (
            recovery.Recovery(0, 4.0, replace(MOVE, level=0.2, pace=1.0, within=True), 0.4, "before"),
            "stayed about where it was: no louder, faster or higher than in your answers before it.",
        ),
    ],
)
def test_recovery_is_described_and_is_no_score(hard: recovery.Recovery, expected: str) -> None:
    text = " ".join(page(judged(recoveries=(hard,))).split())
    assert expected in text
    assert "it is no score" in text


def test_takes_are_laid_side_by_side_in_numbers() -> None:
    last = judged(measures={"pace.articulation_rate": 5.04})
    now = judged(measures={"pace.articulation_rate": 4.6, "talk.response_latency": 0.4})
    text = page(now, before={"last take (3)": last})
    assert "Of what the answers should hold: 2 of 3; last take (3): 2 of 3." in text
    assert "Pace 4.6 syllables/s (last take (3) 5.0)." in text
    assert "BESIDE OTHER TAKES" not in page(now)


@pytest.mark.parametrize("width", [80, 60])
def test_the_page_keeps_to_its_width_and_to_ascii_of_its_own(width: int) -> None:
    text = page(judged(), {"let_finish": 3, "fitted": 1}, width=width)
    assert max(map(len, text.splitlines())) <= width
    assert text.isascii()
    assert len(text.splitlines()) < 60


def test_the_same_stands_in_the_json() -> None:
    found = json.loads(practice.as_json(judged(), made(), {"fitted": 3}))
    assert outcome.parse(found["outcome"]) == judged()
    assert found["rating"] == {"fitted": 3}
    assert [one["kind"] for one in found["differences"]] == ["agree"]


def test_words_from_recordings_cannot_steer_the_terminal() -> None:
    evil = replace(TURNS[1], text=f"\x1b[31m{TURNS[1].text}")
    found = outcome.evaluate(SCENARIO, PLAYED, made((TURNS[0], evil, *TURNS[2:]), FOUND))
    assert "\x1b" not in page(replace(found, title="\x1b[2J"))


def test_every_marker_that_has_a_name_is_a_marker() -> None:
    assert set(settings().names) <= {rule.id for rule in rules.load_pack("en").rules}
    assert AGENT not in settings().names
