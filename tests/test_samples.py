"""The practice calls hold what their truth says: levels in dBFS, times in seconds."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

SAMPLES = Path(__file__).parent.parent / "samples"
SCRIPT = yaml.safe_load((SAMPLES / "calls.yaml").read_text(encoding="utf-8"))
NAMES = sorted(SCRIPT["calls"])
EXACT = [name for name in NAMES if SCRIPT["calls"][name]["codec"] != "libopus"]  # Opus makes noise of its own


@cache
def truth(name: str) -> dict[str, Any]:
    found = yaml.safe_load((SAMPLES / f"{name}.yaml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


@cache
def sound(name: str) -> NDArray[np.float64]:
    """Shape (channels, samples), decoded without voicecoach."""
    with av.open(str(SAMPLES / truth(name)["file"])) as container:
        whole = av.AudioResampler(format="s16")  # Opus comes as floating point
        decoded = (part for frame in container.decode(audio=0) for part in whole.resample(frame))
        frames = [frame.to_ndarray() for frame in decoded]
        channels = container.streams.audio[0].channels
    rows = np.concatenate([frame.reshape(-1, channels).T for frame in frames], axis=1)
    return rows / 32768.0


def level(name: str, speaker: str, start: float, end: float) -> float:
    row = sound(name)[truth(name)["channels"].index(speaker)]
    rate = truth(name)["rate"]
    return float(10 * np.log10(np.mean(row[round(start * rate) : round(end * rate)] ** 2)))


def test_there_are_calls_and_each_has_its_truth() -> None:
    assert len(NAMES) >= 4
    recordings = {path.stem for path in SAMPLES.iterdir() if path.suffix in (".flac", ".wav", ".opus")}
    assert recordings == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_recording_is_as_long_and_has_the_channels_its_truth_says(name: str) -> None:
    with av.open(str(SAMPLES / truth(name)["file"])) as container:
        assert container.streams.audio[0].rate == truth(name)["rate"]
    channels, samples = sound(name).shape
    assert channels == len(truth(name)["channels"])
    assert samples / truth(name)["rate"] == pytest.approx(truth(name)["duration"], abs=1e-6)
    assert 20 <= truth(name)["duration"] <= 70
    assert np.abs(sound(name)).max() < 1


@pytest.mark.parametrize("name", NAMES)
def test_truth_holds_every_word_of_the_script_in_order(name: str) -> None:
    lines = SCRIPT["calls"][name]["lines"]
    assert len(lines) == len(truth(name)["turns"]) > 0
    for line, turn in zip(lines, truth(name)["turns"], strict=True):
        assert " ".join(line[turn["speaker"]].split()) == turn["text"]
        joint = "" if truth(name)["language"] in ("ja", "zh") else " "
        assert joint.join(utterance["text"] for utterance in turn["utterances"]) == turn["text"]
        assert turn["start"] == turn["utterances"][0]["start"] < turn["utterances"][-1]["end"] == turn["end"]
        for first, second in zip(turn["utterances"], turn["utterances"][1:], strict=False):
            assert second["start"] - first["end"] == pytest.approx(SCRIPT["sentence_gap"], abs=1e-3)


@pytest.mark.parametrize("name", NAMES)
def test_every_utterance_is_heard_from_its_first_to_its_last_moment(name: str) -> None:
    noise = truth(name)["noise"]
    for turn in truth(name)["turns"]:
        for utterance in turn["utterances"]:
            start, end = utterance["start"], utterance["end"]
            assert level(name, turn["speaker"], start, end) > -30, utterance
            assert level(name, turn["speaker"], start, start + 0.25) > noise + 3, utterance
            assert level(name, turn["speaker"], end - 0.25, end) > noise + 3, utterance


@pytest.mark.parametrize("name", EXACT)
def test_nothing_but_noise_where_nobody_was_placed(name: str) -> None:
    """Channel by channel: outside a speaker's own utterances only the noise we added, or bleed."""
    held = truth(name)
    for speaker in held["channels"]:
        others = held["bleed"] is not None
        busy = sorted(
            (utterance["start"], utterance["end"])
            for turn in held["turns"]
            if turn["speaker"] == speaker or others
            for utterance in turn["utterances"]
        )
        edges = [0.0, *(time for pair in busy for time in pair), held["duration"]]
        free = [(a + 0.01, b - 0.01) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 0.1]
        assert free
        for start, end in free:
            assert level(name, speaker, start, end) == pytest.approx(held["noise"], abs=1.5), (start, end)


