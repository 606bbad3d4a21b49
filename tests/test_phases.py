"""The phases of a call, on made conversations with the phase of every turn (phases.yaml)."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from voicecoach import phases
from voicecoach.rules import find, load_pack, phase_cues
from voicecoach.types import AGENT, CUSTOMER, PHASES, UNKNOWN, Match, Turn

EN = load_pack("en")
MADE = yaml.safe_load((Path(__file__).parent / "phases.yaml").read_text(encoding="utf-8"))
SAMPLES = Path(__file__).parent.parent / "samples"


def made(name: str) -> tuple[list[Turn], list[str]]:
    """The turns of a made conversation, three seconds each, and their phases."""
    entries = [next(iter(entry.items())) for entry in MADE[name]]
    turns = [Turn(key.split()[1], text, 3.0 * at, 3.0 * at + 2.5) for at, (key, text) in enumerate(entries)]
    letters = {phase[0]: phase for phase in PHASES}
    return turns, [letters[key[0]] for key, _ in entries]


def of_turns(turns: list[Turn]) -> tuple[str, ...]:
    return phases.of_turns(turns, find(EN, turns), phase_cues(EN, turns))


def of_call(turns: list[Turn]) -> tuple[phases.Phase, ...]:
    return phases.phases(turns, find(EN, turns), phase_cues(EN, turns))


def test_nine_of_ten_turns_are_in_the_phase_a_person_puts_them_in() -> None:
    pairs = [pair for name in MADE for pair in zip(of_turns(made(name)[0]), made(name)[1], strict=True)]
    assert len(MADE) >= 12
    assert sum(found == wanted for found, wanted in pairs) >= 0.93 * len(pairs)


@pytest.mark.parametrize("name", MADE)
def test_no_conversation_is_mistaken_as_a_whole(name: str) -> None:
    turns, wanted = made(name)
    found = of_turns(turns)
    assert sum(a == b for a, b in zip(found, wanted, strict=True)) >= 0.75 * len(turns)
    assert found[0] == "opening"
    assert found[-1] == "closing"


def test_phases_are_the_turns_with_their_times() -> None:
    turns, _ = made("parcel")
    found = of_call(turns)
    assert [phase.name for phase in found] == list(PHASES)
    assert (found[0].start, found[0].end, found[0].first_turn, found[0].last_turn) == (0.0, 2.5, 0, 0)
    assert found[0].reason == 'by "Good morning"'
    assert found[1].start == turns[1].start
    assert found[-1].end == turns[-1].end


def test_one_more_matter_goes_back_to_finding_out() -> None:
    found = [phase.name for phase in of_call(made("two_matters")[0])]
    assert found[:2] == ["opening", "finding_out"]
    assert found.count("finding_out") == found.count("closing") == 2


def test_a_solution_before_the_questions_shows() -> None:
    found = [phase.name for phase in of_call(made("advice_first")[0])]
    assert found[:4] == ["opening", "finding_out", "solving", "finding_out"]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("good_call", "offffffsssddcc"),
        ("complaint", "offfffffddc"),
        ("poor_call", "fffffffffffsssc"),
        ("telephone", "offffffssdcc"),
    ],
)
def test_the_practice_calls(name: str, wanted: str) -> None:
    truth = yaml.safe_load((SAMPLES / f"{name}.yaml").read_text(encoding="utf-8"))
    turns = [Turn(turn["speaker"], turn["text"], turn["start"], turn["end"]) for turn in truth["turns"]]
    assert "".join(name[0] for name in of_turns(turns)) == wanted


@pytest.mark.parametrize(
    ("turns", "why"),
    [
        ([], "only one is heard"),
        ([Turn(AGENT, "Hello.", 0.0, 1.0)] * 9, "only one is heard"),
        ([Turn(CUSTOMER, "Hello.", 0.0, 1.0)] * 9, "only one is heard"),
        ([Turn(AGENT, "Hello.", 0.0, 1.0), Turn(UNKNOWN, "Hello.", 1.0, 2.0)], "more than one voice"),
        ([Turn(AGENT, "Hello.", 0.0, 1.0), Turn(CUSTOMER, "Hello.", 1.0, 2.0)], "fewer than 6 turns"),
        ([Turn(AGENT, "Hello."), Turn(CUSTOMER, "Hello.")] * 4, "no times"),
    ],
)
def test_why_there_are_none(turns: list[Turn], why: str) -> None:
    assert why in phases.why_not(turns)
    assert phases.phases(turns, (), ()) == ()


@given(
    st.lists(
        st.tuples(st.sampled_from([AGENT, CUSTOMER]), st.sampled_from([*PHASES, "courtesy.closing", "x.y"])),
        min_size=1,
        max_size=30,
    )
)
def test_a_call_opens_once_and_every_turn_has_a_phase(said: list[tuple[str, str]]) -> None:
    turns = [Turn(speaker, "word", float(at), at + 1.0) for at, (speaker, _) in enumerate(said)]
    cues = [Match(name, at, 0, 4, "word") for at, (_, name) in enumerate(said)]
    way = phases.of_turns(turns, (), cues)
    assert len(way) == len(turns)
    assert "opening" not in way[len(way) - way[::-1].index(way[0]) if way[0] == "opening" else 0 :]
    found = phases.phases(turns, (), cues)
    if found:
        assert [found[0].first_turn, found[-1].last_turn] == [0, len(turns) - 1]
        assert all(b.first_turn == a.last_turn + 1 for a, b in pairwise(found))


def test_settings_know_only_markers_that_exist() -> None:
    known = {rule.id for rule in EN.rules}
    assert {marker for points in phases.settings().markers.values() for marker in points} <= known
