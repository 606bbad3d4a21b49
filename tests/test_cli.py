from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import wave
from pathlib import Path

import click
import numpy as np
import pytest
from make_sound import RATE, pcm, sine, wav

from voicecoach import audio, cli, pipeline, reports
from voicecoach.cli import COMMANDS
from voicecoach.errors import AudioError

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "samples" / "agent_alone.flac"


def run(*arguments: str | Path) -> int:
    """Exit code of a command run in this process."""
    with pytest.raises(SystemExit) as stop:
        cli.main([str(a) for a in arguments])
    return int(stop.value.code or 0)


def commands() -> list[tuple[str, click.Command]]:
    found: list[tuple[str, click.Command]] = []
    context = click.Context(cli.cli)
    for name in COMMANDS:
        command = cli.cli.get_command(context, name)
        assert command is not None
        found.append((name, command))
        if isinstance(command, click.Group):
            found += [(f"{name} {sub}", inner) for sub, inner in command.commands.items()]
    return found


def test_every_command_has_help_and_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(commands()) >= len(COMMANDS)
    for name, command in commands():
        assert command.help, name
        assert f"voicecoach {name}" in readme, name
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help, (name, option.name)


def test_all_help_is_ascii_and_narrow(capsys: pytest.CaptureFixture[str]) -> None:
    for name, _ in commands():
        assert run(*name.split(), "--help") == 0
        text = capsys.readouterr().out
        assert text.isascii(), name
        assert max(map(len, text.splitlines())) <= 80, name


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, voicecoach.cli as c\n"
        "try: c.main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'av', 'faster_whisper', 'onnxruntime', 'yaml', 'rich', 'sounddevice'}\n"
        "heavy |= {'webvtt', 'srt', 'praatio', 'junitparser'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_both_spellings_of_analyse() -> None:
    context = click.Context(cli.cli)
    assert cli.cli.get_command(context, "analyze") is cli.cli.get_command(context, "analyse")


def test_a_page_on_stdout_and_nothing_on_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    assert run("analyse", SAMPLE) == 0
    out, err = capfd.readouterr()
    assert out.startswith(str(SAMPLE)) or SAMPLE.name in out.splitlines()[0]
    assert "\x1b" not in out
    assert err == ""


def test_one_file_is_a_document_and_two_are_an_array(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, coach: pipeline.Coach
) -> None:
    monkeypatch.setattr(pipeline.Coach, "ready", lambda settings: coach)
    assert run("analyse", SAMPLE, "-f", "json") == 0
    assert json.loads(capsys.readouterr().out)["schema_version"] == "1.3"
    assert run("analyze", SAMPLE, SAMPLE, "--output_format", "json") == 0
    assert len(json.loads(capsys.readouterr().out)) == 2


def test_files_are_written_whole_and_names_do_not_collide(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, coach: pipeline.Coach
) -> None:
    monkeypatch.setattr(pipeline.Coach, "ready", lambda settings: coach)
    one = wav(tmp_path / "a.wav", pcm(sine(200, 1)))
    two = tmp_path / "a.WAVE"
    two.write_bytes(one.read_bytes())
    assert run("analyse", one, two, "-f", "all", "-o", tmp_path / "out") == 0
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        *sorted(f"a.{last}{kind.SUFFIX}" for last in ("WAVE", "wav") for kind in reports.FORMATS.values()),
    ]
    assert len(list((tmp_path / "out").iterdir())) == 2 * len(reports.NAMES)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("how", "src"), [("embed", "data:audio/"), ("link", "../a%20b.wav"), ("none", None)])
def test_a_page_of_html_has_the_sound_as_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, coach: pipeline.Coach, how: str, src: str | None
) -> None:
    monkeypatch.setattr(pipeline.Coach, "ready", lambda settings: coach)
    call = wav(tmp_path / "a b.wav", pcm(sine(200, 1)))
    assert run("analyse", call, "-f", "html", "--sound", how, "-o", tmp_path / "out", "-q") == 0
    page = (tmp_path / "out" / "a b.html").read_text(encoding="utf-8")
    found = re.search(r'<audio [^>]*src="([^"]*)', page)
    assert (found[1] if found else None) == src or (found and src and found[1].startswith(src))


