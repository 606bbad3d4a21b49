"""Decoding: every format gives the same sound, bad files give one clear line, time and memory stay right."""

from __future__ import annotations

import errno
import os
import re
import socket
from pathlib import Path
from typing import Any, NoReturn

import av
import numpy as np
import pytest

from tests import make_sound as made
from voicecoach import audio
from voicecoach.errors import AudioError, OutputError, UsageError
from voicecoach.quality import flaws
from voicecoach.types import Layout

FORMATS = [  # name, codec, rate, channels, error of level in dB
    ("a.wav", "pcm_u8", 8000, 1, 0.05),
    ("a.wav", "pcm_s16le", 44100, 2, 0.01),
    ("a.wav", "pcm_s24le", 48000, 2, 0.01),
    ("a.wav", "pcm_s32le", 22050, 1, 0.01),
    ("a.wav", "pcm_f32le", 16000, 2, 0.01),
    ("a.wav", "pcm_f64le", 11025, 1, 0.01),
    ("a.wav", "pcm_mulaw", 8000, 2, 0.1),
    ("a.wav", "pcm_alaw", 8000, 1, 0.1),
    ("a.wav", "adpcm_ima_wav", 8000, 1, 0.2),
    ("a.wav", "adpcm_ms", 22050, 2, 0.2),
    ("a.w64", "pcm_s16le", 44100, 2, 0.01),
    ("a.aiff", "pcm_s16be", 44100, 2, 0.01),
    ("a.au", "pcm_mulaw", 8000, 1, 0.1),
    ("a.caf", "pcm_s16be", 16000, 2, 0.01),
    ("a.flac", "flac", 48000, 2, 0.01),
    ("a.wv", "wavpack", 44100, 2, 0.01),
    ("a.tta", "tta", 44100, 2, 0.01),
    ("a.m4a", "alac", 44100, 2, 0.01),
    ("a.m4a", "aac", 44100, 2, 0.3),
    ("a.mp4", "aac", 48000, 1, 0.3),
    ("a.3gp", "aac", 16000, 1, 0.3),
    ("a.ts", "aac", 48000, 2, 0.3),
    ("a.wma", "wmav2", 44100, 2, 0.3),
    ("a.amr", "libopencore_amrnb", 8000, 1, 1.6),
    ("a.mp3", "libmp3lame", 44100, 2, 0.7),
    ("a.mp2", "mp2", 44100, 2, 0.3),
    ("a.ac3", "ac3", 48000, 2, 0.3),
    ("a.opus", "libopus", 48000, 2, 0.3),
    ("a.ogg", "flac", 16000, 1, 0.01),
    ("a.webm", "libopus", 48000, 1, 0.3),
    ("a.mka", "flac", 16000, 1, 0.01),
    ("a.avi", "pcm_s16le", 16000, 2, 0.01),
]


@pytest.mark.parametrize(("name", "codec", "rate", "channels", "error"), FORMATS, ids=lambda v: str(v))
def test_every_format_gives_the_sound_that_went_in(
    tmp_path: Path, name: str, codec: str, rate: int, channels: int, error: float
) -> None:
    if codec not in av.codecs_available:
        pytest.fail(f"PyAV came without {codec}")
    sound = np.stack([made.sine(440.0, 3.0, rate=rate), made.sine(700.0, 3.0, rate=rate, amplitude=0.25)])
    found = audio.load(made.encoded(tmp_path / name, sound[:channels], codec, rate=rate))
    assert found.samples.dtype == np.int16
    assert found.samples.shape[0] == channels
    assert (found.rate, found.original_rate) == (16000, rate)
    assert found.duration == pytest.approx(3.0, abs=0.1)
    for k, amplitude in enumerate([0.5, 0.25][:channels]):
        middle = found.channel(k, 0.5, 2.5)
        assert 20 * np.log10(np.sqrt(np.mean(middle**2)) * np.sqrt(2) / amplitude) == pytest.approx(
            0, abs=error
        )
        peak = np.abs(np.fft.rfft(middle * np.hanning(middle.size))).argmax() * 16000 / middle.size
        assert peak == pytest.approx([440.0, 700.0][k], abs=1.0)
    assert flaws(found.flaws) == ()


