"""Words that are known beforehand take the place of a channel's transcript."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import yaml
from make_sound import wav

from voicecoach import audio, known, pipeline
from voicecoach.errors import UsageError
from voicecoach.known import Known
from voicecoach.reports import text
from voicecoach.score import load_scorecard
from voicecoach.transcribe import Recogniser, Transcript
from voicecoach.types import AGENT, CUSTOMER, Analysis, Contours, Segment, Word

SAMPLES = Path(__file__).parent.parent / "samples"
SECONDS = 20.0  # of the sample that are used
SAID: dict[str, Any] = yaml.safe_load((SAMPLES / "good_call.yaml").read_text(encoding="utf-8"))
LINES = [
    Known(turn["text"], turn["start"], turn["end"])
    for turn in SAID["turns"]
    if turn["speaker"] == CUSTOMER and turn["end"] < SECONDS
]


def contours(voice: Sequence[tuple[float, float]], seconds: float = 10.0) -> Contours:
    """A channel with a voice of 100 Hz between some times."""
    frames = round(seconds / 0.01)
    on = np.zeros(frames, bool)
    for start, end in voice:
        on[round(start * 100) : round(end * 100)] = True
    f0 = np.where(on, np.float32(100), np.float32(np.nan)).astype(np.float32)
    level = np.where(on, np.float32(-20), np.float32(-90)).astype(np.float32)
    return Contours(0.01, f0, level, on, f0, np.empty(0, np.float32))


def times(line: Known, own: Contours, **options: Any) -> list[tuple[str, float, float, bool | None]]:
    return [
        (word.text, round(word.start, 2), round(word.end, 2), word.backed)
        for segment in known.segments([line], own, **options)
        for word in segment.words
    ]


def test_words_share_the_voice_of_their_line_by_syllables() -> None:
    own = contours([(1.0, 2.0), (3.0, 4.0)])
    count = {" One": 1.0, " two": 1.0, " everything": 2.0}.__getitem__
    assert times(Known("One two everything", 0.5, 5.0), own, syllables=count) == [
        (" One", 1.0, 1.5, True),
        (" two", 1.5, 2.0, True),
        (" everything", 3.0, 4.0, True),
    ]


def test_a_shown_line_ends_where_somebody_answers_it() -> None:
    agent = contours([(0.2, 1.5), (3.0, 6.0)])
    found = times(Known("One two", 1.0, 9.0), contours([]), others=[agent])
    assert found == [(" One", 1.0, 2.0, None), (" two", 2.0, 3.0, None)]
    assert not known.heard([Known("One two", 1.0, 9.0)], contours([]))
    assert known.heard([Known("One two", 1.0, 9.0)], agent)


def test_where_there_are_no_spaces_each_character_is_a_word() -> None:
    found = times(Known("はい。ええ", 0.0, 4.0), contours([(0.0, 4.0)]), spaces=False)
    assert [word for word, *_ in found] == ["は", "い。", "え", "え"]


def test_a_line_without_words_is_none() -> None:
    assert known.segments([Known("  ", 0.0, 1.0)], contours([(0.0, 1.0)])) == ()


@dataclass
class Fake:
    """Hears what the agent says in the sample, and notes how many channels it was given."""

    model: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(name="fake", sha256="0" * 64))
    device: str = "cpu"
    compute_type: str = "default"
    channels: list[int] = field(default_factory=list)

    def load(self) -> None:
        """Nothing to load."""

    def transcribe(self, channels: Sequence[Any], probabilities: Sequence[Any], **_: Any) -> Transcript:
        assert len(channels) == len(probabilities)
        self.channels.append(len(channels))
        segments = []
        for turn in SAID["turns"]:
            if turn["speaker"] != AGENT:
                continue
            for said in turn["utterances"]:
                pieces = said["text"].split()
                step = (said["end"] - said["start"]) / len(pieces)
                words = tuple(
                    Word(f" {p}", said["start"] + k * step, said["start"] + (k + 1) * step, 0.9)
                    for k, p in enumerate(pieces)
                )
                segments.append(Segment(said["text"], said["start"], said["end"], words, 0.0, -0.1, 1.2))
        kept = tuple(s for s in segments if s.end < SECONDS)
        return Transcript("en", 1.0, (kept, *(() for _ in channels[1:])))


@pytest.fixture(scope="module")
def fake() -> Fake:
    return Fake()


def analysed(fake: Fake, folder: Path, *, silent: bool = False, channels: str | None = None) -> Analysis:
    recording = audio.load(SAMPLES / "good_call.flac")
    samples = recording.samples[:, : round(SECONDS * recording.rate)].copy()
    if silent:
        samples[1] = 0
    path = wav(folder / "take.wav", samples, rate=recording.rate)
    settings = pipeline.Settings(channels=channels)
    roles = audio.parse_channels(channels) if channels else {}
    coach = pipeline.Coach(settings, load_scorecard(), roles, cast("Recogniser", fake))
    return pipeline.analyse(path, coach=coach, known={CUSTOMER: LINES})


@pytest.fixture(scope="module")
def played(fake: Fake, tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return analysed(fake, tmp_path_factory.mktemp("played"))


@pytest.fixture(scope="module")
def shown(fake: Fake, tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return analysed(fake, tmp_path_factory.mktemp("shown"), silent=True)


def test_only_the_agents_channel_is_transcribed(fake: Fake, played: Analysis) -> None:
    assert set(fake.channels) == {1}
    assert played.provenance["words_given"] == {CUSTOMER: len(LINES)}


def test_roles_are_told(played: Analysis) -> None:
    assert [(s.name, s.channel, s.reason) for s in played.source.speakers] == [
        (AGENT, 0, "as a practice is recorded"),
        (CUSTOMER, 1, "as a practice is recorded"),
    ]


def test_the_callers_words_are_those_that_were_played(played: Analysis) -> None:
    said = " ".join(t.text for t in played.turns if t.speaker == CUSTOMER)
    assert said == " ".join(line.text for line in LINES)
    assert "listening.empathy" in {f.rule for f in played.findings}
    values = {m.id: m.value for m in played.measures if m.speaker == AGENT}
    assert values["talk.response_latency"] is not None
    assert values["talk.interruptions"] == 0
    assert values["talk.share"] is not None


def test_of_shown_lines_nothing_is_measured_that_needs_their_sound(shown: Analysis) -> None:
    said = " ".join(t.text for t in shown.turns if t.speaker == CUSTOMER)
    assert said == " ".join(line.text for line in LINES)
    found = {m.id: m for m in shown.measures if m.speaker == AGENT}
    for identifier in (
        "talk.share",
        "talk.response_latency",
        "talk.interruptions",
        "talk.unannounced_silence",
    ):
        assert found[identifier].value is None
        assert found[identifier].reason == "the caller's lines were shown, not played"
    assert {e.kind for e in shown.events} <= {"pause", "filler"}
    assert found["pace.articulation_rate"].value is not None
    assert [m for m in shown.measures if m.speaker == CUSTOMER] == []


def test_a_silent_channel_of_shown_lines_is_no_fault(shown: Analysis) -> None:
    assert shown.source.layout.kind == "split"
    assert shown.source.layout.used == (0, 1)
    assert shown.source.layout.empty == ()
    page = text.render([shown])
    assert "no sound" not in page
    assert "shown, not played" in page


def test_the_same_is_said_of_the_agent_whether_lines_are_played_or_shown(
    played: Analysis, shown: Analysis
) -> None:
    by_words = [
        {(f.rule, f.quote) for f in one.findings if f.rule.startswith(("courtesy", "structure"))}
        for one in (played, shown)
    ]
    assert by_words[0] == by_words[1] != set()


def test_known_words_need_their_channel(fake: Fake, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the words of customer are known, but not the channel"):
        analysed(fake, tmp_path, channels="agent=left")
