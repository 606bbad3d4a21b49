"""Transcripts through the analysis: laid over the sound of their recording, or alone; no model of words."""

from __future__ import annotations

import json
import wave
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from tests.conftest import SAMPLES
from voicecoach import audio, cli, models, pipeline, reports, transcripts
from voicecoach.errors import TranscriptError, UsageError
from voicecoach.reports.json import document
from voicecoach.transcripts import Transcript
from voicecoach.transcripts.roles import parse_speakers, parts_of
from voicecoach.types import AGENT, CUSTOMER, UNKNOWN, Analysis

SCHEMA = json.loads((Path(reports.__file__).parent / "analysis.schema.json").read_text("utf-8"))


def truth() -> list[dict[str, Any]]:
    with (SAMPLES / "good_call.yaml").open(encoding="utf-8") as file:
        turns: list[dict[str, Any]] = yaml.safe_load(file)["turns"]
    return turns


def clock(seconds: float) -> str:
    return f"{int(seconds) // 60:02d}:{seconds % 60:06.3f}"


def vtt(names: Mapping[str, str] | None = None) -> str:
    """The true words of a sample as WebVTT; a speaker without a name is not named."""
    names = {"agent": "Agent", "customer": "Customer"} if names is None else names
    cues = [
        f"{clock(one['start'])} --> {clock(one['end'])}\n"
        + (f"<v {names[turn['speaker']]}>" if turn["speaker"] in names else "")
        + f"{one['text']}\n"
        for turn in truth()
        for one in turn["utterances"]
    ]
    return "WEBVTT\n\n" + "\n".join(cues)


@pytest.fixture
def given(tmp_path: Path) -> Path:
    path = tmp_path / "good_call.vtt"
    path.write_text(vtt(), encoding="utf-8")
    return path


def read(tmp_path: Path, text: str) -> Transcript:
    path = tmp_path / "call.txt"
    path.write_text(text, encoding="utf-8")
    return transcripts.read(path)


def record(path: Path, samples: NDArray[np.int16]) -> Path:
    """Write samples, shape (channels, samples), as a recording at 16 kHz."""
    with wave.open(str(path), "wb") as file:
        file.setparams((len(samples), 2, 16000, 0, "NONE", ""))
        file.writeframes(np.ascontiguousarray(samples.T).tobytes())
    return path


@pytest.fixture(scope="module")
def samples() -> NDArray[np.int16]:
    return np.array(audio.load(SAMPLES / "good_call.flac").samples)


@pytest.fixture(autouse=True)
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """No weights are installed."""

    def none(name: str) -> None:
        raise AssertionError(f"the model {name} was looked for")

    monkeypatch.setattr(models, "find", none)


def rules(found: Analysis) -> set[str]:
    return {finding.rule for finding in found.findings}


def value(found: Analysis, measure: str, speaker: str = AGENT) -> float | None:
    return next(m.value for m in found.measures if m.id == measure and m.speaker == speaker)


def texts(found: Analysis) -> list[str]:
    return list(found.warnings)


# --- with the recording -------------------------------------------------------------------------------------


def test_words_of_a_transcript_are_laid_over_its_recording(given: Path) -> None:
    found = pipeline.analyse(SAMPLES / "good_call.flac", transcript=transcripts.read(given))
    jsonschema.validate(document(found), SCHEMA)
    assert [(s.name, s.channel_name) for s in found.source.speakers] == [(AGENT, "left"), (CUSTOMER, "right")]
    assert found.scores.passed is True
    assert found.warnings == ()
    assert found.provenance["model"] is None
    assert found.provenance["transcript"]["format"] == "WebVTT"
    words = [word for turn in found.turns for word in turn.words]
    assert len(words) > 150
    assert sum(word.backed is True for word in words) >= 0.98 * len(words)
    placed = {turn["text"].split()[0]: turn["start"] for turn in truth()[:2]}
    assert found.turns[0].start == pytest.approx(placed["Good"], abs=0.15)
    assert value(found, "pitch.spread") is not None