@pytest.mark.parametrize("name", EXACT)
def test_placed_silences_are_silent_on_every_channel(name: str) -> None:
    asked = [line for line in SCRIPT["calls"][name]["lines"] if "silence" in line]
    assert len(asked) == len(truth(name)["silences"])
    for line, silence in zip(asked, truth(name)["silences"], strict=True):
        assert silence["end"] - silence["start"] == pytest.approx(line["gap"], abs=1e-3)
        for speaker in truth(name)["channels"]:
            found = level(name, speaker, silence["start"], silence["end"])
            assert found == pytest.approx(truth(name)["noise"], abs=1)


@pytest.mark.parametrize("name", NAMES)
def test_both_speak_in_every_placed_overlap(name: str) -> None:
    asked = [line for line in SCRIPT["calls"][name]["lines"] if "overlap" in line]
    assert len(asked) == len(truth(name)["overlaps"])
    for overlap in truth(name)["overlaps"]:
        for speaker in truth(name)["channels"]:
            assert level(name, speaker, overlap["start"], overlap["end"]) > -35, overlap


def test_the_calls_hold_what_the_readme_promises() -> None:
    kinds = {name: [silence["kind"] for silence in truth(name)["silences"]] for name in NAMES}
    assert "announced" in kinds["good_call"]
    assert "unannounced" in kinds["poor_call"]
    assert [overlap["kind"] for overlap in truth("poor_call")["overlaps"]] == ["interruption"] * 2
    assert [overlap["kind"] for overlap in truth("good_call")["overlaps"]] == ["backchannel"]
    assert truth("agent_alone")["channels"] == ["agent"]
    readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if truth(name)["file"] not in readme] == []


def test_an_interrupted_sentence_ends_after_the_interruption_began() -> None:
    turns = truth("poor_call")["turns"]
    cut = [k for k, turn in enumerate(turns) if turn["text"][-1] not in ".?!"]
    assert len(cut) == 2
    for k in cut:
        assert turns[k + 1]["start"] < turns[k]["end"] < turns[k + 1]["end"]


def test_telephone_call_holds_nothing_outside_its_band() -> None:
    low, high = SCRIPT["calls"]["telephone"]["band"]
    spectrum = np.abs(np.fft.rfft(sound("telephone"), axis=1)) ** 2
    frequency = np.fft.rfftfreq(sound("telephone").shape[1], 1 / truth("telephone")["rate"])
    inside = (frequency >= low / 1.2) & (frequency <= high * 1.2)
    assert spectrum[:, ~inside].sum() < 0.01 * spectrum.sum()


def test_bleed_is_as_weak_as_its_truth_says() -> None:
    held = truth("complaint")
    for turn in held["turns"]:
        other = next(name for name in held["channels"] if name != turn["speaker"])
        weaker = level("complaint", other, turn["start"], turn["end"]) - level(
            "complaint", turn["speaker"], turn["start"], turn["end"]
        )
        assert weaker == pytest.approx(held["bleed"], abs=1.5)


def test_markers_are_written_as_category_and_name() -> None:
    markers = [marker for name in NAMES for turn in truth(name)["turns"] for marker in turn["markers"]]
    assert len(markers) > 50
    categories = {"courtesy", "listening", "structure", "delivery"}
    assert [marker for marker in markers if marker.split(".")[0] not in categories] == []