def test_samples_at_sixteen_bit_and_sixteen_kilohertz_are_kept_exactly(tmp_path: Path) -> None:
    sound = np.random.default_rng(0).integers(-32768, 32768, (2, 16000)).astype(np.int16)
    assert np.array_equal(audio.load(made.wav(tmp_path / "a.wav", sound)).samples, sound)


@pytest.mark.parametrize("channels", [1, 2, 3, 6, 8, 12])
def test_every_channel_is_kept_in_its_place(tmp_path: Path, channels: int) -> None:
    sound = np.stack([made.sine(200.0 * (k + 1), 1.0, rate=8000) for k in range(channels)])
    found = audio.load(made.wav(tmp_path / "a.wav", made.pcm(sound), rate=8000))
    assert found.layout.names[:3] == (
        ("mono",) if channels == 1 else ("left", "right", "channel3")[:channels]
    )
    for k in range(channels):
        assert np.abs(np.fft.rfft(found.channel(k))).argmax() == 200 * (k + 1)


def test_a_click_stays_at_its_time_through_a_change_of_rate(tmp_path: Path) -> None:
    sound = np.zeros(44100 * 2)
    sound[44100 : 44100 + 44] = 0.8
    found = audio.load(made.wav(tmp_path / "a.wav", made.pcm(sound), rate=44100))
    assert np.abs(found.channel(0)).argmax() / 16000 == pytest.approx(1.0005, abs=0.0005)


def test_duration_and_digest(tmp_path: Path) -> None:
    path = made.wav(tmp_path / "a.wav", made.pcm(made.sine(100.0, 1.25)))
    found = audio.load(path)
    assert found.duration == 1.25
    assert found.path == str(path)
    assert len(found.sha256) == 64
    assert (found.container, found.codec) == ("wav", "pcm_s16le")


def test_sound_of_a_film(tmp_path: Path) -> None:
    found = audio.load(made.film(tmp_path / "a.mp4", made.sine(300.0, 2.0)[None]))
    assert found.duration == pytest.approx(2.0, abs=0.1)


def test_not_a_number_never_gets_through(tmp_path: Path) -> None:
    sound = made.sine(300.0, 2.0).astype(np.float32)
    sound[1000:1100] = np.nan
    sound[2000] = np.inf
    found = audio.load(made.wav(tmp_path / "a.wav", sound, tag=3))
    assert np.all(found.samples[0, 1000:1100] == 0)
    assert found.samples[0, 2000] == 0
    assert flaws(found.flaws) == (
        "101 samples are not numbers and were read as silence; the program that wrote the file is at fault",
    )
    assert abs(int(found.samples[0, 5000]) - round(sound[5000] * 32768)) <= 1


def test_silence_is_not_an_error(tmp_path: Path) -> None:
    found = audio.load(made.wav(tmp_path / "a.wav", np.zeros(16000, np.int16)))
    assert found.quality[0].silent
    assert found.layout.used == ()
    assert found.layout.empty == (0,)


# --- bad files ----------------------------------------------------------------------------------------------


