"""The audio that comes with the scenarios: complete, playable, made from the words beside it."""

import hashlib
from pathlib import Path

import pytest

from voicecoach.datafile import read_file
from voicecoach.scenarios import FOLDER, available

LEAST, MOST = 1.8, 5.0  # words a second of a line; 2.1 to 4.9 when this was written


def manifests() -> dict[Path, str]:
    """What each file was made from, by path."""
    return {
        (path.parent.parent / name).resolve(): value.text()
        for path in FOLDER.glob("*/audio/audio.yaml")
        for name, value in read_file(path).mapping().items()
    }


def test_every_line_has_audio_made_from_its_words():
    made = manifests()
    wanted = {}
    for scenario in available():
        for line in scenario.lines:
            assert line.audio is not None, f"{scenario.id}: {line.say}"
            text = f"{scenario.caller.voice}\n{line.say}".encode()
            wanted[line.audio.resolve()] = hashlib.sha256(text).hexdigest()
    assert len(wanted) > 100
    assert made == wanted, "run samples/make_scenarios.py: the words or the voice of a line have changed"


def test_nothing_else_lies_there_and_it_is_small():
    files = {path.resolve() for path in FOLDER.glob("*/audio/*/*")}
    assert files == set(manifests())
    assert sum(path.stat().st_size for path in files) < 4_000_000


@pytest.mark.parametrize("scenario", available(), ids=lambda one: one.id)
def test_audio_plays_as_long_as_its_words_take(scenario):
    import av
    import numpy as np
    import pyloudnorm

    for line in scenario.lines:
        with av.open(str(line.audio)) as container:
            stream = container.streams.audio[0]
            assert (stream.codec_context.name, stream.channels) == ("opus", 1)
            blocks = [frame.to_ndarray() for frame in container.decode(stream)]
            rate = stream.rate
        sound = np.concatenate(blocks, axis=1)[0].astype(np.float64)
        seconds = len(sound) / rate
        assert LEAST < len(line.say.split()) / (seconds - 0.3) < MOST, f"{line.audio}: {seconds:.1f} s"
        peak = np.abs(sound).max()
        assert 0.05 < peak < 1.0
        loudness = pyloudnorm.Meter(rate).integrated_loudness(sound)
        assert loudness == pytest.approx(-23, abs=1)
