"""Recording from end to end: PortAudio, a sound server with virtual devices, commands as people run them."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import wave
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from tests.virtual_sound import virtual_sound
from voicecoach import audio
from voicecoach.history import History

__all__ = ["virtual_sound"]  # a fixture

SAMPLES = Path(__file__).parent.parent / "samples"
RATE = 16000
LEAD, SAID = 1, 4  # s of silence, and of the voice behind it
Environment = Mapping[str, str]


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some seconds of the agent of a sample call, with silence before, for streams that open late."""
    samples = audio.load(SAMPLES / "agent_alone.flac").samples[0, : SAID * RATE]
    path = tmp_path_factory.mktemp("spoken") / "spoken.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(np.concatenate([np.zeros(LEAD * RATE, np.int16), samples]).astype("<i2").tobytes())
    return path


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "voicecoach", *map(str, arguments)]


def start(environment: Environment, *arguments: object) -> subprocess.Popen[str]:
    """A recording that has begun: its first line is there."""
    process = subprocess.Popen(
        command("record", *arguments),
        env=environment,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "Say something; recording has begun.\n"
    return process


def play(environment: Environment, sink: str, path: Path) -> None:
    subprocess.run(
        [str(shutil.which("paplay")), f"--device={sink}", str(path)], env=environment, check=True, timeout=60
    )


def samples(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        assert file.getframerate() == RATE
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, file.getnchannels())


def likeness(found: np.ndarray, played: Path) -> tuple[float, float]:
    """Correlation of what was recorded with what was played, at the best place, and that place in seconds."""
    reference = samples(played)[:, 0].astype(float)[LEAD * RATE :]
    size = 1 << (len(found) + len(reference)).bit_length()
    both = np.fft.rfft(found.astype(float), size) * np.conj(np.fft.rfft(reference, size))
    at = int(np.fft.irfft(both, size)[: len(found)].argmax())
    piece = found[at : at + len(reference)].astype(float)
    return float(np.corrcoef(piece, reference[: len(piece)])[0, 1]), at / RATE


def test_what_is_said_is_recorded_and_silence_ends_it(
    virtual_sound: Environment, spoken: Path, tmp_path: Path
) -> None:
    path = tmp_path / "take.wav"
    process = start(virtual_sound, "-o", path, "--until-silence", "2")
    play(virtual_sound, "microphone", spoken)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, f"{path}\n"), err
    assert "gaps" not in err  # no overflow
    found = samples(path)[:, 0]
    alike, at = likeness(found, spoken)
    assert alike > 0.99
    assert len(found) / RATE - (at + SAID) == pytest.approx(2, abs=1)


def test_agent_and_caller_on_a_channel_each(virtual_sound: Environment, spoken: Path, tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    process = start(virtual_sound, "-o", path, "--caller", "caller", "--seconds", "8")
    play(virtual_sound, "caller", spoken)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, f"{path}\n"), err
    found = samples(path)
    assert found.shape == (8 * RATE, 2)
    assert not found[:, 0].any()
    assert likeness(found[:, 1], spoken)[0] > 0.99


def test_both_channels_hear_the_same_moment_together(
    virtual_sound: Environment, spoken: Path, tmp_path: Path
) -> None:
    """The loudspeaker's monitor is heard as microphone and as caller: one sound, two streams."""
    path = tmp_path / "both.wav"
    process = start(
        virtual_sound, "-o", path, "--microphone", "monitor", "--caller", "monitor", "--seconds", "8"
    )
    play(virtual_sound, "loudspeaker", spoken)
    assert process.wait(60) == 0
    places = [likeness(samples(path)[:, k], spoken) for k in (0, 1)]
    assert min(alike for alike, _ in places) > 0.99
    assert abs(places[0][1] - places[1][1]) < 0.05


def test_ctrl_c_keeps_the_take_in_the_history(
    virtual_sound: Environment, spoken: Path, tmp_path: Path
) -> None:
    process = start(virtual_sound, "--history", tmp_path / "kept", "--agent", "Ada")
    play(virtual_sound, "microphone", spoken)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "interrupted; " in err
    path = Path(out.strip())
    assert f"are kept in {path}" in err
    assert likeness(samples(path)[:, 0], spoken)[0] > 0.99
    listed = subprocess.run(
        command("history", "--history", tmp_path / "kept", "--agent", "Ada", "-f", "json"),
        env=virtual_sound,
        capture_output=True,
        check=True,
        text=True,
    )
    assert json.dumps(json.loads(listed.stdout)).count('"interrupted"') == 1


