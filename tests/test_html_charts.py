"""The curves of a call: bounded, with gaps where nothing was measured, and true to the contours."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from tests import make_analysis as made
from voicecoach.reports.html import charts
from voicecoach.types import Analysis, Contours, Curve

HOP = 0.01


def contours(seconds: float, *, f0: float = 200.0, level: float = -20.0) -> Contours:
    """A voice of one pitch, in every second second."""
    frames = round(seconds / HOP)
    voice = (np.arange(frames) * HOP) % 2 < 1
    return Contours(
        hop=HOP,
        f0=np.where(voice, f0, np.nan).astype(np.float32),
        level=np.where(voice, level, -90.0).astype(np.float32),
        voice=voice,
        hnr=np.full(frames, 10.0, np.float32),
        nuclei=np.empty(0, np.float32),
    )


def call(seconds: float = 52.0) -> Analysis:
    found = made.good()
    return replace(
        found,
        source=replace(found.source, duration=seconds),
        contours={"agent": contours(seconds), "customer": contours(seconds, f0=120.0, level=-30.0)},
    )


@pytest.mark.parametrize("seconds", [52.0, 7200.0])
def test_no_curve_has_more_points_than_are_drawn(seconds: float) -> None:
    most = charts.settings().most_points
    curve = Curve("syllables/s", 1.0, 10.0, tuple(4.0 for _ in range(round(seconds))))
    found = charts.charts(replace(call(seconds), curves={"pace": {"agent": curve}}))
    levels = [*found["level"].values(), found["pitch"], found["pace"], found["loudness"]]
    for level in levels:
        for values in (value for value in level.values() if isinstance(value, list)):
            assert 0 < len(values) <= most
            assert len(values) * level["step"] == pytest.approx(seconds, abs=2 * level["step"])
    assert len(json.dumps(found, allow_nan=False)) < 300_000


def test_pitch_is_in_semitones_around_the_own_median_and_has_gaps() -> None:
    f0 = np.repeat([100.0, 200.0, 400.0], 500).astype(np.float32)
    voice = np.ones(1500, bool)
    voice[700:800] = False
    agent = replace(contours(15.0), f0=f0, voice=voice)
    found = charts.charts(replace(call(15.0), contours={"agent": agent}))["pitch"]
    assert found["median"] == pytest.approx(200.0)
    values = np.array([np.nan if value is None else value for value in found["values"]])
    at = np.arange(len(values)) * found["step"]
    assert np.allclose(values[at < 4.9], -12.0)
    assert np.allclose(values[(at > 10.1) & (at < 14.9)], 12.0)
    assert np.isnan(values[(at > 7.05) & (at < 7.95)]).all()


def test_loudness_is_that_of_the_voice_alone() -> None:
    found = charts.charts(call())["loudness"]
    values = [value for value in found["values"] if value is not None]
    assert values == pytest.approx([-20.0] * len(values), abs=0.1)
    assert len(values) * found["step"] == pytest.approx(26.0, abs=1.0)


def test_a_peak_is_kept_however_long_the_call() -> None:
    agent = contours(7200.0, level=-40.0)
    agent.level[360_000] = -3.0
    found = charts.charts(replace(call(7200.0), contours={"agent": agent}))["level"]["agent"]
    assert max(found["high"]) == pytest.approx(-3.0)
    assert found["high"].index(-3.0) * found["step"] == pytest.approx(3600.0, abs=found["step"])


def test_of_the_customers_voice_there_is_neither_pitch_nor_loudness_curve() -> None:
    found = charts.charts(replace(call(), contours={"customer": contours(52.0)}))
    assert found["pitch"] is None
    assert found["loudness"] is None


def test_own_values_are_a_band_in_the_units_of_their_curve() -> None:
    own = (
        made.measure("pace.articulation_rate", 4.6, "syllables/s", low=4.0, high=5.0, baseline=4.5),
        made.measure("pitch.median", 200.0, "Hz", low=100.0, high=400.0, baseline=210.0),
    )
    bands = charts.charts(replace(call(), measures=own))["bands"]
    assert (bands["pace"]["low"], bands["pace"]["high"]) == (4.0, 5.0)
    assert (bands["pitch"]["low"], bands["pitch"]["high"]) == (pytest.approx(-12.0), pytest.approx(12.0))
    assert charts.charts(call())["bands"] == {}


@pytest.mark.parametrize("name", made.ALL)
def test_every_call_has_charts_and_sentences(name: str) -> None:
    analysis = made.ALL[name]()
    found = charts.charts(analysis)
    json.dumps(found, allow_nan=False)
    assert len(found["marks"]) == sum(finding.start is not None for finding in analysis.findings)
    said = charts.sentences(found)
    assert said[-1] == charts.settings().texts["no_contours"]
    assert len(said) >= 1 + len(found["speakers"])


def test_sentences_say_what_is_drawn() -> None:
    said = " ".join(charts.sentences(charts.charts(call())))
    assert "own middle of 200 Hz" in said
    assert "Loudness of the agent where there is voice: most of it between -20 and -20 dBFS" in said


def test_every_event_and_speaker_that_can_come_has_a_name() -> None:
    assert {"pause", "silence", "filler", "overlap", "interruption", "backchannel"} <= set(
        charts.settings().events
    )
    assert charts.called("speaker3") == "speaker3"


def test_the_library_is_bokeh_and_its_digest_what_a_policy_calls_it() -> None:
    found = charts.library()
    content = gzip.decompress(base64.b64decode(found.packed))
    assert b"Bokeh" in content
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    assert found.digest == f"'sha256-{digest}'"
    assert charts.policy()["script-src"] == (found.digest,)
    assert len(found.packed) < 600_000


def test_a_transcript_without_a_recording_has_no_level_and_no_loudness() -> None:
    heard = call(10.0)
    written = replace(heard, source=replace(heard.source, layout=replace(heard.source.layout, kind="none")))
    assert charts.charts(heard)["level"]
    found = charts.charts(written)
    assert (found["level"], found["loudness"], found["pitch"]) == ({}, None, None)
