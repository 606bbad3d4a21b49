"""A take, and the command around it: what ends it, what is kept, what is said; kill -9 included."""

from __future__ import annotations

import resource
import subprocess
import sys
import wave
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import crash
from tests.fake_sounddevice import Hardware, module
from voicecoach import cli
from voicecoach.errors import MicrophoneError
from voicecoach.history import History
from voicecoach.record import capture
from voicecoach.record.wav import WavWriter

BLOCK = np.full((800, 1), 500, np.int16)


class Stand:
    """Stands for a microphone: gives blocks, then raises."""

    rate, channels, overflows, moved = 16000, 1, 0, 0

    def __init__(self, blocks: Iterable[np.ndarray], end: BaseException) -> None:
        self.blocks, self.end = iter(blocks), end

    def read(self, timeout: float = 1.0) -> np.ndarray:
        try:
            return next(self.blocks)
        except StopIteration:
            raise self.end from None


def length(path: Path) -> float:
    with wave.open(str(path)) as file:
        return float(file.getnframes() / file.getframerate())


def taken(path: Path, blocks: int, end: BaseException | None = None, **options: Any) -> capture.Captured:
    source: Any = Stand([BLOCK] * blocks, end or AssertionError("it should have ended"))
    return capture.capture(source, WavWriter(path, 16000), **options)


def test_a_take_ends_to_the_sample(tmp_path: Path) -> None:
    found = taken(tmp_path / "a.wav", 30, seconds=1.01)
    assert (found.ended, found.duration) == (capture.TIME, 1.01)
    assert length(tmp_path / "a.wav") == 1.01


def test_a_key_ends_it(tmp_path: Path) -> None:
    keys = iter([False, False, True])
    found = taken(tmp_path / "a.wav", 30, stopped=lambda: next(keys))
    assert found.ended == capture.KEY
    assert found.duration == pytest.approx(0.15)


def test_silence_ends_it_only_after_something_was_said(tmp_path: Path) -> None:
    found = taken(tmp_path / "a.wav", 100, AssertionError(), until_silence=1.0, seconds=4.0)
    assert found.ended == capture.TIME


def test_ctrl_c_keeps_what_was_said(tmp_path: Path) -> None:
    found = taken(tmp_path / "a.wav", 20, KeyboardInterrupt())
    assert (found.ended, found.duration) == (capture.INTERRUPTED, 1.0)
    assert length(tmp_path / "a.wav") == 1.0


def test_the_first_second_is_in_the_file_as_it_is_heard_and_then_judged(tmp_path: Path) -> None:
    kept: list[float] = []

    class Watched(Stand):
        def read(self, timeout: float = 1.0) -> np.ndarray:
            kept.append(length(tmp_path / "a.wav"))
            return super().read(timeout)

    source: Any = Watched([BLOCK] * 30, AssertionError("it should have ended"))
    said: list[tuple[float, float]] = []
    capture.capture(
        source,
        WavWriter(tmp_path / "a.wav", 16000),
        seconds=1.5,
        checked=lambda found: said.append((len(kept) / 20, found.peak)),
    )
    assert kept == pytest.approx(np.arange(30) / 20)
    assert said == [(1.0, pytest.approx(20 * np.log10(500 / 32768)))]


def test_ctrl_c_within_the_first_second_keeps_it(tmp_path: Path) -> None:
    said: list[object] = []
    found = taken(tmp_path / "a.wav", 7, KeyboardInterrupt(), checked=said.append)
    assert (found.ended, length(tmp_path / "a.wav"), said) == (capture.INTERRUPTED, 0.35, [])


def test_before_anything_was_heard_there_is_nothing_to_keep(tmp_path: Path) -> None:
    for end in (KeyboardInterrupt(), MicrophoneError("was it unplugged?")):
        with pytest.raises(type(end)) as caught:
            taken(tmp_path / f"{type(end).__name__}.wav", 0, end)
        assert "kept" not in str(caught.value)


def test_unplugged_names_the_file_and_its_length(tmp_path: Path) -> None:
    with pytest.raises(MicrophoneError, match=r"was it unplugged\?; 1\.0 s are kept in .*a\.wav"):
        taken(tmp_path / "a.wav", 20, MicrophoneError("was it unplugged?"))
    assert length(tmp_path / "a.wav") == 1.0


# --- the command --------------------------------------------------------------------------------------------


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    def run(hardware: Hardware, *arguments: object) -> tuple[int, str, str]:
        monkeypatch.setitem(sys.modules, "sounddevice", module(hardware))
        monkeypatch.chdir(tmp_path)
        code = cli._run([str(one) for one in arguments])
        return (code, *capfd.readouterr())

    return run


