"""Formats that hold a transcript: whatever is said, programs that are not ours read back words and times."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pysubs2
import pytest
import srt
import textgrid
import webvtt
from hypothesis import given, settings
from hypothesis import strategies as st
from praatio.utilities.textgrid_io import parseTextgridStr

from tests import make_analysis as made
from voicecoach import reports
from voicecoach.errors import FormatError
from voicecoach.reports.cues import Cue, cues, limits, voice
from voicecoach.reports.page import clean
from voicecoach.types import Analysis, Event, Turn, Word

HOSTILE = (
    "-->",
    "<v Bob>x</v>",
    "</v><script>alert(1)</script>",
    "&lt;&amp;&",
    "{\\an8}",
    '"quoted"',
    '"',
    "a\n\n2\n00:00:01,000 --> 00:00:02,000\nx",
    "00:00:01.000 --> 00:00:02.000",
    "00:00:01,000 00:00:02,000",
    "\ttab\x00nul\x1b[31m\x85\u2028",
    "\ud800",
    "\u202eRTL\u2066",
    "\u05e9\u05dc\u05d5\u05dd",
    "item [3]:",
    'intervals [2]: xmin = 9 text = "x"',
    '"IntervalTier"',
    "NOTE",
    "WEBVTT",
    "STYLE",
    ";; comment",
    "SPEAKER x 1 0 1 <NA> <NA> y <NA> <NA>",
    "Customer: no, I am",
    "\\",
    "\ufeff",
    "お電話ありがとうございます。",
    "谢谢您的耐心等待！",
    "¿Qué tal?",
    "Здравствуйте.",
)
SIGNS = st.text(st.characters(exclude_categories=()), min_size=1, max_size=12)
SAID = st.lists(
    st.tuples(
        st.sampled_from(["agent", "customer", "speaker3", "unknown"]),
        st.lists(st.one_of(SIGNS, st.sampled_from(HOSTILE)), min_size=1, max_size=9),
        st.floats(0, 5, width=32),
        st.booleans(),
    ),
    max_size=5,
)


def call(said: list[tuple[str, list[str], float, bool]]) -> Analysis:
    """A call in which this is said: by whom, in which words, after how long, with spaces or without."""
    at, turns = 0.0, []
    for speaker, pieces, gap, spaced in said:
        at += gap - 0.7  # now and then both speak
        words = []
        for piece in pieces:
            begin = max(at, 0.0)
            at = begin + 0.05 * len(piece)
            words.append(Word(piece.strip(), begin, at, 0.5, True))
        text = (" " if spaced else "").join(pieces).strip()
        turns.append(Turn(speaker, text, words[0].start, words[-1].end, tuple(words)))
    return made.analysis(tuple(turns), ())


def joined(lines: str) -> str:
    """A text without any spaces: where a line breaks, Chinese has none and English has one."""
    return "".join(lines.split())


def expected(analysis: Analysis) -> list[tuple[tuple[int, int], str, str]]:
    return [(cue.millis, cue.speaker, joined(cue.text)) for cue in cues(analysis)]


# --- cues ---------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(said=SAID)
def test_nothing_that_is_said_is_lost_between_cues(said: list[tuple[str, list[str], float, bool]]) -> None:
    analysis = call(said)
    found: dict[str, str] = {}
    for speaker in {turn.speaker for turn in analysis.turns}:
        own = replace(analysis, turns=tuple(t for t in analysis.turns if t.speaker == speaker))
        found[speaker] = "".join(joined(clean(turn.text)) for turn in own.turns)
        if len(own.turns) == 1:
            assert "".join(joined(cue.text) for cue in cues(own)) == found[speaker]
    assert [cue.millis for cue in cues(analysis)] == sorted(cue.millis for cue in cues(analysis))


def test_cues_end_with_sentences_and_are_short_enough_to_read() -> None:
    turn = made.turn(
        "agent",
        0.0,
        13.0,
        "I have looked at your order now. The parcel left us on Monday, and it reached the depot "
        "this morning, so it should be with you tomorrow before noon. Would that suit you?",
    )
    found = cues(made.analysis((turn,), ()))
    assert [cue.text for cue in found] == [
        "I have looked at your order now.",
        "The parcel left us on Monday, and it reached the depot this morning,",
        "so it should be with you tomorrow before noon.",
        "Would that suit you?",
    ]
    for cue in found:
        assert len(cue.lines) <= limits().lines
        assert all(len(line.strip()) <= limits().columns for line in cue.lines)
        assert cue.end - cue.start <= limits().seconds
    assert found[0].start == turn.words[0].start
    assert found[-1].end == turn.words[-1].end


@pytest.mark.parametrize(
    ("language", "words", "texts"),
    [
        (
            "ja",
            [
                "お",
                "電話",
                "ありがとう",
                "ござい",
                "ます。",
                "山田",
                "で",
                "ござい",
                "ます。",
                "少々",
                "お待ち",
                "ください。",
            ],
            ["お電話ありがとうございます。山田でございます。少々お待ちください。"],
        ),
        (
            "zh",
            [
                "您好，",
                "感谢",
                "您",
                "今天",
                "的",
                "来电",
                "和",
                "耐心",
                "等待。",
                "请问",
                "有",
                "什么",
                "可以",
                "帮",
                "您？",
            ]
            * 2,
            ["您好，感谢您今天的来电和耐心等待。", "请问有什么可以帮您？"] * 2,
        ),
    ],
)
def test_languages_without_spaces_are_joined_without(
    language: str, words: list[str], texts: list[str]
) -> None:
    said = tuple(Word(word, k * 0.3, k * 0.3 + 0.3, 0.9) for k, word in enumerate(words))
    turn = Turn("agent", "".join(words), 0.0, said[-1].end, said)
    found = cues(replace(made.analysis((turn,), ()), language=language))
    assert "".join(cue.text for cue in found) == "".join(texts)
    for cue in found:
        assert " " not in cue.text
        for line in cue.lines:
            assert len(line) <= 16
            assert line[0] not in limits().not_first
    ends = {cue.text[-1] for cue in found}
    assert ends <= set("。？，")


def test_a_turn_without_words_is_one_cue_with_its_time() -> None:
    long = (
        "This came from a file that has times of lines only, and nobody knows when each word was said in it."
    )
    found = cues(made.analysis((Turn("agent", long, 1.0, 9.5),), ()))
    assert [(cue.start, cue.end, cue.text) for cue in found] == [(1.0, 9.5, long)]
    assert all(len(line.strip()) <= limits().columns for line in found[0].lines)


@pytest.mark.parametrize("name", ["vtt", "srt", "tsv", "textgrid", "audacity", "rttm", "ctm", "amazon"])
def test_a_transcript_without_times_is_refused_with_what_to_do(name: str) -> None:
    analysis = made.analysis((Turn("agent", "Hello."), Turn("customer", "Hi.")), (), path="call.txt")
    with pytest.raises(FormatError, match=r"call\.txt: its transcript has no times.*use -f"):
        reports.render(name, [analysis])
    assert reports.render("txt", [analysis]) == "Agent: Hello.\nCustomer: Hi.\n"


# --- subtitles ----------------------------------------------------------------------------------------------


def decoded(path: Path) -> Iterator[tuple[tuple[int, int], str]]:
    """What ffmpeg reads."""
    with av.open(str(path)) as container:
        for packet in container.demux(container.streams.subtitles[0]):
            for part in packet.decode():
                assert packet.pts is not None
                assert packet.duration is not None
                text = part.dialogue.decode().replace("\\\\\u2060", "{\\")  # how ffmpeg shields these
                yield (packet.pts, packet.pts + packet.duration), text.replace("\\\u2060", "\\")


def shown(text: str) -> str:
    """A text as the file has it: with its colons in times changed."""
    return joined(text).replace("\N{RATIO}", ":")


@settings(max_examples=40, deadline=None)
@given(said=SAID)
def test_webvtt_reads_back(said: list[tuple[str, list[str], float, bool]]) -> None:
    analysis = call(said)
    text = reports.render("vtt", [analysis])
    found = [
        (
            (c.start_time.in_milliseconds(), c.end_time.in_milliseconds()),
            (c.voice or "unknown").lower(),
            shown(html.unescape(c.text)),
        )
        for c in webvtt.WebVTT.from_string(text, strict=True)
    ]
    assert found == [(time, who, shown(words)) for time, who, words in expected(analysis)]


@settings(max_examples=40, deadline=None)
@given(said=SAID)
def test_subrip_reads_back(said: list[tuple[str, list[str], float, bool]]) -> None:
    analysis = call(said)
    text = reports.render("srt", [analysis])
    want = []
    for time, who, words in expected(analysis):
        plain = words.replace("-->", "→").replace("{\\", "｛\\").translate({60: "＜", 62: "＞"})
        want.append((time, shown(f"{voice(who)}:{plain}" if voice(who) else plain)))
    first = [
        (tuple(round(t.total_seconds() * 1000) for t in (c.start, c.end)), shown(c.content))
        for c in (srt.parse(text) if want else ())
    ]
    second = [
        ((event.start, event.end), shown(event.text.replace("\\N", "\n")))
        for event in pysubs2.SSAFile.from_string(text, format_="srt")
    ]
    assert first == want
    assert [time for time, _ in second] == [time for time, _ in sorted(want, key=lambda one: one[0])]


@pytest.mark.parametrize("name", ["vtt", "srt"])
def test_ffmpeg_finds_the_cues_whatever_is_said(name: str, tmp_path: Path) -> None:
    said = [
        ("agent" if k % 2 else "customer", [words, "and", "more."], 1.0, True)
        for k, words in enumerate(HOSTILE)
    ]
    analysis = call(said)
    analysis = replace(analysis, findings=tuple(_finding(analysis, k) for k in range(len(said))))
    path = reports.write(tmp_path / "call", name, [analysis])
    found = list(decoded(path))
    assert [time for time, _ in found] == [time for time, _, _ in expected(analysis)]
    if name == "vtt":
        assert [shown(text) for _, text in found] == [shown(words) for _, _, words in expected(analysis)]


def _finding(analysis: Analysis, turn: int) -> Any:
    words = analysis.turns[turn].text
    return replace(
        made.finding("courtesy.thanks", analysis.turns, turn, words), message=words, advice=words, rule="a.b"
    )


def test_findings_are_notes_before_the_cue_they_belong_to() -> None:
    file = webvtt.WebVTT.from_string(reports.render("vtt", [made.poor()]), strict=True)
    notes = {caption.text.replace("\n", " "): list(caption.comments) for caption in file}
    assert [note.split()[1] for note in notes["Calm down. I need the number first."]] == [
        "courtesy.dismissive",
        "listening.interruption",
        "listening.unacknowledged_problem",
    ]
    assert notes["Yes, of course."] == [
        "0:20.2 delivery.unannounced_silence (negative): A wait nobody had announced."
    ]
    assert sum(map(len, notes.values())) == len(made.POOR_FINDINGS)
    assert file.metadata == ["Kind: captions", "Language: en"]
    later = replace(made.poor(), findings=(replace(made.POOR_FINDINGS[0], start=None, turn=None),))
    assert webvtt.WebVTT.from_string(reports.render("vtt", [later])).footer_comments == [
        'courtesy.dismissive (negative): You asked the customer to calm down. "Calm down"'
    ]


# --- lines --------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(said=SAID)
def test_tsv_reads_back_with_quotes_or_without(said: list[tuple[str, list[str], float, bool]]) -> None:
    analysis = call(said)
    text = reports.render("tsv", [analysis])
    raw = [tuple(line.split("\t")) for line in text.split("\n")[:-1]]
    assert raw[0] == ("start", "end", "text", "speaker")
    assert [tuple(row) for row in csv.reader(io.StringIO(text), delimiter="\t")] == raw
    found = [((int(start), int(end)), who, joined(words)) for start, end, words, who in raw[1:]]
    want = [
        (time, voice(who), f"“{words[1:]}" if words[0] == '"' else words)
        for time, who, words in expected(analysis)
    ]
    assert found == want


@settings(max_examples=40, deadline=None)
@given(said=SAID)
def test_rttm_and_ctm_have_every_turn_and_word(said: list[tuple[str, list[str], float, bool]]) -> None:
    analysis = replace(call(said), source=replace(call([]).source, path="my; calls/;; a\tb.wav"))
    turns = [line.split(" ") for line in reports.render("rttm", [analysis]).splitlines() if line]
    assert all(len(row) == 10 and row[:2] == ["SPEAKER", ",,_a_b"] for row in turns)
    assert [(row[7], float(row[3])) for row in turns] == [
        (turn.speaker, pytest.approx(turn.start, abs=0.0006)) for turn in analysis.turns
    ]
    words = [line.split(" ") for line in reports.render("ctm", [analysis]).splitlines() if line]
    assert all(len(row) == 6 and row[0] == ",,_a_b" for row in words)
    want = sorted((w for turn in analysis.turns for w in turn.words), key=lambda word: word.start)
    assert len(words) == len(want)
    assert sorted(float(row[2]) for row in words) == pytest.approx([w.start for w in want], abs=0.0006)
    for channel in {row[1] for row in words}:
        times = [float(row[2]) for row in words if row[1] == channel]
        assert times == sorted(times)


def test_recordings_of_one_name_are_told_apart_in_rttm() -> None:
    both = [replace(made.good(), source=replace(made.good().source, path=f"{n}/call.wav")) for n in "ab"]
    files = {line.split()[1] for line in reports.render("rttm", both).splitlines()}
    assert files == {"call.wav", "call.wav-2"}


def test_audacity_has_findings_and_events_in_order_of_time() -> None:
    rows = [line.split("\t") for line in reports.render("audacity", [made.poor()]).splitlines()]
    assert all(len(row) == 3 and float(row[0]) <= float(row[1]) for row in rows)
    assert [float(row[0]) for row in rows] == sorted(float(row[0]) for row in rows)
    assert len(rows) == len(made.POOR_FINDINGS) + len(made.EVENTS)
    assert ["20.200000", "29.700000", "silence: agent: after the customer"] in rows


# --- tiers --------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(said=SAID)
def test_textgrid_reads_back(said: list[tuple[str, list[str], float, bool]], tmp_path_factory: Any) -> None:
    analysis = call(said)
    text = reports.render("textgrid", [analysis])
    first = parseTextgridStr(text, includeEmptyIntervals=True)
    path = tmp_path_factory.getbasetemp() / "call.TextGrid"
    path.write_text(text, encoding="utf-8")
    second = textgrid.TextGrid.fromFile(str(path))
    names = [tier["name"] for tier in first["tiers"]]
    assert names == [tier.name for tier in second.tiers]
    assert len(set(names)) == len(names)
    for one, other in zip(first["tiers"], second.tiers, strict=True):
        rows = [(float(entry[0]), float(entry[1]), joined(entry[2])) for entry in one["entries"]]
        assert rows == [(float(i.minTime), float(i.maxTime), joined(i.mark)) for i in other.intervals]
        assert (rows[0][0], rows[-1][1]) == (first["xmin"], first["xmax"])
        assert all(before[1] == after[0] for before, after in pairwise(rows))
        assert all(begin < end for begin, end, _ in rows)
    for who in {turn.speaker for turn in analysis.turns}:
        tier = next(t for t in first["tiers"] if t["name"] == f"{voice(who)} words".strip())
        words = sorted(
            (round(w.start * 1000), round(w.end * 1000), k, joined(clean(w.text)))
            for k, w in enumerate(w for t in analysis.turns if t.speaker == who for w in t.words)
        )
        marks = [joined(entry[2]).replace("［", "[") for entry in tier["entries"] if entry[2].strip()]
        assert sorted(marks) == sorted(word for *_, word in words if word)


def test_findings_that_overlap_have_tiers_of_their_own_and_keep_their_times() -> None:
    turns = (made.turn("agent", 0.0, 4.0, "Thank you so much for waiting there"),)
    findings = [
        replace(made.finding("courtesy.thanks", turns, 0, quote), start=start, end=end)
        for quote, start, end in (("Thank you", 0.0, 2.0), ("so much", 1.0, 3.0), ("for waiting", 2.0, 4.0))
    ]
    analysis = replace(
        made.analysis(turns, findings),
        events=(Event("pause", "agent", 1.0, 1.3), Event("filler", "agent", 2.0, 2.2, "um")),
    )
    grid = parseTextgridStr(reports.render("textgrid", [analysis]))
    tiers = {tier["name"]: [tuple(entry) for entry in tier["entries"]] for tier in grid["tiers"]}
    assert list(tiers) == [
        "Agent words",
        "Agent turns",
        "Agent pauses",
        "Agent fillers",
        "Agent findings",
        "Agent findings 2",
    ]
    assert [float(t) for entry in tiers["Agent findings"] for t in entry[:2]] == [0, 2, 2, 4]
    assert tiers["Agent findings 2"] == [("1", "3", "courtesy.thanks: so much")]
    assert tiers["Agent fillers"] == [("2", "2.2", "um")]


@pytest.mark.parametrize("name", ["vtt", "srt", "tsv", "textgrid", "audacity", "rttm", "ctm", "txt"])
def test_a_recording_without_a_word_is_an_empty_file_of_its_kind(name: str) -> None:
    text = reports.render(name, [replace(made.silent(), events=())])
    assert text.endswith("\n")
    assert cues(made.silent()) == ()
    assert "agent" not in text.lower()


def test_a_cue_lasts_a_millisecond_at_least() -> None:
    assert Cue("agent", 1.0, 1.0, ("x",)).millis == (1000, 1001)
