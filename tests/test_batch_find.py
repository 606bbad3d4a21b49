"""Recordings are found whatever they are called and however folders are linked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from voicecoach.batch.find import find, report_name
from voicecoach.errors import UsageError


def names(*folders: Path, out: Path | str = "nowhere") -> list[str]:
    return [one.relative for one in find(folders, out)]


def test_any_depth_and_any_name(tmp_path: Path) -> None:
    odd = [
        "a b.wav",
        "new\nline.mp3",
        "-rf.ogg",
        "x" * 251 + ".wav",
        "Straße.WAV",
        "電話.m4a",
        "no suffix",
        "a.b.amr",
    ]
    deep = tmp_path / "one" / "two" / "three"
    deep.mkdir(parents=True)
    for name in odd:
        (deep / name).touch()
    assert sorted(names(tmp_path)) == sorted(f"one/two/three/{name}" for name in odd)
    assert names(tmp_path) == names(tmp_path)


def test_names_that_are_no_text(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/caf\xe9.wav"
    with open(raw, "wb") as file:  # noqa: PTH123 - a name of bytes
        file.write(b"x")
    (found,) = find([tmp_path], "nowhere")
    assert os.fsencode(found.path) == raw
    assert found.size == 1
    assert report_name(found.path, "0" * 64).startswith("caf-0")


def test_case_alone_tells_files_apart(tmp_path: Path) -> None:
    (tmp_path / "call.wav").touch()
    (tmp_path / "CALL.wav").touch()
    if len(os.listdir(tmp_path)) == 2:  # noqa: PTH208 - not on a disk that takes them for the same
        assert names(tmp_path) == ["CALL.wav", "call.wav"]
    assert report_name("call.wav", "a" * 64) != report_name("CALL.wav", "b" * 64)


def test_what_is_plainly_no_recording_is_left_out_unless_named(tmp_path: Path) -> None:
    for name in ("a.wav", "a.wav.json", "notes.TXT", ".hidden.wav", "Thumbs.db", "page.html", "x.unknown"):
        (tmp_path / name).touch()
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "b.wav").touch()
    assert names(tmp_path) == ["a.wav", "x.unknown"]
    assert names(tmp_path / "notes.TXT") == ["notes.TXT"]


def test_links_that_lead_back_up_and_out_itself(tmp_path: Path) -> None:
    calls, out = tmp_path / "calls", tmp_path / "calls" / "out"
    (calls / "in").mkdir(parents=True)
    (out / "calls").mkdir(parents=True)
    for path in (calls / "in" / "a.wav", out / "calls" / "b.wav"):
        path.touch()
    (calls / "in" / "up").symlink_to(calls, target_is_directory=True)
    (calls / "to nothing.wav").symlink_to(calls / "gone.wav")
    (calls / "out2").symlink_to(out, target_is_directory=True)
    found = find([calls], out)
    assert [one.relative for one in found] == ["in/a.wav", "to nothing.wav"]
    assert [one.reason for one in found] == [
        "",
        "cannot be looked at: No such file or directory; a link that leads nowhere",
    ]


def test_pipes_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "a.wav").touch()
    assert names(tmp_path) == ["a.wav"]


def test_several_folders_and_one_inside_another(tmp_path: Path) -> None:
    for name in ("x/calls/a.wav", "y/calls/a.wav"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    assert names(tmp_path / "x" / "calls", tmp_path / "y" / "calls") == ["calls-2/a.wav", "calls/a.wav"]
    assert names(tmp_path / "x", tmp_path / "x" / "calls") == ["x/calls/a.wav"]
    for name in ("z/calls/a.wav", "calls-2/a.wav"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    many = [tmp_path / "calls-2", *(tmp_path / name / "calls" for name in "xyz")]
    assert names(*many) == ["calls-2/a.wav", "calls-3/a.wav", "calls-4/a.wav", "calls/a.wav"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder; check the name"):
        find([tmp_path / "none"], "nowhere")


def test_folders_nested_deep(tmp_path: Path) -> None:
    at = tmp_path.joinpath(*["d"] * 300)
    at.mkdir(parents=True)
    (at / "a.wav").touch()
    assert names(tmp_path) == ["d/" * 300 + "a.wav"]


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("/a/good call.wav", "good-call"),
        ("C:\\calls\\good.wav", "good"),
        ("../../etc/passwd", "passwd"),
        ("<script>.wav", "script"),
        ("...", "recording"),
        ("\u202egpj.exe.wav", "gpj.exe"),
        ("=cmd|'!A0.wav", "cmd-A0"),
        ("x" * 300 + ".wav", "x" * 60),
        ("日本語.wav", "日本語"),
    ],
)
def test_names_of_reports_are_readable_and_safe(name: str, stem: str) -> None:
    assert report_name(name, "0123456789abcdef") == f"{stem}-01234567"
    assert len(os.fsencode(report_name(name, "0" * 64))) + len(".json") <= 255
