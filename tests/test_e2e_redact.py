"""A call through ``analyse --redact``: nothing of a number in what is written, and a tone in the sound."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import SAMPLES
from tests.test_transcripts_analysis import clock, truth
from voicecoach import audio, cli

NUMBER = "4242 4442 5369 0178"


@pytest.mark.parametrize("how", ["embed", "link"])
def test_analyse(tmp_path: Path, how: str) -> None:
    cues, told = [], False
    for turn in truth():
        for one in turn["utterances"]:
            text = one["text"]
            if turn["speaker"] == "customer" and not told:
                text, told = f"My card number is {NUMBER}.", True
            cues.append(
                f"{clock(one['start'])} --> {clock(one['end'])}\n<v {turn['speaker'].title()}>{text}\n"
            )
    (tmp_path / "call.vtt").write_text("WEBVTT\n\n" + "\n".join(cues), encoding="utf-8")
    call, out = SAMPLES / "good_call.flac", tmp_path / "out"
    arguments = [
        "analyse",
        str(call),
        "--transcript",
        str(tmp_path / "call.vtt"),
        "--redact",
        "--language",
        "en",
    ]
    with pytest.raises(SystemExit) as done:
        cli.main([*arguments, "-f", "html,json,vtt,text", "-o", str(out), "--sound", how])
    assert not done.value.code
    for path in out.iterdir():
        for part in ("4242", "5369", "0178"):
            if path.suffix != ".flac":
                assert part not in re.sub(r"base64,[^\"]*", "", path.read_text("utf-8")), path
    made = json.loads((out / "good_call.json").read_text("utf-8"))
    assert made["provenance"]["redacted"]["card"] == 1
    times = made["provenance"]["bleeped"]
    assert times
    page = (out / "good_call.html").read_text("utf-8")
    found = re.search(r"data:audio/[^;]*;(?:codecs=[^;]*;)?base64,([A-Za-z0-9+/=]+)", page)
    assert (found is not None) == (how == "embed")
    path = out / "good_call.redacted.flac"
    assert path.exists() == (how == "link")
    assert how == "embed" or "good_call.redacted.flac" in page
    if found is not None:
        path = tmp_path / "page.sound"
        path.write_bytes(base64.b64decode(found.group(1)))
    was, now = audio.samples(call).astype(float), audio.samples(path).astype(float)
    outside = np.ones(was.shape[1], bool)
    for start, end in times:
        first, last = round((start + 0.05) * audio.RATE), round((end - 0.05) * audio.RATE)
        outside[round((start - 0.01) * audio.RATE) : round((end + 0.01) * audio.RATE)] = False
        at = round(1000 * (last - first) / audio.RATE)
        for old, new in zip(was[:, first:last], now[:, first:last], strict=True):
            spectrum = np.abs(np.fft.rfft(new)) ** 2
            assert spectrum[at - 50 : at + 50].sum() > 0.99 * spectrum.sum()
            assert old.std() == 0 or abs(np.corrcoef(old, new)[0, 1]) < 0.1
    if how == "link":
        assert np.array_equal(was[:, outside], now[:, outside])
