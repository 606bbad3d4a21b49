"""No bytes may bring the readers down: every file gives lines or one line that says why not."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voicecoach import pipeline, transcripts
from voicecoach.errors import VoicecoachError
from voicecoach.reports.json import document
from voicecoach.transcripts import Transcript

SEEDS = [
    "WEBVTT\n\n00:01.000 --> 00:02.000 align:start\n<v Agent>Good &amp; <00:01.500>well</v>\n",
    "1\n00:00:01,000 --> 00:00:02,000\n- Agent: yes\n- no\n\n2\n"
    "00:00:03,000 --> 00:00:04,000\n{\\an8}<i>x</i>\n",
    '{"segments": [{"start": 0.5, "end": 2, "text": " Yes.", "words": [{"word": " Yes.", "start": 0.5}]}]}',
    '{"results": {"items": [{"start_time": "0.1", "end_time": "0.4", "type": "pronunciation", '
    '"alternatives": [{"content": "Yes", "confidence": "0.9"}]}], "speaker_labels": {"segments": []}}}',
    '{"Transcript": [{"ParticipantRole": "AGENT", "Content": "Yes.", "BeginOffsetMillis": 1, "Items": []}]}',
    '{"schema_version": "1.3", "turns": [{"speaker": "agent", "text": "Yes.", "start": 1, "end": 2}]}',
    "[00:12] Anna: Yes.\n[00:15] Ben: No.\nAnna 00:20\nWell.\n",
    "start\tend\ttext\n0\t1000\tYes.\n",
    'File type = "ooTextFile"\nObject class = "TextGrid"\n0 2 <exists> 1 "IntervalTier" "A" 0 2 1 0 1 "y"\n',
    "call 1 0.5 0.3 yes 0.9\ncall 1 0.9 0.3 no 0.9\n",
    "SPEAKER call 1 0.4 0.9 <NA> <NA> agent <NA> <NA>\n",
    "客服：您好\n客户：没有热水\n",
]


def sound(found: Transcript) -> None:
    """Whether a transcript keeps what it promises."""
    assert found.lines
    starts = [line.start for line in found.lines]
    assert all(start is None for start in starts) or all(start is not None for start in starts)
    times = [start for start in starts if start is not None]
    assert times == sorted(times)
    for line in found.lines:
        assert line.text
        assert line.text == line.text.strip()
        line.text.encode()  # no half of a character
        assert line.end is None or (math.isfinite(line.end) and line.end >= (line.start or 0.0) >= 0)
        assert "".join(word.text for word in line.words).strip() in ("", line.text)
        assert all(0 <= word.start <= word.end and 0 <= word.probability <= 1 for word in line.words)


def attempt(path: Path, content: bytes) -> Transcript | None:
    path.write_bytes(content)
    try:
        found = transcripts.read(path)
    except VoicecoachError as error:
        if "\n" in str(error):
            raise AssertionError(f"more than one line: {error}") from error
        return None
    sound(found)
    return found


@st.composite
def _mangled(draw: st.DrawFn) -> bytes:
    """A transcript with pieces cut out, doubled, or overwritten."""
    raw = draw(st.sampled_from(SEEDS)).encode(
        draw(st.sampled_from(["utf-8", "utf-16", "gb18030", "utf-8-sig"]))
    )
    for _ in range(draw(st.integers(0, 4))):
        at, length = draw(st.integers(0, len(raw))), draw(st.integers(0, 12))
        put = draw(
            st.one_of(st.binary(max_size=6), st.sampled_from([b"-1", b"NaN", b"1e999", b'"', b"\x00", b"<"]))
        )
        raw = raw[:at] + put + raw[at + length * draw(st.integers(0, 1)) :]
    return raw


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(
        st.binary(max_size=300), st.text(max_size=300).map(lambda t: t.encode("utf-8", "replace"))
    )
)
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    attempt(tmp_path / "call", content)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=_mangled())
def test_damaged_transcripts(tmp_path: Path, content: bytes) -> None:
    attempt(tmp_path / "call", content)


KEYS = [
    "segments",
    "words",
    "word",
    "text",
    "start",
    "end",
    "speaker",
    "language",
    "results",
    "items",
    "transcripts",
    "Transcript",
    "Content",
    "type",
    "start_time",
    "alternatives",
    "content",
    "channel_labels",
    "channels",
    "speaker_labels",
    "Items",
    "turns",
    "schema_version",
    "transcription",
    "offsets",
    "from",
    "to",
    "tokens",
    "BeginOffsetMillis",
    "Participants",
]
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=25,
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=JSON)
def test_any_json(tmp_path: Path, found: Any) -> None:
    attempt(tmp_path / "call", json.dumps(found).encode())


def test_a_thousand_odd_lines_come_to_a_report(tmp_path: Path) -> None:
    odd = [
        "<script>alert(1)</script>",
        "=1+1",
        "\x1b[31mred",
        "a\u202eb",
        "\ud83d\ude00",
        "a" * 3000,
        "'\";--",
    ]
    text = "".join(f"Agent: {odd[k % len(odd)]} {k}\nCustomer: yes\n" for k in range(500))
    found = attempt(tmp_path / "call", text.encode("utf-8", "replace"))
    assert found is not None
    shown = document(pipeline.analyse(None, transcript=found))
    assert len(shown["turns"]) == 1000
    assert "\x1b" not in json.dumps(shown, ensure_ascii=False)


@pytest.mark.parametrize(
    "text",
    [
        "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "<v " * 50_000,
        "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "&a" * 50_000,
        "a:" * 100_000,
        "--> " * 50_000,
        'File type = "ooTextFile"\nObject class = "TextGrid"\n' + '"' * 200_001,
        "[" * 100_000,
        "7" * 200_000,
        "a" + " " * 200_000 + "b",
        "\n" * 200_000 + "Agent: yes",
        "Agent: " + "yes, I think so. " * 12_000,
        "".join(f"Name{k}: yes\n" for k in range(5_000)),
        "{" * 50_000,
        "a 1 " + "1" * 100_000 + " 1 x",
    ],
)
def test_long_and_repeating_files_do_not_hang(tmp_path: Path, text: str) -> None:
    attempt(tmp_path / "call", text.encode())


def test_many_cues_stay_many_lines(tmp_path: Path) -> None:
    cue = "{0:02d}:{1:02d}:{2:02d}.000 --> {0:02d}:{1:02d}:{2:02d}.900\n<v Agent>number {3}\n\n"
    text = "WEBVTT\n\n" + "".join(cue.format(k // 3600, k // 60 % 60, k % 60, k) for k in range(20_000))
    found = attempt(tmp_path / "call", text.encode())
    assert found is not None
    assert len(found.lines) == 20_000
    assert found.lines[-1].text == "number 19999"
