"""The sound in a page: the same seconds as in the recording, and addresses that any name survives."""

from __future__ import annotations

import base64
import wave
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from voicecoach import audio
from voicecoach.errors import AudioError
from voicecoach.reports.html import sound

RATE = 16000


def write(path: Path, channels: NDArray[np.int16]) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.ascontiguousarray(channels.T).tobytes())
    return path


def noise(seconds: float, count: int = 1) -> NDArray[np.int16]:
    """Bursts of noise at uneven times, another in each channel, so that they fit in one place alone."""
    made = np.random.default_rng(7)
    frames = made.normal(0, 3000, (count, round(seconds * RATE)))
    gates = np.repeat(made.random((count, round(seconds * 10))) < 0.4, RATE // 10, axis=1)
    return (frames * gates[:, : frames.shape[1]]).astype(np.int16)


def unpacked(found: sound.Sound, folder: Path) -> NDArray[np.int16]:
    """Return the samples that a page would play."""
    head, _, body = found.url.partition(",")
    assert head == "data:audio/webm;codecs=opus;base64"
    (folder / "again.webm").write_bytes(base64.b64decode(body, validate=True))
    return audio.load(folder / "again.webm").samples


def shift(first: NDArray[np.int16], second: NDArray[np.int16]) -> float:
    """Return by how many seconds the second is later than the first, from where the two fit best."""
    size = 1 << (2 * len(first)).bit_length()
    one, two = (np.fft.rfft(np.abs(part.astype(float)), size) for part in (first, second))
    at = int(np.fft.irfft(one.conj() * two).argmax())
    return (at - size if at > size // 2 else at) / RATE


@pytest.mark.parametrize("count", [1, 2])
def test_seconds_and_channels_of_the_page_are_those_of_the_recording(tmp_path: Path, count: int) -> None:
    samples = noise(61.0, count)  # longer than what is encoded at once
    found = sound.embed(write(tmp_path / "call.wav", samples))
    assert (found.how, found.mime) == ("embedded", "audio/webm; codecs=opus")
    again = unpacked(found, tmp_path)
    assert again.shape[0] == count
    assert abs(again.shape[1] - samples.shape[1]) < 0.02 * RATE
    for before, after in zip(samples, again, strict=True):
        assert abs(shift(before[: 10 * RATE], after[: 10 * RATE])) < 0.02
        assert abs(shift(before[-10 * RATE :], after[samples.shape[1] - 10 * RATE :])) < 0.02


def test_many_channels_are_mixed_into_one(tmp_path: Path) -> None:
    assert unpacked(sound.embed(write(tmp_path / "four.wav", noise(2.0, 4))), tmp_path).shape[0] == 1


def test_a_long_recording_is_linked_or_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = sound.settings()
    path = write(tmp_path / "call.wav", noise(1.0))
    monkeypatch.setattr(sound, "settings", lambda: replace(usual, longest=0.9))
    alone = sound.embed(path)
    assert (alone.url, alone.how) == ("", "none")
    assert "too much for a page" in alone.note
    linked = sound.embed(path, sound.link(path, tmp_path / "out" / "call.html"))
    assert (linked.url, linked.how) == ("../call.wav", "linked")
    assert "too much for a page" in linked.note


def test_what_is_no_recording_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("no sound")
    with pytest.raises(AudioError):
        sound.embed(tmp_path / "text.wav")


NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=("Cs",)), min_size=1, max_size=20)


@given(st.lists(NAMES.filter(lambda name: name not in (".", "..")), min_size=1, max_size=3))
def test_a_link_leads_to_its_file_whatever_its_name(parts: list[str]) -> None:
    folder = Path("/calls of 2026")
    found = sound.link(folder.joinpath(*parts), folder / "out" / "page.html")
    assert found.url.isascii()
    assert not set("\"'<>#?: ") & set(found.url)
    whole = urlsplit(urljoin("file:///calls%20of%202026/out/page.html", found.url))
    assert whole.scheme == "file"
    assert unquote_to_bytes(whole.path).decode() == f"/calls of 2026/{'/'.join(parts)}"


def test_a_link_says_what_a_browser_may_not_play_and_what_is_not_here() -> None:
    assert "many browsers play no .amr" in sound.link("/calls/a.AMR", "/calls/a.html").note
    assert "many browsers" not in sound.link("/calls/a.WAV", "/calls/a.html").note
    away = sound.link("s3://bucket/a.wav", "/calls/a.html")
    assert (away.url, away.how) == ("", "none")
    assert "a.wav" in away.note


def test_a_page_may_play_what_it_has_and_no_more() -> None:
    assert sound.policy(None) == sound.policy(sound.nothing()) == {}
    assert sound.policy(sound.Sound("data:x", "", "embedded", "")) == {"media-src": ("data:",)}
    assert sound.policy(sound.Sound("a.wav", "", "linked", "")) == {"media-src": ("'self'", "file:")}