def test_a_printed_page_of_html_is_utf_8_whatever_the_console(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], coach: pipeline.Coach
) -> None:
    monkeypatch.setattr(pipeline.Coach, "ready", lambda settings: coach)
    monkeypatch.setattr(sys, "stdout", open(1, "w", encoding="cp1252", closefd=False))  # noqa: SIM115
    assert run("analyse", SAMPLE, "-f", "html", "-q") == 0
    sys.stdout.flush()
    page = capfdbinary.readouterr().out.decode("utf-8")
    assert page.startswith("<!doctype html>")
    assert "✓" in page


def test_a_bad_file_does_not_stop_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, coach: pipeline.Coach
) -> None:
    monkeypatch.setattr(pipeline.Coach, "ready", lambda settings: coach)
    bad = tmp_path / "bad.wav"
    bad.write_text("this is text\n" * 20, encoding="utf-8")
    assert run("analyse", bad, SAMPLE, "-f", "json", "-q") == 1
    out, err = capsys.readouterr()
    (found,) = json.loads(out)  # two were asked for, so it is an array
    assert found["source"]["path"].endswith(SAMPLE.name)
    assert err.count("\n") == 1
    assert "bad.wav" in err


def silent_video(path: Path) -> Path:
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        for _ in range(5):
            container.mux(stream.encode(av.VideoFrame(32, 32, "yuv420p")))
        container.mux(stream.encode())
    return path


def bad_inputs(folder: Path) -> dict[str, Path]:
    """Files that cannot be analysed, by what is wrong with them."""
    (folder / "empty.wav").write_bytes(b"")
    (folder / "text.wav").write_text("hello, this is not a recording\n", encoding="utf-8")
    (folder / "cut.m4a").write_bytes(b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom" + bytes(64))
    (folder / "folder.wav").mkdir()
    wav(folder / "short.wav", pcm(sine(200, 0.2)))
    with wave.open(str(folder / "long.wav"), "wb") as file:
        file.setparams((1, 1, 8000, 0, "NONE", ""))
        file.writeframes(bytes(8000))
    long = folder / "long.wav"
    with long.open("r+b") as raw:  # ten hours of silence, without writing them
        size = 36000 * 8000
        raw.truncate(44 + size)
        raw.seek(4)
        raw.write((36 + size).to_bytes(4, "little"))
        raw.seek(40)
        raw.write(size.to_bytes(4, "little"))
    silent_video(folder / "video.mp4")
    names = [
        "empty.wav",
        "text.wav",
        "cut.m4a",
        "folder.wav",
        "short.wav",
        "long.wav",
        "video.mp4",
        "nothing.wav",
    ]
    return {name: folder / name for name in names}


def test_bad_input_is_one_line_that_names_the_file_and_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs = bad_inputs(tmp_path)
    assert len(inputs) == 8
    for name, path in inputs.items():
        assert run("analyse", path) == 1, name
        out, err = capsys.readouterr()
        assert out == "", name
        assert err.count("\n") == 1, (name, err)
        assert name in err
        assert "Traceback" not in err
        assert len(err.split(";")) > 1 or "," in err or ":" in err, err


def test_samples_that_are_no_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    samples = np.full((1, 2 * RATE), np.nan, np.float32)
    code = run("analyse", wav(tmp_path / "nan.wav", samples, tag=3))
    out, err = capsys.readouterr()
    assert (code == 1 and "nan.wav" in err) or (code == 0 and "nan.wav" in out)
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["analyse"], 2, "FILE"),
        (["analyse", "x.wav", "--device", "tpu"], 2, "tpu"),
        (["analyse", "x.wav", "--language", "klingon"], 2, "klingon"),
        (["analyse", "x.wav", "--channels", "left"], 2, "left"),
        (["analyse", "x.wav", "--scorecard", "nothing"], 2, "nothing"),
        (["analyse", "x.wav", "-f", "docx"], 2, "docx"),
        (["analyse", "x.wav", "-f", "all"], 2, "--output-dir"),
        (["analyse", "x.wav", "y.wav", "-f", "html"], 2, "--output-dir"),
        (["analyse", "x.wav", "--model", "large-v3"], 4, "voicecoach models get large-v3"),
        (["analyse", "x.wav", "--model", "tinny"], 4, "tinny"),
        (["analyze", "x.wav", "--beam-size", "0"], 2, "beam"),
        (["analize", "x.wav"], 2, "analize"),
        (["analyse", "x.wav", "--speed"], 2, "--speed"),
    ],
)
def test_a_wrong_word_on_the_command_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    assert run(*arguments) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1, err
    assert words in err


