"""Transcripts of every format: what is read, and what odd files of the wild come to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from voicecoach import transcripts
from voicecoach.errors import TranscriptError, UsageError
from voicecoach.transcripts import Transcript
from voicecoach.transcripts.data import data
from voicecoach.transcripts.roles import parts_of
from voicecoach.transcripts.spam import is_spam
from voicecoach.transcripts.speakers import NEITHER, role


def read(tmp_path: Path, text: str, name: str = "call") -> Transcript:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    return transcripts.read(path)


def said(found: Transcript) -> list[tuple[str | None, float | None, float | None, str]]:
    return [(one.speaker, one.start, one.end, one.text) for one in found.lines]


TWO = [("Agent", 1.0, 2.0, "Good morning."), ("Customer", 2.5, 4.0, "My heating is cold.")]

VTT = """WEBVTT

1
00:00:01.000 --> 00:00:02.000
<v Agent>Good morning.

2
00:00:02.500 --> 00:00:04.000
<v Customer>My heating is cold.
"""


@pytest.mark.parametrize(
    "text",
    [
        VTT,
        "\ufeff" + VTT,
        VTT.replace("\n", "\r\n"),
        VTT.replace("\n", "\r"),
        VTT.replace("WEBVTT", "WEBVTT - made with a tool\nKind: captions\nLanguage: en-GB"),
        VTT.replace("00:00:0", "00:0"),
        VTT.replace("00:00:0", "0:0:0"),
        VTT.replace("00:00:0", "000:00:0"),
        VTT.replace(".000 -->", ",000 -->").replace(".500", ",500"),
        VTT.replace(".000", ""),
        VTT.replace(" --> ", "-->"),
        VTT.replace("02.000", "02.000 align:start position:10% line:0 size:80%"),
        VTT.replace("1\n00", "NOTE a remark\nof two lines\n\nSTYLE\n::cue(v) {\n}\n\nREGION\nid:a\n\n1\n00"),
        VTT.replace("<v Agent>Good morning.", "<v.loud.first Agent><b>Good</b> <lang en>morning.</lang></v>"),
        VTT.replace("<v Agent>", "Agent: ").replace("<v Customer>", "Customer: "),
        VTT.replace("WEBVTT\n\n", "WEBVTT\n"),
        VTT.replace("\n\n2\n", "\n"),
        VTT.replace("Good morning.", "Good morning.\n\n00:00:02.100 --> 00:00:02.200\n[music]"),
        VTT.replace("cold.", "<c.yellow>cold</c>."),
        VTT.replace("Good morning.", "Good&nbsp;morning.&lrm;"),
    ],
)
def test_webvtt_as_it_is_met(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    assert found.format == "WebVTT"
    assert said(found) == TWO
    assert found.timing == "lines"


SRT = """1
00:00:01,000 --> 00:00:02,000
Agent: Good morning.