def test_a_killed_recording_is_readable(virtual_sound: Environment, spoken: Path, tmp_path: Path) -> None:
    path = tmp_path / "killed.wav"
    process = start(virtual_sound, "-o", path)
    play(virtual_sound, "microphone", spoken)
    process.kill()
    process.communicate(timeout=60)
    alike, at = likeness(samples(path)[:, 0], spoken)
    assert alike > 0.99
    assert len(samples(path)) / RATE - at > SAID - 1


def test_ctrl_c_within_the_first_second_keeps_it(virtual_sound: Environment, tmp_path: Path) -> None:
    path = tmp_path / "short.wav"
    process = start(virtual_sound, "-o", path)
    while not path.exists() or path.stat().st_size < 10_000:
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, f"{path}\n"), err
    assert 0.3 <= len(samples(path)) / RATE < 1
    assert err.startswith("interrupted; 0."), err


def test_a_take_is_analysed_at_once(virtual_sound: Environment, spoken: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    process = start(virtual_sound, "--history", kept, "--analyse", "--until-silence", "2", "--threads", "2")
    play(virtual_sound, "microphone", spoken)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "/kept/recordings/000001.wav" in "".join(out.split())
    assert "one channel" in out
    with History.open(kept) as history:
        (take,) = history.takes()
        analysis = history.analysis(take.number)
    assert (take.status, take.ended) == ("analysed", "silence")
    assert analysis is not None
    assert "good afternoon" in analysis.turns[0].text.lower()
    assert "courtesy.greeting" in {finding.rule for finding in analysis.findings}


def test_a_killed_reading_is_in_the_history(virtual_sound: Environment, spoken: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    process = subprocess.Popen(
        command("calibrate", "--history", kept),
        env=virtual_sound,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    path = kept / "recordings" / "000001.wav"
    while not path.exists():
        assert process.poll() is None
    play(virtual_sound, "microphone", spoken)
    process.kill()
    process.wait(60)
    assert likeness(samples(path)[:, 0], spoken)[0] > 0.99
    with History.open(kept) as history:
        (take,) = history.takes()
    assert (take.kind, take.ended, take.status) == ("calibration", "interrupted", "recorded")
    assert take.duration == pytest.approx(len(samples(path)) / RATE)


def test_a_voice_is_found_in_order(virtual_sound: Environment) -> None:
    with subprocess.Popen(
        [str(shutil.which("paplay")), "--device=microphone", str(SAMPLES / "agent_alone.flac")],
        env=virtual_sound,
    ) as player:
        tested = subprocess.run(
            command("devices", "--test"), env=virtual_sound, capture_output=True, check=True, text=True
        )
        player.terminate()
    assert re.search(r"^voice +-\d\d dBFS$", tested.stdout, re.MULTILINE), tested.stdout


def test_devices_sees_the_virtual_machine(virtual_sound: Environment) -> None:
    listed = subprocess.run(command("devices"), env=virtual_sound, capture_output=True, check=True, text=True)
    rows = {line.split()[5]: line for line in listed.stdout.splitlines()[1:]}
    assert {"caller", "monitor", "default"} <= rows.keys()
    assert "default microphone" in rows["default"]
    assert "hears what the computer plays" in rows["monitor"]
    assert listed.stderr == ""  # ALSA's own complaints are kept away
    tested = subprocess.run(
        command("devices", "--test"), env=virtual_sound, capture_output=True, check=True, text=True
    )
    assert "warning   only digital silence" in tested.stdout


def test_no_sound_at_all_is_exit_code_five(virtual_sound: Environment, tmp_path: Path) -> None:
    nowhere = {**virtual_sound, "HOME": str(tmp_path), "PULSE_SERVER": f"unix:{tmp_path}/nothing"}
    found = subprocess.run(
        command("record", "-o", tmp_path / "a.wav"), env=nowhere, capture_output=True, text=True
    )
    assert (found.returncode, found.stdout) == (5, "")
    assert found.stderr.splitlines()[-1].startswith("voicecoach: ")
    assert not (tmp_path / "a.wav").exists()