def test_words_under_silence_are_not_backed(tmp_path: Path) -> None:
    text = vtt().replace(
        "Of course.", "Of course.\n\n00:32.000 --> 00:33.500\n<v Agent>Thank you so much, dear sir"
    )
    found = pipeline.analyse(SAMPLES / "good_call.flac", transcript=read(tmp_path, text))
    invented = [finding for finding in found.unbacked if 31.5 < (finding.start or 0.0) < 34]
    assert {finding.rule for finding in invented} == {"courtesy.thanks"}
    assert invented[0].evidence.reason == "no voiced sound where the words should be"
    assert "In the transcript, not backed by the sound, not counted" in reports.render("text", [found])


def test_each_speaker_is_on_the_channel_that_speaks_in_their_lines(
    given: Path, tmp_path: Path, samples: NDArray[np.int16]
) -> None:
    path = record(tmp_path / "swapped.wav", samples[::-1])
    found = pipeline.analyse(path, transcript=transcripts.read(given))
    assert [(s.name, s.channel_name) for s in found.source.speakers] == [(CUSTOMER, "left"), (AGENT, "right")]


def test_lines_without_names_go_where_the_voice_is(tmp_path: Path) -> None:
    found = pipeline.analyse(SAMPLES / "good_call.flac", transcript=read(tmp_path, vtt({})))
    assert [(s.name, s.channel_name) for s in found.source.speakers] == [(AGENT, "left"), (CUSTOMER, "right")]
    assert 'says "' in found.source.speakers[0].reason
    assert found.scores.passed is True