2
00:00:02,500 --> 00:00:04,000
Customer: My heating is cold.
"""


@pytest.mark.parametrize(
    "text",
    [
        SRT,
        SRT.replace(",", "."),
        SRT.replace("1\n00", "00").replace("2\n00", "00"),
        SRT.replace("1\n", "1\n\n").replace("2\n0", "2\n\n0"),
        SRT.replace("-->", "->"),
        SRT.replace("00:00:0", "00:0"),
        SRT.replace("00,000", "00 ,000").replace("01,000", "01:000"),
        SRT.replace("\n\n2", "\n2"),
        SRT.replace("Agent: Good morning.", "{\\an8}<i>Agent: Good</i> <font color='red'>morning.</font>"),
        SRT.replace("Agent: Good morning.", "AGENT： Good\nmorning.").replace("AGENT", "Agent"),
        SRT.replace("02,000", "02,000 X1:10 X2:20 Y1:30 Y2:40"),
        "www.subs.example.com\n\n" + SRT,
        SRT + "\n3\n00:00:05,000 --> 00:00:06,000\nSubtitles by the night shift\n",
        SRT + "\n3\n00:00:05,000 --> 00:00:06,000\n♪ ♪\n",
    ],
)
def test_srt_as_it_is_met(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    assert found.format == "SRT"
    assert said(found) == TWO


def test_times_within_a_cue_are_those_of_its_words(tmp_path: Path) -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:04.000\n<v Agent>Good <00:02.000>morning <00:03.000>all\n"
    (line,) = read(tmp_path, text).lines
    assert [(word.text, word.start, word.end) for word in line.words] == [
        ("Good", 1.0, 2.0),
        (" morning", 2.0, 3.0),
        (" all", 3.0, 4.0),
    ]


def test_captions_that_roll_are_read_once(tmp_path: Path) -> None:
    text = (
        "WEBVTT\n\n00:00.000 --> 00:02.000\n \nso<00:00.500><c> the</c><00:01.000><c> parcel</c>\n\n"
        "00:02.000 --> 00:02.010\nso the parcel\n \n\n"
        "00:02.010 --> 00:04.000\nso the parcel\ncame<00:03.000><c> today</c>\n"
    )
    assert [line.text for line in read(tmp_path, text).lines] == ["so the parcel", "came today"]


def test_parts_of_a_stream_are_put_in_one_time(tmp_path: Path) -> None:
    part = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:{ticks},LOCAL:00:00:00.000\n\n00:01.000 --> 00:02.000\n{text}\n\n"
    found = read(tmp_path, part.format(ticks=900000, text="one") + part.format(ticks=1440000, text="two"))
    assert said(found) == [(None, 1.0, 2.0, "one"), (None, 7.0, 8.0, "two")]


def test_dashes_part_two_speakers_and_share_the_time(tmp_path: Path) -> None:
    found = read(tmp_path, "1\n00:00:01,000 --> 00:00:03,000\n- Is it 4?\n- It is 4.\n")
    assert [(one.text, one.start, one.end) for one in found.lines] == [
        ("Is it 4?", 1.0, 2.0),
        ("It is 4.", 2.0, 3.0),
    ]


def test_what_is_no_tag_stays(tmp_path: Path) -> None:
    found = read(tmp_path, "WEBVTT\n\n00:01.000 --> 00:02.000\nif 3 < 4 and 5 &gt; 4 then a<b\n")
    assert found.lines[0].text == "if 3 < 4 and 5 > 4 then a<b"


# --- JSON ---------------------------------------------------------------------------------------------------

SEGMENT: dict[str, Any] = {
    "start": 1.0,
    "end": 2.0,
    "text": " Good morning.",
    "words": [
        {"word": " Good", "start": 1.0, "end": 1.4, "probability": 0.9},
        {"word": " morning.", "start": 1.5, "end": 2.0, "probability": 0.8},
    ],
}


def words(found: Transcript) -> list[tuple[str, float, float, float]]:
    return [(w.text.strip(), w.start, w.end, w.probability) for line in found.lines for w in line.words]


WORDS = [("Good", 1.0, 1.4, 0.9), ("morning.", 1.5, 2.0, 0.8)]


@pytest.mark.parametrize(
    "document",
    [
        {"text": "Good morning.", "language": "en", "segments": [SEGMENT]},
        [SEGMENT],
        {"segments": [SEGMENT | {"no_speech_prob": 0.1, "avg_logprob": -0.2, "compression_ratio": 1.1}]},
        {  # WhisperX
            "segments": [
                {"start": 1.0, "end": 2.0, "text": "Good morning.", "speaker": "SPEAKER_00"}
                | {
                    "words": [
                        {"word": "Good", "start": 1.0, "end": 1.4, "score": 0.9, "speaker": "SPEAKER_00"},
                        {"word": "morning.", "start": 1.5, "end": 2.0, "score": 0.8, "speaker": "SPEAKER_00"},
                    ]
                }
            ],
            "word_segments": [],
        },
        {  # OpenAI
            "task": "transcribe",
            "language": "english",
            "duration": 2.0,
            "text": "Good morning.",
            "segments": [{"id": 0, "start": 1.0, "end": 2.0, "text": "Good morning."}],
            "words": [
                {"word": "Good", "start": 1.0, "end": 1.4, "probability": 0.9},
                {"word": "morning", "start": 1.5, "end": 2.0, "probability": 0.8},
            ],
        },
        {  # whisper.cpp
            "result": {"language": "en"},
            "transcription": [
                {
                    "timestamps": {"from": "00:00:01,000", "to": "00:00:02,000"},
                    "offsets": {"from": 1000, "to": 2000},
                    "text": " Good morning.",
                    "tokens": [
                        {"text": "[_BEG_]", "offsets": {"from": 1000, "to": 1000}, "p": 0.5},
                        {"text": " Good", "offsets": {"from": 1000, "to": 1400}, "p": 0.9},
                        {"text": " mor", "offsets": {"from": 1500, "to": 1700}, "p": 0.95},
                        {"text": "ning.", "offsets": {"from": 1700, "to": 2000}, "p": 0.8},
                    ],
                }
            ],
        },
    ],
)
def test_json_of_the_whisper_family(tmp_path: Path, document: Any) -> None:
    found = read(tmp_path, json.dumps(document))
    assert (found.format, found.timing) == ("whisper JSON", "words")
    assert found.language in (None, "en")
    assert words(found) == WORDS
    assert found.lines[0].text == "Good morning."


def test_words_without_times_lie_between_their_neighbours(tmp_path: Path) -> None:
    spoken = [
        {"word": "at", "start": 1.0, "end": 1.2},
        {"word": "10"},
        {"word": "30", "start": 2, "end": 2.4},
    ]
    found = read(tmp_path, json.dumps([{"start": 1.0, "end": 2.4, "text": "at 10 30", "words": spoken}]))
    assert [(w.start, w.end) for w in found.lines[0].words] == [(1.0, 1.2), (1.2, 1.6), (2.0, 2.4)]


def test_a_segment_of_two_speakers_is_two_lines(tmp_path: Path) -> None:
    spoken = [
        {"word": "Yes?", "start": 1.0, "end": 1.5, "speaker": "A"},
        {"word": "Hello.", "start": 1.6, "end": 2.0, "speaker": "B"},
    ]
    segment = {"start": 1, "end": 2, "text": "Yes? Hello.", "words": spoken}
    found = read(tmp_path, json.dumps({"segments": [segment]}))
    assert said(found) == [("A", 1.0, 1.5, "Yes?"), ("B", 1.6, 2.0, "Hello.")]


def item(text: str, start: float, end: float, **more: Any) -> dict[str, Any]:
    return {
        "type": "pronunciation",
        "start_time": str(start),
        "end_time": str(end),
        "alternatives": [{"confidence": "0.9", "content": text}],
    } | more


STOP = {"type": "punctuation", "alternatives": [{"confidence": "0.0", "content": "."}]}
GOOD, MORNING = item("Good", 1.0, 1.4), item("morning", 1.5, 2.0)
COLD = item("Cold", 2.5, 3.0)


@pytest.mark.parametrize(
    "results",
    [
        {
            "items": [GOOD, MORNING, STOP, COLD, STOP],
            "speaker_labels": {
                "segments": [
                    {"speaker_label": "spk_0", "items": [{"start_time": "1.0"}, {"start_time": "1.5"}]},
                    {"speaker_label": "spk_1", "items": [{"start_time": "2.5", "speaker_label": "spk_1"}]},
                ]
            },
        },
        {
            "items": [
                GOOD | {"speaker_label": "spk_0"},
                MORNING | {"speaker_label": "spk_0"},
                STOP,
                COLD | {"speaker_label": "spk_1"},
                STOP,
            ]
        },
        {
            "channel_labels": {
                "channels": [
                    {"channel_label": "spk_1", "items": [COLD, STOP]},
                    {"channel_label": "spk_0", "items": [GOOD, MORNING, STOP]},
                ]
            },
            "items": [GOOD, MORNING, COLD],
        },
    ],
)
def test_json_of_amazon_transcribe(tmp_path: Path, results: dict[str, Any]) -> None:
    found = read(tmp_path, json.dumps({"jobName": "x", "results": results | {"language_code": "en-GB"}}))
    assert found.language == "en"
    assert said(found) == [("spk_0", 1.0, 2.0, "Good morning."), ("spk_1", 2.5, 3.0, "Cold.")]
    assert [word.text for word in found.lines[0].words] == ["Good", " morning."]


@pytest.mark.parametrize("lens", [False, True])
def test_json_of_analysed_calls(tmp_path: Path, lens: bool) -> None:
    turns: list[dict[str, Any]] = [
        {"Content": text, "BeginOffsetMillis": int(1000 * start), "EndOffsetMillis": int(1000 * end)}
        | ({"ParticipantId": name.upper()} if lens else {"ParticipantRole": name.upper()})
        for name, start, end, text in TWO
    ]
    if not lens:
        turns[0]["Items"] = [
            {"Type": "pronunciation", "Content": "Good", "BeginOffsetMillis": 1000, "EndOffsetMillis": 1400},
            {
                "Type": "pronunciation",
                "Content": "morning",
                "BeginOffsetMillis": 1500,
                "EndOffsetMillis": 2000,
            },
            {"Type": "punctuation", "Content": "."},
        ]
    people = [{"ParticipantId": n, "ParticipantRole": n} for n in ("AGENT", "CUSTOMER")]
    found = read(tmp_path, json.dumps({"LanguageCode": "en-US", "Participants": people, "Transcript": turns}))
    assert said(found) == [(name.upper(), *rest) for name, *rest in TWO]
    assert len(found.lines[0].words) == (0 if lens else 2)


# --- plain text, tables, TextGrid, RTTM and CTM -------------------------------------------------------------

PLAIN = "Agent: Good morning.\nCustomer: My heating is cold.\n"


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        PLAIN.replace(": ", "： "),
        PLAIN.replace("Agent:", "**Agent:**").replace("Customer:", "**Customer:**"),
        PLAIN.replace("Agent:", "**Agent**:").replace("Customer:", "**Customer**:"),
        PLAIN.replace("\n", "\n\n"),
        PLAIN.replace("heating is", "heating\nis"),
        "From: Kim <kim@example.org>\nSubject: Tuesday's call\n\n" + PLAIN,
        "Transcribed by TalkNotes\n" + PLAIN,
        PLAIN.replace("Agent", "[Agent]").replace("Customer", "[Customer]"),
    ],
)
def test_plain_text_with_names(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    assert found.format == "plain text"
    assert said(found) == [(name, None, None, words) for name, _, _, words in TWO]
    assert found.timing == "none"


@pytest.mark.parametrize(
    "text",
    [
        "[00:01] Agent: Good morning.\n[00:03] Customer: My heating is cold.\n",
        "(0:01) Agent: Good morning.\n(0:03) Customer: My heating is cold.\n",
        "Agent (00:01): Good morning.\nCustomer (00:03): My heating is cold.\n",
        "00:00:01 Agent: Good morning.\n00:00:03 Customer: My heating is cold.\n",
        "Agent  0:01\nGood morning.\n\nCustomer  0:03\nMy heating\nis cold.\n",
        "**[00:01] Agent:** Good morning.\n**[00:03] Customer:** My heating is cold.\n",
        "[00:00:01.0] Agent： Good morning.\n[00:00:03.0] Customer： My heating is cold.\n",
    ],
)
def test_plain_text_with_names_and_times(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    assert said(found) == [
        ("Agent", 1.0, 3.0, "Good morning."),
        ("Customer", 3.0, None, "My heating is cold."),
    ]
    assert found.timing == "starts"


def test_text_of_a_terminal_has_both_times(tmp_path: Path) -> None:
    found = read(
        tmp_path, "[00:01.000 --> 00:02.000]  Good morning.\n[00:02.500 --> 00:04.000]  It is cold.\n"
    )
    assert said(found) == [(None, 1.0, 2.0, "Good morning."), (None, 2.5, 4.0, "It is cold.")]


def test_words_before_a_colon_are_no_names(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "Agent: Three things: the price.\nhttps: is the page\nCustomer: At 9:30, you said: no.\n"
        "Well, I thought: yes.\n",
    )
    assert found.speakers == ("Agent", "Customer")
    assert found.lines[1].text == "At 9:30, you said: no. Well, I thought: yes."


@pytest.mark.parametrize(
    "text",
    [
        "start\tend\ttext\n1000\t2000\tGood morning.\n2500\t4000\tMy heating is cold.\n",
        "start\tend\ttext\n1.0\t2.0\tGood morning.\n2.5\t4.0\tMy heating is cold.\n",
        'start,end,speaker,text\n1.0,2.0,,"Good morning."\n2.5,4.0,,My heating is cold.\n',
        "1.000000\t2.000000\tGood morning.\n2.500000\t4.000000\tMy heating is cold.\n",
    ],
)
def test_tables(tmp_path: Path, text: str) -> None:
    assert said(read(tmp_path, text)) == [(None, *rest) for _, *rest in TWO]


LONG_GRID = '''File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 4
tiers? <exists>
size = 3
item []:
    item [1]:
        class = "IntervalTier"
        name = "Agent"
        xmin = 0
        xmax = 4
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 1
            text = ""
        intervals [2]:
            xmin = 1
            xmax = 2
            text = "Say ""good"""
        intervals [3]:
            xmin = 2
            xmax = 4
            text = "sil"
    item [2]:
        class = "TextTier"
        name = "marks"
        xmin = 0
        xmax = 4
        points: size = 1
        points [1]:
            number = 1.5
            mark = "x"
    item [3]:
        class = "IntervalTier"
        name = "Agent - words"
        xmin = 0
        xmax = 4
        intervals: size = 2
        intervals [1]:
            xmin = 1
            xmax = 1.5
            text = "Say"
        intervals [2]:
            xmin = 1.5
            xmax = 2
            text = "good"
