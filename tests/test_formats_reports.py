"""Formats that hold what was found: CSV, Markdown, JUnit XML, Amazon's JSON; the command that writes all."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import junitparser
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests import make_analysis as made
from tests.test_cli import SAMPLE, run
from tests.test_formats import HOSTILE, SIGNS, joined
from voicecoach import cli, pipeline, reports
from voicecoach.batch import tables
from voicecoach.errors import AudioError
from voicecoach.reports.md import escaped
from voicecoach.reports.page import clean
from voicecoach.types import Analysis, Contours, Event, Turn, Word

MARKUP = (
    "# heading",
    "- list",
    "+ list",
    "1. list",
    "12) list",
    "---",
    "===",
    "> quote",
    "`code` ```fence```",
    "*em* __strong__ ~~gone~~",
    "[link](http://example.org)",
    "![picture](x.png)",
    "<https://example.org>",
    "https://example.org/ and www.example.org",
    "<img src=x onerror=alert(1)>",
    "a | b",
    "|---|",
    "$x$ and {curly}",
    "\\",
    "&copy;",
    "[^1]: note",
    "[x]: y",
    "    four spaces",
)


def hostile(words: str) -> Analysis:
    """A call in which everything from outside is this text."""
    turns = (made.turn("agent", 0.0, 3.0, f"Hello {words}"), Turn("customer", words, 3.0, 4.0))
    found = replace(made.finding("courtesy.dismissive", turns, 0, words), message=words, advice=words)
    analysis = made.analysis(turns, (found,), path=f"{words}.wav")
    scores = analysis.scores
    judged = tuple(replace(one, name=words, reason=words, tip=words) for one in scores.criteria)
    return replace(analysis, scores=replace(scores, criteria=judged), warnings=(words,))


# --- Markdown -----------------------------------------------------------------------------------------------


def tokens(text: str) -> list[Any]:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return [part for token in parser.parse(text) for part in (token, *(token.children or ()))]


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.sampled_from((*HOSTILE, *MARKUP)), st.lists(SIGNS, min_size=1).map("".join)))
def test_words_in_markdown_are_words(words: str) -> None:
    for text in (escaped(words), f"- {escaped(words)}", f"> {escaped(words)}", f"# {escaped(words)}"):
        found = tokens(text)
        assert "".join(t.content for t in found if t.type == "text") == clean(words)
        allowed = {"text", "inline", "paragraph", "heading", "list_item", "bullet_list", "blockquote"}
        assert {t.type.removesuffix("_open").removesuffix("_close") for t in found} <= allowed
        assert sum(t.type == "bullet_list_open" for t in found) <= 1


@pytest.mark.parametrize("words", [*HOSTILE, *MARKUP])
def test_markdown_has_the_structure_of_the_report_whatever_is_said(words: str) -> None:
    plain = [t.type for t in tokens(reports.render("md", [hostile("word")])) if t.type != "text"]
    found = [t.type for t in tokens(reports.render("md", [hostile(words)])) if t.type != "text"]
    assert found == plain or not clean(words)


def test_markdown_says_what_the_page_says() -> None:
    text = reports.render("md", [made.poor()]).replace("\\", "")
    analysis = made.poor()
    assert analysis.coaching.next_step is not None
    assert f"## Try next\n\n{analysis.coaching.next_step.text}" in text
    for finding in analysis.findings:
        assert finding.message in text
    for criterion in analysis.scores.criteria:
        assert f"**{criterion.name}**" in text
    assert "**0:07.7 You:** Calm down. I need the number first." in text
    assert text.index("## Findings") < text.index("## Scorecard") < text.index("## Transcript")


# --- JUnit --------------------------------------------------------------------------------------------------

CHILDREN = {  # of Jenkins' schema for JUnit, junit-10 of its xUnit plugin, as far as we use it
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"skipped", "failure", "system-out"},
    "failure": set(),
    "skipped": set(),
    "system-out": set(),
}
ATTRIBUTES = {  # those that must be there, those that may
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}),
    "testsuite": ({"name", "tests", "failures", "errors"}, {"time", "skipped"}),
    "testcase": ({"name"}, {"classname", "time"}),
    "failure": (set(), {"type", "message"}),
    "skipped": (set(), {"type", "message"}),
    "system-out": (set(), set()),
}


def checked(text: str) -> ElementTree.Element:
    root = ElementTree.fromstring(text.encode())  # noqa: S314 - ours
    for element in root.iter():
        assert {child.tag for child in element} <= CHILDREN[element.tag]
        must, may = ATTRIBUTES[element.tag]
        assert must <= set(element.attrib) <= must | may
    return root


def test_junit_has_a_suite_a_recording_and_a_case_a_criterion() -> None:
    text = reports.render("junit", [made.good(), made.poor(), made.alone()])
    root = checked(text)
    assert [suite.get("name") for suite in root] == ["good_call.wav", "poor_call.wav", "agent_alone.wav"]
    for suite, analysis in zip(root, (made.good(), made.poor(), made.alone()), strict=True):
        for case, criterion in zip(suite, analysis.scores.criteria, strict=True):
            assert case.get("name") == f"{criterion.kind}: {criterion.name}"
            failed = criterion.kind == "must" and criterion.status == "missed"
            assert (case.find("failure") is not None) == failed
            left_out = criterion.status in ("not_measured", "not_applicable")
            skipped = case.find("skipped")
            assert (skipped is not None) == left_out
            if skipped is not None:
                assert skipped.get("message") == criterion.reason
    again = junitparser.JUnitXml.fromstring(text.encode())
    counts = [(suite.tests, suite.failures, suite.skipped) for suite in again]
    again.update_statistics()
    assert counts == [(suite.tests, suite.failures, suite.skipped) for suite in again]
    assert (again.failures, root.get("failures")) == (6, "6")


def test_two_recordings_of_one_name_are_two_suites() -> None:
    root = checked(reports.render("junit", [made.poor(), made.poor()]))
    assert [suite.get("name") for suite in root] == ["poor_call.wav", "poor_call.wav"]
    assert root.get("tests") == str(2 * len(made.poor().scores.criteria))


def test_negative_findings_fail_when_they_are_to() -> None:
    root = checked(reports.render("junit", [made.poor()], negative=True))
    negative = [f for f in made.poor().findings if f.polarity == "negative"]
    failures = root.findall(".//failure[@type='finding']")
    assert [failure.get("message") for failure in failures] == [f.message for f in negative]
    assert "courtesy.dismissive 0:07.7" in [case.get("name") for case in root.iter("testcase")]


@settings(max_examples=40, deadline=None)
@given(st.one_of(st.sampled_from(HOSTILE), SIGNS))
def test_junit_is_xml_whatever_is_said(words: str) -> None:
    root = checked(reports.render("junit", [hostile(words)], negative=True))
    assert root[0].get("name") == clean(f"{words}.wav")
    assert any(case.get("name") == clean(f"must: {words}") for case in root.iter("testcase"))


# --- CSV ----------------------------------------------------------------------------------------------------


def test_csv_has_the_columns_of_a_batch() -> None:
    text = reports.render("csv", [made.good(), made.poor()])
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert list(rows[0]) == [column.name for column in tables.columns("findings")]
    assert [row["rule"] for row in rows] == [f.rule for f in (*made.GOOD_FINDINGS, *made.POOR_FINDINGS)]
    assert {row["file"] for row in rows} == {"good_call.wav", "poor_call.wav"}
    assert {(row["report"], row["agent"], row["date"], row["time"], row["scenario"]) for row in rows} == {
        ("", "", "", "", "")
    }


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@x", *HOSTILE])
def test_csv_holds_no_formula_and_a_line_a_finding(words: str) -> None:
    text = reports.render("csv", [hostile(words)])
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert len(rows) == len(text.removesuffix("\r\n").split("\r\n")) == 2
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in rows[1])


# --- Amazon -------------------------------------------------------------------------------------------------


def test_amazon_has_turns_times_and_characteristics() -> None:
    pause = Event("pause", "agent", 8.0, 8.4, "within a clause")
    analysis = replace(made.poor(), events=(*made.EVENTS, pause))
    found = json.loads(reports.render("amazon", [analysis]))
    assert found["LanguageCode"] == "en"
    assert [p["ParticipantRole"] for p in found["Participants"]] == ["AGENT", "CUSTOMER"]
    first = found["Transcript"][0]
    assert (first["BeginOffsetMillis"], first["EndOffsetMillis"]) == (800, 1900)
    assert [(i["Type"], i["Content"]) for i in first["Items"]] == [
        ("pronunciation", "Account"),
        ("pronunciation", "number"),
        ("punctuation", "."),
    ]
    about = found["ConversationCharacteristics"]
    assert about["TotalConversationDurationMillis"] == 52_000
    assert about["NonTalkTime"] == {
        "TotalTimeMillis": 9500,
        "Instances": [{"BeginOffsetMillis": 20200, "EndOffsetMillis": 29700, "DurationMillis": 9500}],
    }
    assert about["Interruptions"] == {
        "TotalCount": 1,
        "TotalTimeMillis": 700,
        "InterruptionsByInterrupter": {
            "AGENT": [{"BeginOffsetMillis": 7700, "EndOffsetMillis": 8400, "DurationMillis": 700}]
        },
    }
    assert about["TalkSpeed"] == {"DetailsByParticipant": {"AGENT": {"AverageWordsPerMinute": 151}}}
    talked = {"AGENT": 1100 + 2700 - 400 + 3800 + 9300, "CUSTOMER": 6200 + 5200 + 900}
    assert about["TalkTime"]["DetailsByParticipant"] == {
        who: {"TotalTimeMillis": time} for who, time in talked.items()
    }
    assert found["Categories"]["MatchedDetails"]["courtesy.dismissive"] == {
        "PointsOfInterest": [{"BeginOffsetMillis": 7700, "EndOffsetMillis": 8700}]
    }
    assert "Sentiment" not in json.dumps(found)


def test_amazon_leaves_out_what_is_not_measured() -> None:
    about = json.loads(reports.render("amazon", [made.alone()]))["ConversationCharacteristics"]
    assert "Interruptions" not in about
    unheard = replace(made.two_voices(), quality=(), events=())  # as of a transcript
    about = json.loads(reports.render("amazon", [unheard]))["ConversationCharacteristics"]
    assert set(about) == {"TotalConversationDurationMillis", "TalkTime", "TalkSpeed"}
    assert about["TalkSpeed"] == {"DetailsByParticipant": {}}


def test_amazon_has_a_level_for_each_second_with_a_voice() -> None:
    level = np.full(400, -60.0, np.float32)
    level[:150], level[150:200] = -20.0, -40.0
    voice = np.zeros(400, bool)
    voice[:200] = True
    nothing = np.full(400, np.nan, np.float32)
    contours = Contours(0.01, nothing, level, voice, nothing, np.zeros(0, np.float32))
    words = tuple(Word(f"w{k}", float(k), k + 1.0, 0.9) for k in range(4))
    turn = Turn("agent", "w0 w1 w2 w3", 0.0, 4.0, words)
    analysis = replace(made.analysis((turn,), ()), contours={"agent": contours})
    scores = json.loads(reports.render("amazon", [analysis]))["Transcript"][0]["LoudnessScores"]
    half = 10 * np.log10((10**-2 + 10**-4) / 2)
    assert scores == [-20.0, pytest.approx(half, abs=0.01), None, None]
    unheard = replace(analysis, quality=())  # contours made of the times of a transcript
    assert json.loads(reports.render("amazon", [unheard]))["Transcript"][0]["LoudnessScores"] == []


@settings(max_examples=40, deadline=None)
@given(st.one_of(st.sampled_from(HOSTILE), SIGNS))
def test_amazon_items_make_the_content(words: str) -> None:
    found = json.loads(reports.render("amazon", [hostile(words)]))["Transcript"][0]
    text = "".join(item["Content"] for item in found["Items"])
    assert joined(text) == joined(found["Content"])


# --- the command --------------------------------------------------------------------------------------------


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch, coach: pipeline.Coach) -> list[Analysis]:
    """What the next recordings are analysed as."""
    found = [made.poor(), made.good()]

    def analyse(path: Path, **_: object) -> Analysis:
        if not found:
            raise AudioError("nothing left")
        return found.pop(0)

    monkeypatch.setattr(pipeline.Coach, "ready", lambda settings: coach)
    monkeypatch.setattr(pipeline, "analyse", analyse)
    return found


def test_formats_are_named_with_commas(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], heard: list[Analysis]
) -> None:
    assert run("analyse", SAMPLE, "-f", "VTT, srt,vtt", "-o", tmp_path) == 0
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".srt", ".vtt"]
    assert capsys.readouterr().err.count("wrote") == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-f", "vtt,srt"], "say where with --output-dir"),
        (["-f", "vttt"], "did you mean vtt?"),
        (["-f", "pdf"], "known are text, json"),
        ([SAMPLE, "-f", "srt"], "-f srt holds one recording; say where with --output-dir"),
    ],
)
def test_what_cannot_be_written_is_said_before_the_work(
    arguments: Sequence[str | Path], said: str, capsys: pytest.CaptureFixture[str], heard: list[Analysis]
) -> None:
    assert run("analyse", SAMPLE, *arguments) == 2
    assert said in capsys.readouterr().err
    assert len(heard) == 2


def test_reports_of_one_name_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("analyse", "a.wav", "a.transcript.wav", "-f", "text,txt", "-o", tmp_path) == 2
    assert "two reports would be called a.transcript.txt" in capsys.readouterr().err


def test_what_is_read_is_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = tmp_path / "call.vtt"
    call.write_text("WEBVTT\n\n00:00.000 --> 00:02.000\n<v Agent>Good morning.\n", encoding="utf-8")
    before = call.read_bytes()
    assert run("analyse", "--transcript", call, "-f", "vtt", "-o", tmp_path) == 2
    assert "would be written over; choose another --output-dir" in capsys.readouterr().err
    assert call.read_bytes() == before


def test_several_recordings_in_one_junit_on_stdout(
    capsysbinary: pytest.CaptureFixture[bytes], heard: list[Analysis]
) -> None:
    assert run("analyse", SAMPLE, SAMPLE, "-f", "junit", "--fail-on", "negative") == 3
    root = checked(capsysbinary.readouterr().out.decode())
    assert [suite.get("name") for suite in root] == ["poor_call.wav", "good_call.wav"]
    assert root.findall(".//failure[@type='finding']")


def test_all_leaves_out_what_has_no_times_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], heard: list[Analysis]
) -> None:
    untimed = made.analysis((Turn("agent", "Hello."),), (), path="call.txt")
    heard[:] = [untimed, untimed]
    assert run("analyse", SAMPLE, "-f", "all", "--sound", "none", "-o", tmp_path) == 0
    err = capsys.readouterr().err
    assert "voicecoach: srt left out: call.txt: its transcript has no times" in err
    names = {path.name.removeprefix(SAMPLE.stem) for path in tmp_path.iterdir()}
    assert names == {".txt", ".json", ".html", ".md", ".findings.csv", ".junit.xml", ".transcript.txt"}
    assert run("analyse", SAMPLE, "-f", "srt,txt", "-o", tmp_path) == 1
    assert "call.txt: its transcript has no times" in capsys.readouterr().err
    heard.append(untimed)
    assert run("analyse", SAMPLE, "-f", "srt", "-o", tmp_path) == 2


def test_help_names_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("analyse", "--help") == 0
    text = " ".join(capsys.readouterr().out.split())
    assert ", ".join(reports.NAMES) in text
    assert cli.COMMANDS["analyse"]
