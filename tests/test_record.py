"""Microphones and loudspeakers; the hardware is simulated at the border to PortAudio, with its real codes."""

from __future__ import annotations

import re
import sys
from typing import Any

import numpy as np
import pytest

from tests.fake_sounddevice import Hardware, module
from voicecoach import record
from voicecoach.errors import LoudspeakerError, MicrophoneError


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Any:
    def use(*hardware: Hardware, default: tuple[int, int] = (0, 0)) -> None:
        monkeypatch.setitem(sys.modules, "sounddevice", module(*hardware, default=default))

    return use


def heard(seconds: float = 1.5, **options: Any) -> tuple[np.ndarray, record.Microphone]:
    with record.Microphone(record.find_input(), **options) as microphone:
        blocks = []
        while sum(map(len, blocks)) < seconds * microphone.rate:
            block = microphone.read()
            assert block is not None
            assert block.dtype == np.int16
            blocks.append(block)
    return np.concatenate(blocks), microphone


def purity(samples: np.ndarray, rate: int, hertz: float = 440.0) -> float:
    """How far all else stays below a sine, dB: what is left when the best sine is taken away."""
    time = np.arange(len(samples)) / rate
    basis = np.stack([np.sin(2 * np.pi * hertz * time), np.cos(2 * np.pi * hertz * time)], axis=1)
    sine = basis @ np.linalg.lstsq(basis, samples, rcond=None)[0]
    return float(10 * np.log10((sine**2).mean() / ((samples - sine) ** 2).mean()))


# --- devices ------------------------------------------------------------------------------------------------


def test_devices_are_listed_as_they_are(machine: Any) -> None:
    machine(
        Hardware("Webcam"),
        Hardware("Speakers", inputs=0, outputs=2),
        Hardware("Monitor of Speakers"),
        default=(2, 1),
    )
    found = record.devices()
    assert [one.name for one in found] == ["Webcam", "Speakers", "Monitor of Speakers"]
    assert [one.loopback for one in found] == [False, False, True]
    assert [one.default_input for one in found] == [False, False, True]
    assert (found[0].rate, found[0].api, found[1].outputs) == (48000, "ALSA", 2)


def test_a_device_is_found_by_number_or_part_of_its_name(machine: Any) -> None:
    machine(Hardware("Webcam"), Hardware("USB Headset"), Hardware("Speakers", inputs=0, outputs=2))
    assert record.find_input().name == "Webcam"
    assert record.find_input("1").name == "USB Headset"
    assert record.find_input("head").name == "USB Headset"
    assert record.find_output("speak").index == 2
    with pytest.raises(MicrophoneError, match=r"no microphone '7'; .*: 0 Webcam, 1 USB Headset$"):
        record.find_input("7")
    with pytest.raises(MicrophoneError, match="'e' is in the names of several microphones"):
        record.find_input("e")
    with pytest.raises(LoudspeakerError, match=r"no loudspeaker 'Webcam'; .*: 2 Speakers"):
        record.find_output("Webcam")


def test_no_device(machine: Any) -> None:
    machine()
    with pytest.raises(MicrophoneError, match="no microphone found; plug one in or allow access to it"):
        record.find_input()
    with pytest.raises(LoudspeakerError, match=r"no loudspeaker found"):
        record.find_output()


# --- what a device refuses is asked otherwise ---------------------------------------------------------------


@pytest.mark.parametrize(
    "hardware",
    [
        Hardware(),
        Hardware(rates=(48000,)),
        Hardware(own_rate=44100, rates=(44100,)),
        Hardware(inputs=2, channels=(2,)),
        Hardware(inputs=8, channels=(8,), sounds_on=5),
        Hardware(dtypes=("float32",)),
        Hardware(inputs=2, channels=(2,), rates=(44100,), own_rate=44100, dtypes=("float32",)),
    ],
    ids=[
        "as wanted",
        "48 kHz only",
        "44.1 kHz only",
        "stereo only",
        "on one of eight",
        "float only",
        "all three",
    ],
)
def test_a_sine_stays_a_sine(machine: Any, hardware: Hardware) -> None:
    """Clicks at the borders of blocks, a wrong rate or a lost channel would all show as something else."""
    machine(hardware)
    samples, microphone = heard()
    assert (microphone.rate, samples.shape[1], microphone.overflows) == (16000, 1, 0)
    middle = samples[1600:20800, 0].astype(float)
    assert purity(middle, 16000) > 75
    assert np.sqrt((middle**2).mean()) == pytest.approx(0.25 * 32768 / np.sqrt(2), rel=0.01)


def test_overflows_are_counted(machine: Any) -> None:
    machine(Hardware(overflow_at=3))
    assert heard()[1].overflows == 1


# --- errors in people's words -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("refuses", "said"),
    [
        (("Device unavailable", -9985), "Headset: is in use by another program; close what else uses it"),
        (("Invalid device", -9996), "Headset: is not there any more; plug it in again"),
        (
            ("Invalid sample rate", -9997),
            r"Headset: takes none of the rates .* \(16000, 48000 Hz\)",
        ),
        (("Invalid number of channels", -9998), "Headset: has not the number of channels"),
        (("Internal PortAudio error", -9986), "Headset: the sound system failed while opening it"),
        (("Wait timed out", -9987), "Headset: did not answer in time"),
        (
            ("Unanticipated host error", -9999, (0, 1, "Undefined external error.")),
            r"refused .*\(Undefined",
        ),
        (("Something new", -1234), r"Headset: cannot be opened \(Something new\); choose another one"),
    ],
)
def test_what_portaudio_says_is_told_in_peoples_words(machine: Any, refuses: Any, said: str) -> None:
    machine(Hardware(refuses=refuses))
    with pytest.raises(MicrophoneError, match=said) as caught, record.Microphone(record.find_input()):
        pass
    assert "PaErrorCode" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 5


