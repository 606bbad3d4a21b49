"""Reports: every format renders the same analyses; the page reads anywhere; the JSON keeps to its schema."""

from __future__ import annotations

import copy
import inspect
import json
import math
import re
from dataclasses import fields, replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError

from tests import make_analysis as made
from voicecoach.errors import FormatError
from voicecoach.measures.definitions import definitions
from voicecoach.reports import FORMATS, SINGLE
from voicecoach.reports import json as as_json
from voicecoach.reports import text as as_text
from voicecoach.rules import load_pack
from voicecoach.types import Analysis

GOLDEN = Path(__file__).parent / "golden"
HOSTILE = (
    "a\x1b[31mred\x1b]0;title\x07\u202egnp\u2066\x00\r\n[bold]b[/bold] :smile: {x} %s \ud800 \u200b\ufeff"
)


def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (resources.files("voicecoach") / "reports/analysis.schema.json").read_text(encoding="utf-8")
    )
    return found


def hostile() -> Analysis:
    """An analysis whose every text from outside tries to steer the terminal."""
    turns = (made.turn("agent", 0.0, 30.0, f"Good morning {HOSTILE}"),)
    nasty = replace(
        made.finding("courtesy.dismissive", turns, 0, HOSTILE),
        message=HOSTILE,
        advice=HOSTILE,
        source=HOSTILE,
    )
    nice = replace(made.finding("courtesy.thanks", turns, 0, HOSTILE), polarity="positive", message=HOSTILE)
    found = made.analysis(turns, (nasty, nice), path=f"{HOSTILE}.wav", unbacked=(nice,))
    return replace(found, warnings=(HOSTILE,), language=HOSTILE)


# --- every format -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
def test_formats_have_the_same_shape(name: str) -> None:
    signature = inspect.signature(FORMATS[name].render)
    assert list(signature.parameters) == ["analyses", "several", "width", "color"]
    for case in made.ALL.values():
        rendered = FORMATS[name].render([case()])
        assert rendered.endswith("\n")
        assert rendered == FORMATS[name].render([case()])
        if name in SINGLE:
            with pytest.raises(FormatError, match="--output-dir"):
                FORMATS[name].render([made.good(), case()])
        else:
            both = FORMATS[name].render([made.good(), case()])
            assert len(both) > len(FORMATS[name].render([made.good()])) or not (
                case().turns and case().findings
            )


# --- the page -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", made.ALL)
def test_page_is_the_golden_page(name: str) -> None:
    """Regenerate with: python -m tests.make_analysis."""
    assert as_text.render([made.ALL[name]()]) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [50, 80, 132])
@pytest.mark.parametrize("name", made.ALL)
def test_page_keeps_to_its_width_in_ascii(name: str, width: int) -> None:
    page = as_text.render([made.ALL[name]()], width=width)
    assert page.isascii()
    assert max(map(len, page.splitlines())) <= width
    assert not any(line != line.rstrip() for line in page.splitlines())


def test_colour_adds_nothing_but_colour() -> None:
    page = as_text.render([made.poor()], color=True)
    assert "\x1b[" in page
    plain = re.sub(r"\x1b\[[0-9;]*m", "", page)
    assert [line.rstrip() for line in plain.splitlines()] == as_text.render([made.poor()]).splitlines()


def test_coaching_stands_before_the_numbers() -> None:
    page = as_text.render([made.poor()])
    order = [
        page.index(title) for title in ("WHAT WORKED", "TRY NEXT", "60-SECOND DRILL", "MOMENTS", "SCORECARD")
    ]
    assert order == sorted(order)
    assert page.index("SCORECARD") < page.index("MEASURES") < page.index("NOT MEASURED")


def test_a_silent_recording_has_a_short_page_without_praise() -> None:
    page = as_text.render([made.silent()])
    assert len(page.splitlines()) < 25
    assert "WHAT WORKED" not in page
    assert "no sound" in page
    assert "points" not in page


def test_warnings_of_every_channel_that_counts_are_shown_once() -> None:
    case = made.good()
    loud, noisy = (
        made.quality(name, warnings=(text,)) for name, text in (("left", "loud"), ("right", "noisy"))
    )
    page = as_text.render([replace(case, quality=(loud, noisy), warnings=("cut", "cut"))]).splitlines()
    assert [line for line in page if "!" in line] == ["  ! cut", "  ! left: loud", "  ! right: noisy"]


def test_everything_missing_is_named_with_its_reason() -> None:
    case = made.alone()
    page = " ".join(as_text.render([case]).split())
    for measure in case.measures:
        if measure.value is None:
            assert measure.reason in page
    for criterion in case.scores.criteria:
        if criterion.status == "not_measured":
            assert criterion.name in page
            assert criterion.reason in page


def test_words_without_sound_are_listed_but_not_praised() -> None:
    thanks = replace(
        made.finding("courtesy.thanks", made.POOR_TURNS, 6, "Thank you"), evidence=made.NOT_BACKED
    )
    page = as_text.render([made.analysis(made.POOR_TURNS, (), unbacked=(thanks,))])
    assert f'not backed by the sound, not counted: "Thank you" 0:29.7 ({made.NOT_BACKED.reason})' in " ".join(
        page.split()
    )
    worked = page.split("WHAT WORKED")[1].split("TRY NEXT")[0]
    assert "thank" not in worked.lower()


def test_hostile_text_cannot_steer_the_terminal() -> None:
    page = as_text.render([hostile()])
    assert all(line.isprintable() for line in page.splitlines())
    assert page.encode("utf-8")
    assert "[bold]b[/bold] :smile: {x} %s" in page  # shown as it is, not acted on
    assert max(map(len, page.splitlines())) <= 80