def _bad_files(folder: Path) -> dict[str, tuple[Path, str]]:
    tone = made.pcm(made.sine(300.0, 10.0))
    good = made.wav(folder / "good.wav", tone).read_bytes()
    mp4 = made.encoded(folder / "good.m4a", made.sine(300.0, 10.0)[None], "aac").read_bytes()

    def put(name: str, data: bytes) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    pipe = folder / "pipe.wav"
    os.mkfifo(pipe)
    (folder / "dangling.wav").symlink_to(folder / "nowhere.wav")
    (folder / "round.wav").symlink_to(folder / "round.wav")
    return {
        "no file": (folder / "missing.wav", "missing.wav: no such file"),
        "dangling link": (folder / "dangling.wav", "dangling.wav: no such file"),
        "link to itself": (folder / "round.wav", "round.wav: cannot be opened"),
        "folder": (folder, "is a folder"),
        "pipe": (pipe, "pipe.wav: is a device or pipe"),
        "endless device": (Path("/dev/zero"), "zero: is a device or pipe"),
        "impossible name": (Path("a\0b.wav"), "not a possible file name"),
        "endless name": (folder / ("x" * 300 + ".wav"), "cannot be opened"),
        "zero bytes": (put("zero.wav", b""), "zero.wav: is empty (0 bytes)"),
        "text": (put("text.wav", b"This is a note, not a recording.\n" * 20), "text.wav: not a sound file"),
        "web page": (put("page.mp3", b"<html><body>404</body></html>"), "page.mp3: not a sound file"),
        "noise": (put("noise.wav", np.random.default_rng(1).bytes(50000)), "noise.wav: not a sound file"),
        "header alone": (put("head.wav", good[:44]), "head.wav: holds no sound"),
        "cut at once": (put("cut.wav", good[:16000]), "cut.wav: is cut off: 0.5 of 10.0 s can be read"),
        "index lost": (put("cut.m4a", mp4[: len(mp4) // 2]), "cut.m4a: its index is cut off or damaged"),
        "0.2 s": (made.wav(folder / "short.wav", tone[:3200]), "short.wav: is 0.20 s long; at least 0.5 s"),
        "10 hours": (
            _ten_hours(folder / "long.wav"),
            "long.wav: is longer than the limit of 4:00:00 (10:00:00); cut",
        ),
        "no sound": (made.film(folder / "mute.mp4", None), "mute.mp4: holds pictures but no sound"),
        "strange codec": (
            made.wav(folder / "codec.wav", tone, tag=0x7777),
            "codec.wav: holds sound in a form",
        ),
        "samples of 64 bit": (
            made.wav(folder / "wide.wav", tone.astype(np.int64)),
            "wide.wav: holds sound in a form",
        ),
        "rate of zero": (made.wav(folder / "rate.wav", tone, rate=0), "rate.wav: not a sound file"),
        "absurd rate": (
            made.wav(folder / "fast.wav", tone, rate=184_000_000),
            "fast.wav: states 184000000 samples",
        ),
        "playlist": (
            put("list.wav", b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/a.mp3\n"),
            "list.wav: not a sound file",
        ),
        "list of files": (
            put("files.wav", b"ffconcat version 1.0\nfile good.wav\n"),
            "files.wav: not a sound file",
        ),
        "address of a stream": (
            put("live.sdp", b"v=0\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n"),
            "live.sdp: not a sound file",
        ),
    }


def _ten_hours(path: Path) -> Path:
    made.wav(path, np.zeros(0, np.int16), rate=8000, announced=10 * 3600 * 16000)
    with path.open("r+b") as file:
        file.truncate(44 + 10 * 3600 * 16000)
    return path


def test_each_bad_file_gives_one_line_with_its_name_and_what_to_do(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "socket", _no_socket)
    cases = _bad_files(tmp_path)
    assert len(cases) > 20
    for kind, (path, said) in cases.items():
        with pytest.raises(AudioError) as caught:
            audio.load(path)
        message = str(caught.value)
        assert said in message, kind
        assert "\n" not in message, kind
        assert len(message) < 250, kind
        assert ";" in message or kind == "impossible name", f"{kind}: nothing to do is said"
    assert capfd.readouterr() == ("", "")


def _no_socket(*_: Any, **__: Any) -> NoReturn:
    raise AssertionError("a connection was opened")


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made.wav(tmp_path / "a.wav", made.pcm(made.sine(300.0, 1.0)))

    def denied(*_: Any, **__: Any) -> NoReturn:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(AudioError, match=r"a\.wav: you have no permission to read it"):
        audio.load(path)


def test_a_limit_of_ones_own(tmp_path: Path) -> None:
    path = made.encoded(tmp_path / "a.mp3", made.sine(300.0, 10.0)[None], "libmp3lame")
    with pytest.raises(AudioError, match=r"a\.mp3: is longer than the limit of 0:00:05 \("):
        audio.load(path, limit=5.0)
    assert audio.load(path, limit=11.0).duration == pytest.approx(10.0, abs=0.1)


def test_a_header_that_claims_hours_is_not_believed(tmp_path: Path) -> None:
    path = made.wav(tmp_path / "a.wav", made.pcm(made.sine(300.0, 2.0)), announced=10 * 3600 * 32000)
    found = audio.load(path)
    assert found.duration == 2.0
    assert flaws(found.flaws)[0].startswith("the file ends early: 2.0 of ")


@pytest.mark.parametrize("announced", [0, 0xFFFFFFFF])
def test_a_wav_written_as_a_stream_is_whole(tmp_path: Path, announced: int) -> None:
    found = audio.load(made.wav(tmp_path / "a.wav", made.pcm(made.sine(300.0, 2.0)), announced=announced))
    assert (found.duration, flaws(found.flaws)) == (2.0, ())


@pytest.mark.parametrize(
    ("name", "codec", "said"),
    [
        ("a.wav", "pcm_s16le", "the file ends early: 5.0 of 10.0 s could be read"),
        ("a.aiff", "pcm_s16be", "the file ends early: 5.0 of 10.0 s could be read"),
        ("a.flac", "flac", r"the file ends early: 4\.\d of 10.0 s could be read"),
        ("a.mp3", "libmp3lame", r"the file ends early: [45]\.\d of 10.\d s could be read"),
        ("a.webm", "libopus", r"the file ends early: [45]\.\d of 10.0 s could be read"),
        ("a.opus", "libopus", r"only a part of the file could be read, \d\.\d s; .*"),
    ],
)
def test_half_a_file_is_used_and_said(tmp_path: Path, name: str, codec: str, said: str) -> None:
    rate = 48000 if codec == "libopus" else 16000
    sound = made.voice(10.0, seed=1, rate=rate)[None]
    path = made.encoded(tmp_path / name, sound, codec, rate=rate)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    found = audio.load(path)
    assert len(flaws(found.flaws)) == 1
    assert re.fullmatch(said, flaws(found.flaws)[0])


@pytest.mark.parametrize(("name", "codec"), [("a.m4a", "aac"), ("a.flac", "flac"), ("a.opus", "libopus")])
def test_damage_in_the_middle_does_not_move_what_follows(tmp_path: Path, name: str, codec: str) -> None:
    rate = 48000 if codec == "libopus" else 16000
    sound = made.noise(10.0, seed=1, rms=0.01, rate=rate)
    sound[9 * rate : 9 * rate + rate // 10] = made.sine(1000.0, 0.1, rate=rate)
    path = made.encoded(tmp_path / name, sound[None], codec, rate=rate)
    data = bytearray(path.read_bytes())
    damage = slice(len(data) * 4 // 10, len(data) * 5 // 10)
    data[damage] = np.random.default_rng(2).bytes(damage.stop - damage.start)
    path.write_bytes(bytes(data))
    found = audio.load(path)
    assert found.duration == pytest.approx(10.0, abs=0.1)
    late = np.abs(found.channel(0, 8.0))
    assert 8.0 + np.flatnonzero(late > 0.3)[0] / 16000 == pytest.approx(9.0, abs=0.03)


def test_a_gap_in_the_time_stamps_becomes_silence(tmp_path: Path) -> None:
    path = tmp_path / "a.mka"
    tone = made.pcm(made.sine(300.0, 1.0))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=16000, layout="mono")
        for start in (0.0, 1.0, 4.0):
            frame = av.AudioFrame.from_ndarray(tone[None], format="s16", layout="mono")
            frame.sample_rate = 16000
            frame.pts = round(start * 16000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    found = audio.load(path)
    assert found.duration == pytest.approx(5.0, abs=0.01)
    assert np.all(found.channel(0, 2.01, 3.99) == 0.0)
    assert np.array_equal(found.samples[0, 64000:64100], tone[:100])
    assert flaws(found.flaws) == ("time stamps jump: 2.0 s without data count as silence",)


@pytest.mark.parametrize(("name", "codec"), [("a.mp3", "libmp3lame"), ("a.opus", "libopus"), ("a.ts", "aac")])
def test_files_strung_together_are_read_to_the_end(tmp_path: Path, name: str, codec: str) -> None:
    one = made.encoded(
        tmp_path / name, made.voice(3.0, seed=1, rate=48000)[None], codec, rate=48000
    ).read_bytes()
    path = tmp_path / f"twice{Path(name).suffix}"
    path.write_bytes(one + one)
    found = audio.load(path)
    assert found.duration == pytest.approx(6.0, abs=0.2)
    assert flaws(found.flaws) == ()


def test_different_files_strung_together_are_said_to_be(tmp_path: Path) -> None:
    sound = np.stack([made.voice(3.0, seed=k, rate=48000) for k in (1, 2)])
    parts = [
        made.encoded(tmp_path / f"{k}.opus", sound[:k], "libopus", rate=48000).read_bytes() for k in (1, 2)
    ]
    (tmp_path / "both.opus").write_bytes(b"".join(parts))
    found = audio.load(tmp_path / "both.opus")
    if found.duration < 5.8:  # some versions of FFmpeg give up where the number of channels changes
        assert flaws(found.flaws)[0].startswith("only a part of the file could be read, 3.0 s;")
    else:
        assert found.duration == pytest.approx(6.0, abs=0.1)


def test_a_rate_and_a_number_of_channels_that_change_on_the_way(tmp_path: Path) -> None:
    sound = np.stack([made.sine(f, 3.0, rate=44100) for f in (300.0, 500.0)])
    first = made.encoded(tmp_path / "1.mp3", sound, "libmp3lame", rate=44100).read_bytes()
    second = made.encoded(tmp_path / "2.mp3", sound[:1, ::2], "libmp3lame", rate=22050).read_bytes()
    (tmp_path / "both.mp3").write_bytes(first + second)
    found = audio.load(tmp_path / "both.mp3")
    assert found.duration == pytest.approx(6.0, abs=0.2)
    assert "the number of channels changes on the way; the first count, 2, is kept" in flaws(found.flaws)
    for channel in (0, 1):
        late = found.channel(channel, 4.0, 5.0)
        assert np.abs(np.fft.rfft(late)).argmax() == 300


def test_two_sound_tracks(tmp_path: Path) -> None:
    path = tmp_path / "a.mka"
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("pcm_s16le", rate=16000, layout="mono") for _ in range(2)]
        for stream, frequency in zip(streams, (300.0, 500.0), strict=True):
            tone = made.pcm(made.sine(frequency, 1.0))
            frame = av.AudioFrame.from_ndarray(tone[None], format="s16", layout="mono")
            frame.sample_rate, frame.pts = 16000, 0
            container.mux(stream.encode(frame))
    found = audio.load(path)
    assert np.abs(np.fft.rfft(found.channel(0))).argmax() == 300
    assert flaws(found.flaws) == ("2 sound tracks; the first that can be decoded is analysed",)


@pytest.mark.parametrize(
    "name",
    [
        "a b'\"$;&.wav",
        "-o.wav",
        "file:%03d.wav",
        "http:--x.wav",
        "日本語.wav",
        "new\nline.wav",
        os.fsdecode(b"\xff\xfe.wav"),
    ],
)
def test_names_with_odd_characters(tmp_path: Path, name: str) -> None:
    found = audio.load(made.wav(tmp_path / name, made.pcm(made.sine(300.0, 1.0))))
    assert found.duration == 1.0


def test_an_odd_name_stays_on_one_line(tmp_path: Path) -> None:
    with pytest.raises(AudioError) as caught:
        audio.load(tmp_path / "no\nsuch\x1b[31m.wav")
    assert str(caught.value).isprintable()


# --- memory -------------------------------------------------------------------------------------------------


def test_a_long_recording_goes_through_a_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = np.random.default_rng(0).integers(-9000, 9000, (2, 16000 * 20)).astype(np.int16)
    path = made.wav(tmp_path / "a.wav", sound)
    kept = audio.load(path)
    monkeypatch.setattr(audio, "_MEMORY", 100_000)
    monkeypatch.setattr(audio.tempfile, "tempdir", str(tmp_path))
    mapped = audio.load(path)
    assert isinstance(mapped.samples.base, np.memmap)
    for recording, in_file in ((mapped, True), (kept, False)):
        assert recording.release() is in_file  # and what was given back is read again
        assert np.array_equal(mapped.samples, kept.samples)
    assert mapped.layout == kept.layout
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.wav"]


def test_a_full_disk_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def write(self, _: bytes) -> NoReturn:
            raise OSError(errno.ENOSPC, "No space left on device")

    path = made.wav(tmp_path / "a.wav", made.pcm(made.noise(10.0, seed=1)))
    monkeypatch.setattr(audio, "_MEMORY", 100_000)
    monkeypatch.setattr(audio.tempfile, "TemporaryFile", lambda **_: Full())
    with pytest.raises(
        OutputError, match=r"No space left on device after \d+ MB of decoded sound; free some space"
    ):
        audio.load(path)


# --- channels -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("agent=left,customer=right", {"agent": "left", "customer": "right"}),
        (" Agent = R , customer=L ", {"agent": "right", "customer": "left"}),
        ("agent=1,customer=2", {"agent": "channel1", "customer": "channel2"}),
        ("agent=mono", {"agent": "mono"}),
        ("agent=right", {"agent": "right"}),
        ("agent=channel3,speaker3=ch4", {"agent": "channel3", "speaker3": "channel4"}),
    ],
)
def test_channels_as_people_write_them(text: str, roles: dict[str, str]) -> None:
    assert audio.parse_channels(text) == roles


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("left", "'left' is not SPEAKER=CHANNEL"),
        ("", "'' is not SPEAKER=CHANNEL"),
        ("agent=", "'agent=' is not SPEAKER=CHANNEL"),
        ("agent=left,", "'' is not SPEAKER=CHANNEL"),
        ("boss=left", "unknown speaker 'boss'"),
        ("agent=up", "unknown channel 'up'"),
        ("agent=0", "unknown channel '0'"),
        ("agent=left,agent=right", "agent is named twice"),
        ("agent=left,customer=l", "left is given to two speakers"),
    ],
)
def test_channels_that_make_no_sense(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        audio.parse_channels(text)
    assert said in str(caught.value)
    assert "agent" in str(caught.value)


def test_a_channel_is_found_by_each_of_its_names() -> None:
    layout = Layout("split", ("left", "right", "channel3"), (0, 1, 2))
    assert [audio.find_channel(layout, n) for n in ("left", "channel1", "right", "channel2", "channel3")] == [
        0,
        0,
        1,
        1,
        2,
    ]
    assert audio.find_channel(Layout("mono", ("mono",), (0,)), "channel1") == 0
    with pytest.raises(
        UsageError, match="no channel 'channel4' in this recording; it has: left, right, channel3"
    ):
        audio.find_channel(layout, "channel4")
    with pytest.raises(UsageError, match="no channel 'left' in this recording; it has: mono"):
        audio.find_channel(Layout("mono", ("mono",), (0,)), "left")
