"""``WavWriter``: a file that can be read at any moment, and limits told in one line."""

from __future__ import annotations

import os
import resource
import stat
import wave
from pathlib import Path

import numpy as np
import pytest

from voicecoach.errors import OutputError
from voicecoach.record import wav

RAMP = np.arange(1000, dtype=np.int16)


def read(path: Path) -> tuple[np.ndarray, int, int]:
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        assert len(samples) == file.getnframes() * file.getnchannels()  # announces no more than is there
        return samples, file.getframerate(), file.getnchannels()


def test_what_is_written_is_there_before_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    writer = wav.WavWriter(path, 16000)
    assert read(path)[0].size == 0
    for k in range(3):
        writer.write(RAMP)
        assert read(path)[0].size == (k + 1) * 1000
    writer.close()
    samples, rate, channels = read(path)
    assert (rate, channels, writer.duration) == (16000, 1, 3000 / 16000)
    assert np.array_equal(samples, np.tile(RAMP, 3))


def test_two_channels_stand_side_by_side(tmp_path: Path) -> None:
    with wav.WavWriter(tmp_path / "take.wav", 8000, 2) as writer:
        writer.write(np.stack([RAMP, -RAMP], axis=1))
    samples, rate, channels = read(tmp_path / "take.wav")
    assert (rate, channels) == (8000, 2)
    assert np.array_equal(samples.reshape(-1, 2)[:, 1], -RAMP)


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
def test_a_recording_is_its_owners_alone(tmp_path: Path) -> None:
    with wav.WavWriter(tmp_path / "take.wav", 8000):
        assert stat.S_IMODE((tmp_path / "take.wav").stat().st_mode) == 0o600


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    path.write_text("precious")
    with pytest.raises(OutputError, match="is there already; choose another name or add --force"):
        wav.WavWriter(path, 8000)
    assert path.read_text() == "precious"
    with wav.WavWriter(path, 8000, overwrite=True) as writer:
        writer.write(RAMP)
    assert read(path)[0].size == 1000


def test_no_folder_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"no folder .*nowhere; make it first"):
        wav.WavWriter(tmp_path / "nowhere" / "take.wav", 8000)


def fill(writer: wav.WavWriter) -> None:
    for _ in range(100):
        writer.write(RAMP)


def test_a_full_disk_keeps_what_fits(tmp_path: Path) -> None:
    """The limit of a process on the size of its files stands for a disk: the write comes back short, too."""
    path = tmp_path / "take.wav"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with wav.WavWriter(path, 16000) as writer:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_001, hard))
        try:
            with pytest.raises(OutputError, match=r"take.wav: not written on: .*; 0.3 s are kept; free some"):
                fill(writer)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    samples, *_ = read(path)
    assert samples.size == (10_001 - 44) // 2
    assert np.array_equal(samples, np.tile(RAMP, 5)[: samples.size])


def test_the_limits_of_a_file(tmp_path: Path) -> None:
    with wav.WavWriter(tmp_path / "speech.wav", 16000) as writer:
        assert writer.longest == 4 * 3600
    with wav.WavWriter(tmp_path / "studio.wav", 192000, 2) as writer:
        assert writer.longest * 192000 * 4 + 44 < 2**32
        writer.frames = int(writer.longest + 2) * 192000
        with pytest.raises(OutputError, match=r"ends here: a recording holds 1.6 hours at most"):
            writer.write(np.zeros((1000, 2), np.int16))