@given(st.text())
def test_clean_text_is_printable_on_one_line(text: str) -> None:
    assert as_text.clean(text).isprintable()
    assert as_text.clean(as_text.clean(text)) == as_text.clean(text)


def test_other_scripts_are_kept_and_fit() -> None:
    from rich.cells import cell_len

    turns = (made.turn("agent", 0.0, 30.0, "お電話ありがとうございます。 Größe naïve Привет 您好"),)
    thanks = made.finding("courtesy.thanks", turns, 0, turns[0].text)
    page = as_text.render([made.analysis(turns, (thanks,), path="通話 録音.wav")])
    assert '"お電話ありがとうございます。 Größe naïve Привет 您好"' in " ".join(page.split())
    assert page.startswith("通話 録音.wav\n")
    assert max(cell_len(line) for line in page.splitlines()) <= 80


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.0, "0:00.0"), (7.66, "0:07.7"), (59.96, "1:00.0"), (245.04, "4:05.0"), (3599.97, "1:00:00.0")],
)
def test_clock(seconds: float, shown: str) -> None:
    assert as_text.clock(seconds) == shown


# --- JSON ---------------------------------------------------------------------------------------------------


def test_schema_is_a_schema_and_describes_itself() -> None:
    Draft202012Validator.check_schema(schema())
    assert schema()["$defs"]["analysis"]["properties"]["schema_version"]["const"] == as_json.SCHEMA_VERSION


def test_schema_knows_the_measures_and_markers_of_the_package() -> None:
    found = schema()["$defs"]
    assert set(found["measure"]["properties"]["id"]["enum"]) == set(definitions().entries)
    markers = set(found["marker"]["anyOf"][0]["enum"])
    assert {rule.id for rule in load_pack("en").rules} <= markers


@pytest.mark.parametrize("name", [*made.ALL, "hostile"])
def test_json_is_what_the_schema_says(name: str) -> None:
    case = hostile() if name == "hostile" else made.ALL[name]()
    document = json.loads(as_json.render([case]))
    Draft202012Validator(schema()["$defs"]["analysis"] | {"$defs": schema()["$defs"]}).validate(document)
    Draft202012Validator(schema()).validate([document, document])


def test_several_analyses_are_an_array() -> None:
    found = json.loads(as_json.render([made.good(), made.poor()]))
    assert [document["source"]["path"] for document in found] == ["good_call.wav", "poor_call.wav"]
    assert json.loads(as_json.render([])) == []


def test_json_holds_every_field_but_the_contours() -> None:
    document = as_json.document(made.good())
    assert set(document) == {f.name for f in fields(Analysis)} - {"contours"} | {"schema_version"}
    assert document["turns"][0]["words"][0] == {
        "text": "Good",
        "start": 1.2,
        "end": 1.463,
        "probability": 0.9,
        "backed": True,
    }


def test_there_is_no_nan_and_no_numpy() -> None:
    broken = (
        made.measure("pitch.median", math.nan, "Hz", "x"),
        made.measure("pitch.spread", float(np.float32(4.25)), "semitones", low=-math.inf),
    )
    case = replace(
        made.analysis(measures=broken),
        timings={"total": np.float64(1.23456)},
        provenance={"threads": np.int64(2), "options": (1, None, np.bool_(True))},
    )
    document = json.loads(as_json.render([case]), parse_constant=pytest.fail)
    assert document["measures"][0]["value"] is None
    assert document["measures"][1]["low"] is None
    assert document["timings"] == {"total": 1.235}
    assert document["provenance"] == {"threads": 2, "options": [1, None, True]}


def test_bleed_is_named_by_channel() -> None:
    layout = replace(made.good().source.layout, kind="bleed", bleed={(0, 1): 21.3333, (1, 0): 18.0})
    case = replace(made.good(), source=replace(made.good().source, layout=layout))
    found = json.loads(as_json.render([case]))["source"]["layout"]
    assert found["bleed"] == [
        {"from": "left", "to": "right", "db": 21.333},
        {"from": "right", "to": "left", "db": 18.0},
    ]


def broken_documents() -> dict[str, dict[str, Any]]:
    whole = json.loads(as_json.render([made.poor()]))
    found: dict[str, dict[str, Any]] = {}

    def broken(name: str, *path: str | int, value: Any = None, drop: bool = False) -> None:
        document = copy.deepcopy(whole)
        at = document
        for step in path[:-1]:
            at = at[step]  # type: ignore[index]
        if drop:
            del at[path[-1]]  # type: ignore[arg-type]
        else:
            at[path[-1]] = value  # type: ignore[index]
        found[name] = document

    for key in whole:
        broken(f"without {key}", key, drop=True)
    broken("another version", "schema_version", value="0.9")
    broken("unknown key", "mood", value="happy")
    broken("unknown measure", "measures", 0, "id", value="voice.confidence")
    broken("no reason for null", "measures", -1, "reason", value="")
    broken("grade", "measures", 0, "grade", value="D")
    broken("text for a number", "measures", 0, "value", value="4.6")
    broken("marker without a category", "findings", 0, "rule", value="charisma")
    broken("polarity", "findings", 0, "polarity", value="bad")
    broken("evidence", "findings", 0, "evidence", "status", value="maybe")
    broken("negative time", "turns", 0, "start", value=-1)
    broken("event", "events", 0, "kind", value="sigh")
    broken("status", "scores", "criteria", 0, "status", value="failed")
    broken("total", "scores", "total", value=101)
    broken("speaker", "turns", 0, "speaker", value="boss")
    broken("layout", "source", "layout", "kind", value="stereo")
    return found


@pytest.mark.parametrize("name", broken_documents())
def test_schema_refuses(name: str) -> None:
    with pytest.raises(ValidationError):
        Draft202012Validator(schema()).validate(broken_documents()[name])
