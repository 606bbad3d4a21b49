"""What a batch is going to do and how long that takes, by the headers of the files."""

from __future__ import annotations

import wave
from dataclasses import replace
from pathlib import Path

import pytest
from make_records import record

from voicecoach import audio
from voicecoach.batch import plan
from voicecoach.batch.plan import Planned, Speed, expected, speed
from voicecoach.batch.types import Found, Who
from voicecoach.reports import plan as page


def wav(path: Path, seconds: float, rate: int = 8000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, rate, 0, "NONE", ""))
        file.writeframes(bytes(4) * round(seconds * rate))
    return path


def found(path: Path) -> Found:
    return Found(str(path), path.name, 1, 1, 1)


def test_a_probe_tells_length_codec_and_channels(tmp_path: Path) -> None:
    assert audio.probe(wav(tmp_path / "a.wav", 2.5)) == audio.Probe(2.5, "pcm_s16le", 2)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"not a sound " * 40, "not a sound file"),
        (b"\0\0\0\x20ftypM4A " + bytes(300), "index"),
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://localhost/a.ts\n", "not a sound file"),
    ],
)
def test_a_probe_of_what_is_no_recording_says_why(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(content)
    probed = audio.probe(path)
    assert probed.length is None
    assert said in probed.reason
    assert probed.reason.startswith("a.mp3: ")


def test_a_probe_agrees_with_what_decoding_will_say(tmp_path: Path) -> None:
    short = audio.probe(wav(tmp_path / "short.wav", 0.2))
    assert "at least 0.5 s" in short.reason
    long = audio.probe(wav(tmp_path / "long.wav", 3.0), limit=2.0)
    assert "longer than the limit" in long.reason
    cut = wav(tmp_path / "cut.wav", 4.0)
    cut.write_bytes(cut.read_bytes()[: 44 + 2 * 8000 * 4])
    assert audio.probe(cut).length == pytest.approx(2.0, abs=0.01)
    assert "no such file" in audio.probe(tmp_path / "missing.wav").reason
    assert "is a folder" in audio.probe(tmp_path).reason


def test_what_is_done_is_not_opened_again(tmp_path: Path) -> None:
    new, gone = wav(tmp_path / "new.wav", 2.0), tmp_path / "gone.wav"
    far = Found("s3://bucket/a.wav", "a.wav", 1, 1, 0)
    lost = replace(found(tmp_path / "lost"), reason="cannot be looked at")
    planned = plan.plan([found(new), found(gone), far, lost], {str(gone): 7.0})
    assert [(entry.length, entry.done) for entry in planned] == [
        (2.0, False),
        (7.0, True),
        (None, False),
        (None, False),
    ]
    assert planned[3].reason == "cannot be looked at"
    assert not any(entry.reason for entry in planned[:3])


def test_speed_is_that_of_earlier_recordings_where_there_are_enough() -> None:
    def took(seconds: float) -> object:
        made = record(seconds=100.0)
        assert made.analysis is not None
        return replace(made, analysis=replace(made.analysis, timings={"total": seconds}))

    few = speed([took(10.0), took(10.0)])  # type: ignore[list-item]
    assert few == speed([])
    assert few.times > 1
    three = speed([took(10.0), took(5.0), took(5.0), record(reason="broken"), record(same_as="x.wav")])  # type: ignore[list-item]
    assert three == Speed(15.0, "as in 3 earlier recordings")


def test_expected_time() -> None:
    def entry(length: float | None, **changes: object) -> Planned:
        return replace(Planned(found(Path("/calls/a.wav")), length, False), **changes)  # type: ignore[arg-type]

    rate = Speed(10.0, "")
    done = entry(5000.0, done=True)
    broken = entry(None, reason="broken")
    assert expected([entry(100.0), entry(300.0), done, broken], rate, 2).seconds == pytest.approx(30.0)
    assert expected([entry(100.0), entry(100.0), entry(200.0)], rate, 2).seconds == pytest.approx(20.0)
    guessed = expected([entry(100.0), entry(100.0), entry(None)], rate, 1)
    assert (guessed.unknown, guessed.seconds) == (1, pytest.approx(30.0))
    assert expected([entry(None)], rate, 1).seconds is None
    assert expected([done, broken], rate, 1).seconds == 0.0


def test_page() -> None:
    files = [
        Planned(Found("/c/kim/a.wav", "kim/a.wav", 1, 1, 1), 65.0, False),
        Planned(Found("/c/b\x1b[2J.wav", "b\x1b[2J.wav", 1, 1, 1), 30.0, True),
        Planned(Found("/c/c.wav", "c.wav", 1, 1, 1), None, False, "c.wav: is empty (0 bytes)"),
        Planned(Found("/c/d.wav", "d.wav", 1, 1, 1), None, False),
    ]
    rate = Speed(10.0, "as in 3 earlier recordings")
    who = {"/c/kim/a.wav": Who("Kim", "2026-03-01T09:30", "refund")}
    lines = list(page.lines(files, who, expected=expected(files, rate, 1), speed=rate, workers=1))
    assert lines == [
        "to do      1:05.0  kim/a.wav  (Kim, 2026-03-01 09:30, refund)",
        "done       0:30.0  b[2J.wav",
        "cannot          -  c.wav",
        "                   is empty (0 bytes)",
        "to do           -  d.wav",
        "",
        "4 files: 2 to do, 1 done, 1 cannot be analysed",
        "1.1 minutes of sound to do, about 13 s with 1 worker",
        "(each does 10 times real time, as in 3 earlier recordings)",
        "1 file does not say how long; the middle length was taken",
    ]
    (line, _, total) = page.lines(
        files[1:2], {}, expected=expected(files[1:2], rate, 1), speed=rate, workers=1
    )
    assert (line, total) == ("done       0:30.0  b[2J.wav", "1 file: 0 to do, 1 done")


@pytest.mark.parametrize(
    ("seconds", "said"), [(4.4, "4 s"), (600.0, "10 min"), (5400.0, "1 h 30 min"), (86400.0, "24 h 0 min")]
)
def test_how_long(seconds: float, said: str) -> None:
    assert page.lasting(seconds) == said