def test_fail_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, coach: pipeline.Coach
) -> None:
    monkeypatch.setattr(pipeline.Coach, "ready", lambda settings: coach)
    assert run("analyse", ROOT / "samples" / "poor_call.flac", "--fail-on", "must") == 3
    assert run("analyse", ROOT / "samples" / "good_call.flac", "--fail-on", "negative") == 0
    capsys.readouterr()


def test_a_full_disk_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(reports.OutputError, match="No space left"):
        reports.write(tmp_path / "a", "json", [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_behind_stdout_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "voicecoach", "rules", "list"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "No space left" in done.stderr


def test_an_old_console_gets_question_marks_and_no_traceback() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "voicecoach", "analyse", "nothing-ですか.wav"],
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert b"nothing-" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_an_interrupt_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "analyse", stop)
    assert run("analyse", SAMPLE) == 130
    assert "interrupted" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_in_the_midst_of_decoding_leaves_at_once_and_writes_nothing(tmp_path: Path) -> None:
    samples = audio.load(SAMPLE).samples
    long = wav(tmp_path / "long.wav", np.tile(samples, 20))
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # or ignored
        "from voicecoach.__main__ import main; main()"
    )
    command = [sys.executable, "-c", code, "analyse", str(long), "-f", "json", "-o", str(tmp_path / "out")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        while not (tmp_path / "out").exists():  # made when the settings are found to be good
            assert running.poll() is None
            time.sleep(0.1)
        time.sleep(4)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert err.strip() == "voicecoach: interrupted"
    assert list((tmp_path / "out").iterdir()) == []


def test_a_mistake_of_ours_is_one_line_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def slip(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(pipeline, "analyse", slip)
    assert run("analyse", SAMPLE) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "VOICECOACH_TRACEBACK" in err


# --- settings -----------------------------------------------------------------------------------------------


@pytest.fixture
def nobodys_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def settings_seen(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> pipeline.Settings:
    seen: list[pipeline.Settings] = []

    def ready(settings: pipeline.Settings) -> None:
        seen.append(settings)
        raise AudioError("far enough")

    monkeypatch.setattr(pipeline.Coach, "ready", ready)
    run("analyse", "x.wav", *arguments)
    return seen[0]


def test_flag_beats_environment_beats_file_beats_default(
    nobodys_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert settings_seen(monkeypatch).model == "base"
    Path("voicecoach.toml").write_text('[analyse]\nmodel = "from-file"\n', encoding="utf-8")
    assert settings_seen(monkeypatch).model == "from-file"
    monkeypatch.setenv("VOICECOACH_ANALYSE_MODEL", "from-environment")
    assert settings_seen(monkeypatch).model == "from-environment"
    assert settings_seen(monkeypatch, "--model", "from-flag").model == "from-flag"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[analyse]\nmodle = 'base'", "did you mean 'model'"),
        ("[analise]\nmodel = 'base'", "did you mean [analyse]"),
        ("[analyse\n", "not valid TOML"),
    ],
)
def test_a_mistake_in_the_settings_names_the_file_and_the_word(
    nobodys_home: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    Path("voicecoach.toml").write_text(text, encoding="utf-8")
    assert run("doctor") == 2
    err = capsys.readouterr().err
    assert "voicecoach.toml" in err
    assert words in err