def test_a_transcript_tells_voices_on_one_channel_apart(
    given: Path, tmp_path: Path, samples: NDArray[np.int16]
) -> None:
    mono = record(tmp_path / "mono.wav", (samples.astype(np.int32).sum(axis=0) // 2).astype(np.int16)[None])
    apart = pipeline.analyse(SAMPLES / "good_call.flac", transcript=transcripts.read(given))
    found = pipeline.analyse(mono, transcript=transcripts.read(given))
    assert [(s.name, s.channel_name) for s in found.source.speakers] == [(AGENT, "mono"), (CUSTOMER, "mono")]
    assert any("several speakers share one channel" in text for text in texts(found))
    for measure in ("talk.share", "pitch.median", "pace.articulation_rate"):
        assert value(found, measure) == pytest.approx(value(apart, measure), rel=0.05), measure
    assert value(found, "loudness.level") is None


def test_voices_that_never_overlap_tell_of_no_interruptions(
    tmp_path: Path, samples: NDArray[np.int16]
) -> None:
    mono = record(tmp_path / "mono.wav", (samples.astype(np.int32).sum(axis=0) // 2).astype(np.int16)[None])
    text = vtt()
    inside = next(turn for turn in truth() if turn["text"] == "I see.")
    lines = text.split("\n\n")
    serial = "\n\n".join(line for line in lines if not line.startswith(clock(inside["start"])))
    found = pipeline.analyse(mono, transcript=read(tmp_path, serial))
    assert value(found, "talk.interruptions") is None
    assert not {event.kind for event in found.events} & {"interruption", "overlap", "backchannel"}
    judged = {criterion.name: criterion.status for criterion in found.scores.criteria}
    assert judged["Lets the customer finish"] == "not_measured"


def test_a_shift_is_told_and_not_mended(given: Path, tmp_path: Path, samples: NDArray[np.int16]) -> None:
    late = record(tmp_path / "late.wav", np.pad(samples, ((0, 0), (3 * 16000, 0))))
    found = pipeline.analyse(late, transcript=transcripts.read(given))
    assert texts(found) == [
        "the transcript fits the sound better 3.0 s later; its times are used as they stand"
    ]


def test_a_drift_is_told(tmp_path: Path) -> None:
    given = read(tmp_path, vtt())
    lines = tuple(
        replace(line, start=1.05 * (line.start or 0) + 0.3, end=1.05 * (line.end or 0) + 0.3)
        for line in given.lines
    )
    found = pipeline.analyse(SAMPLES / "good_call.flac", transcript=replace(given, lines=lines))
    assert any("the transcript drifts" in text for text in texts(found)), texts(found)


def test_the_transcript_of_another_call_is_noticed(given: Path) -> None:
    found = pipeline.analyse(SAMPLES / "poor_call.flac", transcript=transcripts.read(given))
    assert texts(found)[0].startswith("the transcript goes on until 0:59, the recording ends at 0:48")
    assert "do not fit the voice in this recording" in texts(found)[1]


def test_a_transcript_without_times_is_not_laid_over_sound(tmp_path: Path) -> None:
    with pytest.raises(TranscriptError, match="has no times, so its words cannot be laid over the recording"):
        pipeline.analyse(
            SAMPLES / "good_call.flac", transcript=read(tmp_path, "Agent: Yes.\nCustomer: No.\n")
        )


# --- alone --------------------------------------------------------------------------------------------------


def test_a_transcript_with_times_alone(given: Path) -> None:
    found = pipeline.analyse(None, transcript=transcripts.read(given))
    jsonschema.validate(document(found), SCHEMA)
    assert found.source.layout.kind == "none"
    assert found.scores.passed is True
    share = next(m for m in found.measures if m.id == "talk.share" and m.speaker == AGENT)
    own = sum(t["end"] - t["start"] for t in truth() if t["speaker"] == "agent")
    assert share.grade == "C"
    assert share.value == pytest.approx(100 * own / sum(t["end"] - t["start"] for t in truth()), abs=3)
    assert value(found, "talk.response_latency") is None
    assert (
        value(found, "talk.interruptions") == 0
    )  # the transcript has lines that overlap, so some could be seen
    for measure in found.measures:
        if not measure.id.startswith("talk."):
            assert (measure.value, measure.reason) == (None, "there is no recording")
    assert {finding.evidence.status for finding in found.findings} == {"not_checked"}
    assert found.phases


def test_times_of_words_carry_further(tmp_path: Path) -> None:
    turns = [
        {"speaker": name, "text": text, "start": start, "end": start + 0.5 * len(text.split())}
        | {
            "words": [
                {"text": word, "start": start + 0.5 * k, "end": start + 0.5 * k + 0.45}
                for k, word in enumerate(text.split())
            ]
        }
        for name, text, start in (
            ("agent", "Good morning, how may I help you today?", 0.0),
            ("customer", "My parcel has not come, and I need it tomorrow.", 4.95),
            ("agent", "I am sorry to hear that, let me look.", 10.45),
        )
    ]
    found = pipeline.analyse(None, transcript=read(tmp_path, json.dumps({"turns": turns, "language": "en"})))
    latency = next(m for m in found.measures if m.id == "talk.response_latency" and m.speaker == AGENT)
    assert latency.grade == "B"
    assert latency.value == pytest.approx(0.55, abs=0.03)
    assert value(found, "talk.interruptions") is None


def test_a_transcript_without_times_alone(tmp_path: Path) -> None:
    text = "\n".join(f"{turn['speaker'].title()}: {turn['text']}" for turn in truth())
    found = pipeline.analyse(None, transcript=read(tmp_path, text))
    jsonschema.validate(document(found), SCHEMA)
    assert all(turn.start is None and turn.words == () for turn in found.turns)
    assert [turn.speaker for turn in found.turns][:2] == [AGENT, CUSTOMER]
    assert {"courtesy.greeting", "courtesy.closing", "listening.open_question"} <= rules(found)
    reasons = {m.reason for m in found.measures if m.id.startswith("talk.")}
    assert reasons == {"the transcript has no times"}
    judged = {criterion.name: criterion.reason for criterion in found.scores.criteria}
    assert judged["Lets the customer finish"] == "the transcript has no times"


def test_who_is_the_agent_is_found_from_what_is_said(tmp_path: Path) -> None:
    names = {"agent": "Helen", "customer": "Daniel"}
    text = "\n".join(f"{names[turn['speaker']]}: {turn['text']}" for turn in truth())
    found = pipeline.analyse(None, transcript=read(tmp_path, text))
    assert [(s.name, s.reason) for s in found.source.speakers] == [
        (AGENT, 'says "How may I help you"'),
        (CUSTOMER, "Helen is the agent"),
    ]


def test_a_transcript_that_names_nobody_is_not_judged(tmp_path: Path) -> None:
    found = pipeline.analyse(None, transcript=read(tmp_path, vtt({})))
    assert [s.name for s in found.source.speakers] == [UNKNOWN]
    assert found.findings == ()
    assert "the transcript does not say who speaks" in found.scores.reason


def test_the_language_of_the_rules_is_that_of_the_transcript(tmp_path: Path) -> None:
    found = pipeline.analyse(
        None, transcript=read(tmp_path, "Agente: Guten Tag, was ist das?\nCliente: Nichts.\n")
    )
    assert found.language == ""
    assert any("does not say its language" in text for text in texts(found))


# --- who is who, as told ------------------------------------------------------------------------------------


def roles_of(tmp_path: Path, text: str, told: str = "") -> dict[str, str]:
    parts = parts_of(read(tmp_path, text), parse_speakers(told) if told else {})
    return {part.name: part.role for part in parts}


def test_roles_by_name_and_as_told(tmp_path: Path) -> None:
    two = "Anna: Hello there.\nBen: Good day.\n"
    assert roles_of(tmp_path, two) == {"Anna": "", "Ben": ""}
    assert roles_of(tmp_path, two, "agent=ben") == {"Anna": CUSTOMER, "Ben": AGENT}
    assert roles_of(tmp_path, two, "agent=Ben,customer=Anna") == {"Anna": CUSTOMER, "Ben": AGENT}
    assert roles_of(tmp_path, two, "agent=all") == {"": AGENT}
    three = "Agent: Hello.\nCustomer: Hello.\nAnna: Hello.\n"
    assert roles_of(tmp_path, three) == {"Agent": AGENT, "Customer": CUSTOMER, "Anna": "speaker3"}
    assert roles_of(tmp_path, "Anna: Hello.\nКлиент: Да.\n") == {"Anna": AGENT, "Клиент": CUSTOMER}
    assert roles_of(tmp_path, "客服：您好。\n王先生：你好。\n") == {"客服": AGENT, "王先生": CUSTOMER}
    with pytest.raises(UsageError, match="nobody is called 'Cleo'; it has: Anna, Ben"):
        roles_of(tmp_path, two, "agent=Cleo")
    for wrong in ("Anna", "boss=Anna", "agent=", "agent=A,agent=B"):
        with pytest.raises(UsageError, match="should look like agent=Anna,customer=Ben"):
            parse_speakers(wrong)


def test_very_many_names_are_few_speakers(tmp_path: Path) -> None:
    text = "".join(f"Name{k}: hello there\nAgent: yes, of course\n" for k in range(60))
    found = pipeline.analyse(None, transcript=read(tmp_path, text))
    jsonschema.validate(document(found), SCHEMA)
    assert len(found.source.speakers) <= 8


# --- the command --------------------------------------------------------------------------------------------


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            cli.main(["analyse", *map(str, arguments)])
        shown = capsys.readouterr()
        return int(stop.value.code or 0), shown.out, shown.err

    return command


def test_the_command_reads_a_transcript_alone(run: Run, given: Path) -> None:
    code, out, _error = run("--transcript", given)
    assert code == 0
    assert "a transcript without a recording, language en" in out
    assert "there is no recording" in out


def test_the_command_finds_transcripts_beside_recordings(run: Run, given: Path, tmp_path: Path) -> None:
    code, out, _error = run(
        SAMPLES / "good_call.flac", SAMPLES / "poor_call.flac", "--transcript", tmp_path, "-f", "json"
    )
    assert code == 1  # of the second there is none
    (found,) = json.loads(out)
    assert found["provenance"]["transcript"]["path"] == str(given)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Missing argument 'FILE...'"),
        (("a.wav", "b.wav", "--transcript", "c.vtt"), "one transcript is that of one recording"),
        (("--transcript", "."), "finds the transcripts of the recordings that are named"),
        (("a.wav", "--speakers", "agent=Anna"), "name it with --transcript"),
        (("--transcript", "a.vtt", "--channels", "agent=left"), "--channels is for a recording"),
    ],
)
def test_what_makes_no_sense_is_refused(run: Run, arguments: tuple[str, ...], message: str) -> None:
    code, _out, error = run(*arguments)
    assert code == 2
    assert message in error


def test_a_missing_transcript_is_told_in_a_line(run: Run, tmp_path: Path) -> None:
    code, _out, error = run("--transcript", tmp_path / "none.srt")
    assert (code, error) == (1, f"voicecoach: {tmp_path / 'none.srt'}: there is no such file\n")