def test_record_into_a_file(ran: Any, tmp_path: Path) -> None:
    code, out, err = ran(Hardware(seconds=5), "record", "-o", "a.wav", "--seconds", 1.5)
    assert (code, out) == (0, "a.wav\n")
    assert err.splitlines()[0] == "Say something; recording has begun."
    assert err.splitlines()[-1].startswith("1.5 s, ")
    assert length(tmp_path / "a.wav") == 1.5
    code, out, err = ran(Hardware(seconds=5), "record", "-o", "a.wav", "--seconds", 2)
    assert (code, out) == (1, "")
    assert "a.wav: is there already" in err
    code, out, err = ran(Hardware(seconds=5), "record", "-o", "a.wav", "--seconds", 2, "--force", "-q")
    assert (code, out, err) == (0, "a.wav\n", "")
    assert length(tmp_path / "a.wav") == 2


def test_record_into_the_history(ran: Any, tmp_path: Path) -> None:
    code, out, _ = ran(Hardware(seconds=5), "record", "--seconds", 1, "--history", "kept", "--agent", "Ada")
    assert code == 0
    with History.open(tmp_path / "kept") as history:
        (take,) = history.takes("Ada")
    assert (take.kind, take.status, take.duration, take.ended) == ("recording", "recorded", 1.0, "time")
    assert take.recording is not None
    assert length(take.recording) == 1.0
    assert Path(out.strip()).name == take.recording.name


def test_unplugged_in_a_take_of_the_history(ran: Any, tmp_path: Path) -> None:
    hardware = Hardware(seconds=2.5, unplugged=True)
    code, out, err = ran(hardware, "record", "--history", "kept")
    assert (code, out) == (5, "")
    assert err.splitlines()[-1].startswith("voicecoach: Headset: no sound comes any more; was it unplugged?")
    assert "2.5 s are kept in" in err.splitlines()[-1]
    with History.open(tmp_path / "kept") as history:
        (take,) = history.takes()
    assert (take.status, take.duration, take.ended) == ("recorded", 2.5, "broken off")


def test_a_full_disk_in_a_take_of_the_history(ran: Any, tmp_path: Path) -> None:
    """The limit of a process on the size of its files stands for a disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_044, hard))
    try:
        code, out, err = ran(Hardware(seconds=25), "record", "--history", "kept")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (code, out) == (1, "")
    assert "18.8 s are kept; free some space" in err.splitlines()[-1]
    with History.open(tmp_path / "kept") as history:
        (take,) = history.takes()
    assert (take.status, take.duration, take.ended) == ("recorded", 18.75, "broken off")
    assert take.recording is not None
    assert take.recording.name in err.splitlines()[-1]
    assert length(take.recording) == 18.75


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("record", "-o", "a.mp3"), 2, "a.mp3: recordings are written as .wav: a.wav"),
        (("record", "-o", "a.wav", "--microphone", "nose"), 5, "no microphone 'nose'"),
        (("record", "-o", "nowhere/a.wav"), 1, "no folder nowhere; make it first"),
    ],
)
def test_what_cannot_be_done_is_one_line(ran: Any, arguments: Any, code: int, said: str) -> None:
    found, out, err = ran(Hardware(), *arguments)
    assert (found, out, err.count("\n")) == (code, "", 1)
    assert said in err


def test_a_busy_microphone_leaves_nothing_behind(ran: Any, tmp_path: Path) -> None:
    busy = Hardware(refuses=("Device unavailable", -9985))
    code, out, err = ran(busy, "record", "-o", "a.wav")
    assert (code, out) == (5, "")
    assert "is in use by another program" in err
    assert not (tmp_path / "a.wav").exists()


def test_devices(ran: Any) -> None:
    code, out, err = ran(Hardware("Head\x1b[2Jset"), "devices")
    assert (code, err) == (0, "")
    assert out.splitlines()[0].split() == ["NUMBER", "IN", "OUT", "RATE", "SYSTEM", "NAME"]
    assert out.splitlines()[1].split()[:5] == ["0", "1", "0", "48000", "ALSA"]
    assert "(default microphone" in out
    assert "\x1b" not in out
    code, out, err = ran(Hardware(sound=np.zeros_like, seconds=3), "devices", "--test")
    assert (code, err) == (0, "voicecoach: say something to Headset\n")
    assert "voice     not measured: nobody spoke" in out
    assert "warning   only digital silence" in out
    code, out, err = ran(Hardware(inputs=0), "devices")
    assert (code, out, err.count("\n")) == (5, "", 1)


# --- kill -9 ------------------------------------------------------------------------------------------------


def test_kill_9_loses_less_than_a_second(tmp_path: Path) -> None:
    losses = crash.record(5, 7, say=lambda _: None)
    assert len(losses) == 5
    assert max(losses) < 1.0


def test_the_benchmark_notices_what_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with WavWriter(path, crash.RATE) as writer:
        for number in range(10):
            writer.write(crash.numbered(number))
    assert crash.lost(path, 10) == 0
    assert crash.lost(path, 30) == pytest.approx(1.0)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(AssertionError):
        crash.lost(path, 10)
    assert subprocess.run([sys.executable, crash.__file__, "--help"], capture_output=True).returncode == 0