'''
SHORT_GRID = (
    'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n4\n<exists>\n2\n'
    '"IntervalTier"\n"Agent"\n0\n4\n1\n'
    '1\n2\n"Say ""good"""\n"IntervalTier"\n"Agent words"\n0\n4\n2\n1\n1.5\n"Say"\n1.5\n2\n"good"\n'
)


@pytest.mark.parametrize(
    "text",
    [
        LONG_GRID,
        SHORT_GRID,
        SHORT_GRID.replace("\n", " ").replace(" Object class", "\nObject class"),
        SHORT_GRID.replace("0\n4\n<", "! a remark\n0\n4\n<"),
        SHORT_GRID.replace("1\n2\n", "1e0\n2.0\n"),
        LONG_GRID.replace("\n", "\r\n"),
    ],
)
def test_textgrid_long_and_short(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    assert said(found) == [("Agent", 1.0, 2.0, 'Say "good"')]
    assert [(w.text, w.start, w.end) for w in found.lines[0].words] == [
        ("Say", 1.0, 1.5),
        (' "good"', 1.5, 2.0),
    ]


def test_textgrid_in_utf16(tmp_path: Path) -> None:
    path = tmp_path / "call.TextGrid"
    path.write_bytes(SHORT_GRID.replace("good", "добрый").encode("utf-16"))
    found = transcripts.read(path)
    assert found.encoding == "UTF-16 LE"
    assert found.lines[0].text == 'Say "добрый"'


CTM = "call 1 1.0 0.4 Good 0.9\ncall 1 1.5 0.5 morning 0.8\n;; a remark\ncall 1 3.5 1.0 Cold 0.7\n"
RTTM = "SPEAKER call 1 0.9 1.2 <NA> <NA> anna <NA> <NA>\nSPEAKER call 1 3.4 1.2 <NA> <NA> ben <NA> <NA>\n"


@pytest.mark.parametrize("first", ["call.rttm", "call.ctm"])
def test_rttm_and_ctm_belong_together(tmp_path: Path, first: str) -> None:
    (tmp_path / "call.ctm").write_text(CTM)
    (tmp_path / "call.rttm").write_text(RTTM)
    other = {"call.rttm": "call.ctm", "call.ctm": "call.rttm"}[first]
    wanted = [("anna", 1.0, 2.0, "Good morning"), ("ben", 3.5, 4.5, "Cold")]
    assert said(transcripts.read(tmp_path / first)) == wanted
    assert said(transcripts.read([tmp_path / first, tmp_path / other])) == wanted


def test_rttm_alone_has_no_words(tmp_path: Path) -> None:
    with pytest.raises(TranscriptError, match="who speaks when, but not what; name the CTM"):
        read(tmp_path, RTTM)
    assert said(read(tmp_path, CTM))[0] == (None, 1.0, 2.0, "Good morning")


def test_words_at_the_same_time_are_told_by_their_channels(tmp_path: Path) -> None:
    (tmp_path / "call.ctm").write_text("call 1 1.0 1.0 Good\ncall 2 1.2 0.3 Yes\ncall 1 2.0 0.5 morning\n")
    (tmp_path / "call.rttm").write_text(
        "SPEAKER call 1 1.0 1.5 <NA> <NA> anna <NA> <NA>\nSPEAKER call 2 1.2 0.3 <NA> <NA> ben <NA> <NA>\n"
    )
    found = transcripts.read(tmp_path / "call.ctm")
    assert [(line.speaker, line.text) for line in found.lines] == [("anna", "Good morning"), ("ben", "Yes")]


def test_the_words_of_several_recordings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TranscriptError, match=r"words of 2 recordings \(a, b"):
        read(tmp_path, "a 1 0.0 0.5 one\nb 1 0.0 0.5 two\n")


# --- times, languages, names, what nobody said --------------------------------------------------------------


def test_times_that_cannot_be_are_told(tmp_path: Path) -> None:
    text = (
        "WEBVTT\n\n00:05.000 --> 00:04.000\nfirst\n\n00:60:75.000 --> 01:01:20.000\nsecond\n\n"
        "00:02.000 --> 00:03.000\nthird\n"
    )
    found = read(tmp_path, text)
    assert [(one.text, one.start, one.end) for one in found.lines] == [
        ("third", 2.0, 3.0),
        ("first", 5.0, 3675.0),
        ("second", 3675.0, 3680.0),
    ]
    assert [note.text for note in found.notes] == ["language_unknown", "impossible", "order"]
    assert found.warnings[1].startswith("1 of 3 lines have times that cannot be")


def test_numbers_that_are_none_are_no_times(tmp_path: Path) -> None:
    text = '[{"start": NaN, "end": 1, "text": "one"}, {"start": 1e999, "end": -3, "text": "two"}]'
    assert [(one.text, one.start) for one in read(tmp_path, text).lines] == [("one", None), ("two", None)]


@pytest.mark.parametrize(
    ("tag", "code"),
    [("es-US", "es"), ("zh-Hans", "zh"), ("cmn-Hans-CN", "zh"), ("ja-JP", "ja"), ("Russian", "ru")],
)
def test_the_language_a_file_names(tmp_path: Path, tag: str, code: str) -> None:
    found = read(
        tmp_path, json.dumps({"language": tag, "segments": [{"start": 0, "end": 1, "text": "1 2 3"}]})
    )
    assert found.language == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Could you tell me the number on the letter, please?", "en"),
        ("¿Me puede decir el número de su pedido, por favor?", "es"),
        ("Подскажите, пожалуйста, номер вашего договора.", "ru"),
        ("请告诉我您的订单号码。", "zh"),
        ("請告訴我您的訂單號碼。", "zh"),
        ("ご注文番号を教えていただけますか。", "ja"),
        ("주문 번호를 알려 주세요.", "ko"),
        ("Können Sie mir bitte Ihre Kundennummer nennen?", None),
        ("Підкажіть, будь ласка, номер вашої угоди.", None),
        ("12 34", None),
    ],
)
def test_the_language_found_from_words(tmp_path: Path, text: str, code: str | None) -> None:
    assert read(tmp_path, text).language == code


def test_a_language_that_is_told_wins(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Agent: Yes, of course.", encoding="utf-8")
    assert transcripts.read(path, language="es").language == "es"


@pytest.mark.parametrize(
    ("name", "is_role"),
    [
        *((n, "agent") for n in ("agent", "AGENT", "Agent 1", "客服", "客服小王", "オペレーター", "担当")),
        *((n, "agent") for n in ("оператор", "agente", "Anna (Agent)", "Customer Service", "お客様係")),
        *((n, "customer") for n in ("Customer", "CUSTOMER_2", "客户", "顧客", "お客様", "Клиент", "cliente")),
        *(
            (n, NEITHER)
            for n in ("spk_0", "ch_0", "SPEAKER_00", "Speaker 2", "发言人 1", "話者1", "Спикер 2")
        ),
        *((n, None) for n in ("Anna", "王さん", "Ольга", "Agnes", "Clientela SA", "Userman")),
    ],
)
def test_what_names_tell(name: str, is_role: str | None) -> None:
    assert role(name) == is_role


SPEECH = [
    "Subtitles are what I need on this television.",
    "I was transcribed a different medicine, I think.",
    "Download the form and watch the movie we sent you.",
    "Thank you for watching over my mother.",
    "Sent from my office this morning, it should be there.",
    "The translation was by a colleague of mine.",
    "字幕在哪里可以打开？",
    "字幕が出ないんですが。",
    "Перевод денег ещё не пришёл.",
    "Los subtítulos no aparecen en mi televisor.",
    "Please rate this call from one to five.",
    "It was created with care.",
    "You can find more on our page.",
]


@pytest.mark.parametrize("text", SPEECH)
def test_what_people_say_stays(tmp_path: Path, text: str) -> None:
    assert not is_spam(text, heading=True)
    assert [line.text for line in read(tmp_path, f"Agent: Yes?\nCustomer: {text}\n").lines][1] == text


def test_what_nobody_said_is_named_and_left_out(tmp_path: Path) -> None:
    assert len(data().spam) >= 10
    for entry in data().spam:
        found = read(tmp_path, f"{entry.example}\nAgent: Good morning.\n")
        assert [line.text for line in found.lines] == ["Good morning."], entry.example
        assert any(entry.example.strip("- ")[:30] in warning for warning in found.warnings), entry.example


# --- what cannot be read ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n \n\x00", "is empty"),
        (b"PK\x03\x04rest", "is a zip archive or an office document"),
        (b"%PDF-1.7", "is a PDF document"),
        (b"RIFF....WAVEfmt ", "is a recording"),
        (b"<?xml version='1.0'?><tt/>", "is an XML document"),
        (b'{"segments": [', "is damaged JSON at line 1, column 15"),
        (b'{"a": 1}', "is JSON, but none we know"),
        (b"[" * 5000 + b"{", "nested too deep|damaged JSON"),
        (b"WEBVTT\n\n", "holds no words"),
        (b'{"segments": []}', "holds no words"),
        (bytes(range(256)) * 20, "is no text|holds no words"),
        (
            b'File type = "ooTextFile"\nObject class = "TextGrid"\n0 1 <exists> 0',
            "no interval tier with text",
        ),
    ],
)
def test_what_is_no_transcript_is_told_in_a_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "call"
    path.write_bytes(content)
    with pytest.raises(TranscriptError, match=message) as raised:
        transcripts.read(path)
    assert str(raised.value).startswith(f"{path}: ")
    assert "\n" not in str(raised.value)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(TranscriptError, match="there is no such file"):
        transcripts.read(tmp_path / "none.vtt")
    with pytest.raises(TranscriptError, match="is no file"):
        transcripts.read(tmp_path)
    with pytest.raises(UsageError, match="'doc' is no format"):
        transcripts.read(tmp_path / "none.vtt", format="doc")


def test_files_that_do_not_belong_together(tmp_path: Path) -> None:
    for name in ("a.vtt", "b.vtt"):
        (tmp_path / name).write_text(VTT)
    with pytest.raises(UsageError, match="do not belong together"):
        transcripts.read([tmp_path / "a.vtt", tmp_path / "b.vtt"])


def test_a_transcript_beside_a_recording(tmp_path: Path) -> None:
    for name in ("call.txt", "call.vtt", "other.vtt", "call.wav"):
        (tmp_path / name).write_text(VTT)
    assert transcripts.beside(Path("x/call.wav"), tmp_path) == (tmp_path / "call.vtt",)
    with pytest.raises(TranscriptError, match=r"no transcript of third\.wav; it should be called third\.vtt"):
        transcripts.beside(Path("third.wav"), tmp_path)


# --- as people have them ------------------------------------------------------------------------------------


def test_long_names_of_meetings_and_devices(tmp_path: Path) -> None:
    text = "WEBVTT\n"
    for k, row in enumerate(
        (
            "Ana Maria Lopez-Iglesias (she/her): Good morning.",
            "iPhone of Klaus-Peter: Hello.",
            "Ana Maria Lopez-Iglesias (she/her): How can I help?",
            "iPhone of Klaus-Peter: It leaks.",
        )
    ):
        text += f"\n{k}\n00:00:0{k}.000 --> 00:00:0{k}.900\n{row}\n"
    assert {line.speaker for line in read(tmp_path, text).lines} == {
        "Ana Maria Lopez-Iglesias (she/her)",
        "iPhone of Klaus-Peter",
    }


def test_names_under_a_long_heading(tmp_path: Path) -> None:
    text = "Attendees\nAna, Luis\nTranscript\nTuesday\n"
    text += "Ana Ruiz: Good morning.\nLuis Paz: It leaks.\nAna Ruiz: Sorry.\nEnd\n"
    assert [line.speaker for line in read(tmp_path, text).lines] == ["Ana Ruiz", "Luis Paz", "Ana Ruiz"]


def test_names_in_small_letters(tmp_path: Path) -> None:
    text = "ana: hello\nluis: it leaks\nana: sorry\nluis: ok\n"
    assert [line.speaker for line in read(tmp_path, text).lines] == ["ana", "luis", "ana", "luis"]


@pytest.mark.parametrize(
    "stamp",
    [
        "[03.11.24, 14:02:15] ",
        "3/11/24, 2:02 PM - ",
        "2024-11-03 14:02:15 ",
        "\u200e[2024/11/3, 2:02:15\u202fPM] ",
    ],
)
def test_a_chat_has_names_and_no_times_of_speech(tmp_path: Path, stamp: str) -> None:
    text = f"{stamp}What is written here stays here.\n{stamp}Support Ana: Hello.\n"
    text += f"{stamp}+49 151 000000: It leaks.\n"
    text += f"{stamp}Support Ana: Sorry.\n{stamp}+49 151 000000: <Media omitted>\n"
    assert said(read(tmp_path, text)) == [
        ("Support Ana", None, None, "Hello."),
        ("+49 151 000000", None, None, "It leaks."),
        ("Support Ana", None, None, "Sorry."),
    ]


def test_the_last_line_of_a_program_is_not_said(tmp_path: Path) -> None:
    found = read(
        tmp_path, "Ana  00:02\nHello.\n\nBen  00:05\nHi.\n\nTranscribed by https://talknotes.example\n"
    )
    assert [line.text for line in found.lines] == ["Hello.", "Hi."]
    assert "left_out" in {note.text for note in found.notes}


@pytest.mark.parametrize(
    ("text", "start"),
    [
        (
            "Speaker,Start Time,End Time,Text\nAgent,0:00:01,0:00:03,Hello.\nCaller,0:00:03,0:05,It leaks.\n",
            1.0,
        ),
        ("start;end;speaker;text\n0,5;2,5;Agent;Hello.\n3;4;Caller;It leaks.\n", 0.5),
        ("Speaker,Text\nAgent,Hello.\nCaller,It leaks.\n", None),
    ],
)
def test_tables_of_spreadsheets(tmp_path: Path, text: str, start: float | None) -> None:
    lines = read(tmp_path, text).lines
    assert [(line.speaker, line.text) for line in lines] == [("Agent", "Hello."), ("Caller", "It leaks.")]
    assert lines[0].start == start


def test_json_of_another_service_is_refused(tmp_path: Path) -> None:
    document = {"utterances": [], "words": [{"text": "Hello", "start": 0, "end": 400}]}
    with pytest.raises(TranscriptError, match="none we know"):
        read(tmp_path, json.dumps(document))


def test_zero_bytes_here_and_there_are_no_utf16(tmp_path: Path) -> None:
    (tmp_path / "call.txt").write_bytes(b"Agent: Good\0 morning\0, hello.\nCustomer: It leaks\0.\n")
    found = transcripts.read(tmp_path / "call.txt")
    assert [line.text for line in found.lines] == ["Good morning, hello.", "It leaks."]


def test_speakers_that_we_numbered_keep_their_numbers(tmp_path: Path) -> None:
    found = read(
        tmp_path, "Speaker4: Hm.\nAgent: Hello.\nSpeaker3: Hi.\nCustomer: It leaks.\nSpeaker5: Oh.\n"
    )
    assert all(part.name.lower() == part.role for part in parts_of(found, {}))


def test_who_says_most_is_the_customer(tmp_path: Path) -> None:
    found = read(
        tmp_path, "Agent: Hello.\nNote: ok\nBen: My boiler leaks since Monday.\nAgent: Sorry.\nBen: Yes.\n"
    )
    assert {part.name: part.role for part in parts_of(found, {})} == {
        "Agent": "agent",
        "Ben": "customer",
        "Note": "speaker3",
    }