@pytest.mark.parametrize(
    ("platform", "place"),
    [
        ("win32", "Windows Settings > Privacy & security > Microphone"),
        ("darwin", "System Settings > Privacy & Security > Microphone"),
        ("linux", "in the group audio"),
        ("freebsd14", "in the group audio"),
    ],
)
def test_permission_is_said_where_this_platform_keeps_it(
    machine: Any, monkeypatch: pytest.MonkeyPatch, platform: str, place: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    machine(Hardware(refuses=("Unanticipated host error", -9999, (0, 1, ""))))
    with pytest.raises(MicrophoneError, match=re.escape(place)), record.Microphone(record.find_input()):
        pass


def test_every_error_of_the_data_can_be_said(machine: Any) -> None:
    entries = record.facts().mapping()["errors"].items()
    assert len(entries) >= 10
    for entry in entries:
        code = entry.mapping()["code"].whole()
        machine(Hardware(refuses=("text", code, (0, 1, "host"))))
        with (
            pytest.raises(MicrophoneError, match=r"^Headset: .*host"),
            record.Microphone(record.find_input()),
        ):
            pass


def test_unplugged_in_the_middle(machine: Any) -> None:
    machine(Hardware(seconds=1.0, unplugged=True))
    with pytest.raises(MicrophoneError, match=r"Headset: no sound comes any more; was it unplugged\?"):
        heard()


def test_a_device_that_falls_silent_is_gone_after_a_while(
    machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicecoach.record.microphone._GONE", 0.03)
    machine(Hardware(seconds=0.1))
    with record.Microphone(record.find_input()) as microphone:
        assert microphone.read() is not None
        assert microphone.read() is not None
        assert microphone.read(0.02) is None  # nothing in time is no error yet
        with pytest.raises(MicrophoneError, match="no sound comes any more"):
            microphone.read(0.02)


# --- preflight ----------------------------------------------------------------------------------------------


def test_digital_silence_names_the_permission(machine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    machine(Hardware(sound=np.zeros_like))
    with record.Microphone(record.find_input()) as microphone:
        found = record.preflight(microphone)
    assert len(found.warnings) == 1
    assert "only digital silence" in found.warnings[0]
    assert "System Settings > Privacy & Security > Microphone" in found.warnings[0]
    assert (found.level, found.noise) == (None, None)


def test_clipping_and_noise_are_measured() -> None:
    time = np.arange(16000) / 16000
    square = np.clip(3 * np.sin(2 * np.pi * 200 * time), -1, 1)
    loud = record.judge(np.rint(square * 32767).astype(np.int16), 16000)
    assert loud.clipping == pytest.approx(1 - 2 * np.arcsin(1 / 3) / np.pi, abs=0.01)
    assert any("turn the microphone down" in one for one in loud.warnings)
    hiss = np.random.default_rng(1).normal(0, 32768 * 10 ** (-40 / 20), 16000)
    noisy = record.judge(np.rint(hiss).astype(np.int16), 16000)
    assert noisy.noise == pytest.approx(-40, abs=0.5)
    assert any("noisy: -40 dBFS" in one for one in noisy.warnings)


# --- loudspeaker --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hardware",
    [
        Hardware(inputs=0, outputs=1),
        Hardware(inputs=0, outputs=2, channels=(2,), rates=(48000,), dtypes=("float32",)),
    ],
    ids=["as wanted", "48 kHz, stereo and float only"],
)
def test_what_is_played_comes_out(machine: Any, hardware: Hardware) -> None:
    machine(hardware)
    tone = np.rint(8000 * np.sin(2 * np.pi * 440 * np.arange(16000) / 16000)).astype(np.int16)
    with record.Loudspeaker(record.find_output()) as loudspeaker:
        pull = hardware.__dict__["pull"]
        assert not pull(100).any()
        assert not loudspeaker.playing
        loudspeaker.play(tone)
        assert loudspeaker.playing
        rate = hardware.rates[0]
        out = np.concatenate([pull(rate // 100) for _ in range(110)]).astype(float)
        assert (out == out[:, :1]).all()
        assert purity(out[rate // 10 : rate * 9 // 10, 0], rate) > 60
        assert not out[-rate // 20 :].any()  # silence behind it
        loudspeaker.play(tone)
        loudspeaker.stop()
        assert not loudspeaker.playing
        assert not pull(100).any()
        assert loudspeaker.latency == 0.03


def test_a_busy_loudspeaker(machine: Any) -> None:
    machine(Hardware("Speakers", inputs=0, outputs=2, refuses=("Device unavailable", -9985)))
    with (
        pytest.raises(LoudspeakerError, match="Speakers: is in use"),
        record.Loudspeaker(record.find_output()),
    ):
        pass
