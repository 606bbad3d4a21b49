"""Documents read back: the same analysis, or one line that says what is wrong."""

from __future__ import annotations

import copy
import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests import make_analysis as made
from voicecoach.errors import DataFileError
from voicecoach.reports.json import SCHEMA_VERSION, document, parse
from voicecoach.types import Layout

SAMPLES = sorted((Path(__file__).parent.parent / "samples").glob("*.expected.json"))


@pytest.mark.parametrize("name", made.ALL)
def test_an_analysis_comes_back(name: str) -> None:
    analysis = made.ALL[name]()
    found = json.loads(json.dumps(document(analysis)))
    back = parse(found)
    assert document(back) == document(analysis)
    assert type(back) is type(analysis)
    assert [turn.text for turn in back.turns] == [turn.text for turn in analysis.turns]
    assert [finding.rule for finding in back.findings] == [finding.rule for finding in analysis.findings]
    assert back.source.layout == analysis.source.layout
    assert back.contours == {}


def test_there_are_samples() -> None:
    assert len(SAMPLES) >= 5


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_the_expected_analyses_come_back(path: Path) -> None:
    found = json.loads(path.read_text(encoding="utf-8"))
    whole = {"timings": {}, "provenance": {}, **found, "schema_version": SCHEMA_VERSION}
    assert document(parse(whole)) == whole


def test_a_number_that_does_not_exist_stays_none() -> None:
    values = parse(document(made.good())).curves["pace"]["agent"].values
    assert values[:2] == (4.5, 4.75)
    assert math.isnan(values[2])


def test_channels_heard_on_each_other_come_back() -> None:
    analysis = made.good()
    found = document(analysis)
    found["source"]["layout"]["bleed"] = [{"from": "right", "to": "left", "db": 12.5}]
    assert parse(found).source.layout == Layout("split", ("left", "right"), (0, 1), (), {(1, 0): 12.5})


def test_older_documents_are_read() -> None:
    found = document(made.good())
    del found["phases"], found["curves"]
    older = parse({**found, "schema_version": "1.0"})
    assert older.phases == ()
    assert older.curves == {}
    with pytest.raises(DataFileError, match=r"damaged: curves is missing"):
        parse({**found, "phases": []})


def test_documents_of_the_version_before_are_read() -> None:
    found = document(made.good())
    before = parse({**found, "schema_version": "1.2"})
    assert document(before) == found
    assert {turn.language for turn in before.turns} == {""}
    assert {word.language for turn in before.turns for word in turn.words} == {""}


def _changed(*keys: Any, to: Any) -> Any:
    found = copy.deepcopy(document(made.good()))
    at = found
    for key in keys[:-1]:
        at = at[key]
    at[keys[-1]] = to
    return found


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([], "is not an analysis"),
        ({}, "is not an analysis"),
        (_changed("schema_version", to="2.0"), "has schema version 2.0"),
        (_changed("schema_version", to="1.99"), "has schema version 1.99"),
        (_changed("schema_version", to="new"), "schema_version 'new' is none"),
        (
            _changed("turns", 1, "words", 0, "start", to="soon"),
            r"turns\[1\].words\[0\].start should be a num",
        ),
        (_changed("turns", to="none"), "turns should be a list, but is 'none'"),
        (_changed("source", "duration", to=True), "source.duration should be a number"),
        (_changed("source", "speakers", 0, "channel", to=1.5), "channel should be a whole number"),
        (_changed("source", "layout", to=[]), "source.layout should be keys and values"),
        (
            _changed("source", "layout", "bleed", to=[{"from": "x"}]),
            r"bleed\[0\] should be a pair",
        ),
        (_changed("mood", to=1), "mood is unknown"),
        (_changed("scores", "criteria", 0, "mood", to=1), r"scores.criteria\[0\].mood is unknown"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(found: Any, said: str) -> None:
    with pytest.raises(DataFileError, match=said) as error:
        parse(found, name="take 7")
    assert str(error.value).startswith("take 7: ")
    assert "\n" not in str(error.value)
