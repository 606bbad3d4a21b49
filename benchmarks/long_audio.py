"""Time and memory that a long stereo recording takes to decode and judge.

``python benchmarks/long_audio.py [HOURS]`` makes each file in a temporary folder and reads it in a process of
its own, whose highest resident memory is printed; with ``--call FILE`` a call is repeated and analysed as a
whole. The goal is to stay within 1 GiB for two hours.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path

import av
import numpy as np

from voicecoach import audio


def minute(path: Path, codec: str, rate: int) -> bytes:
    """A minute of two voices of noise taking turns, as an encoded file."""
    generator = np.random.default_rng(1)
    turn = (np.arange(60 * rate) // (4 * rate) % 2).astype(np.float32)
    sound = 0.1 * generator.standard_normal((2, 60 * rate)).astype(np.float32) * np.stack([turn, 1 - turn])
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout="stereo")
        kind = stream.codec_context.codec.audio_formats[0].name
        resampler = av.AudioResampler(
            kind, "stereo", rate, frame_size=stream.codec_context.frame_size or 1024
        )
        frame = av.AudioFrame.from_ndarray(sound, format="fltp", layout="stereo")
        frame.sample_rate = rate
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return path.read_bytes()


def repeated(call: Path, hours: float, path: Path) -> None:
    """Write a call again and again as 16-bit WAV, until it is ``hours`` long or a round less."""
    samples = audio.load(call).samples
    with wave.open(str(path), "wb") as file:
        file.setparams((len(samples), 2, audio.RATE, 0, "NONE", ""))
        for _ in range(int(hours * 3600 * audio.RATE / samples.shape[1])):
            file.writeframes(np.ascontiguousarray(samples.T).tobytes())


def read(path: str, whole: bool) -> None:
    """Decode a recording, or analyse it, and print what it took."""
    start = time.perf_counter()
    if whole:
        from voicecoach.pipeline import analyse

        analysis = analyse(path)
        duration, kind = analysis.source.duration, analysis.source.layout.kind
    else:
        recording = audio.load(path)
        duration, kind = recording.duration, recording.layout.kind
    took = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{duration / 3600:.2f} h  {kind:8}  {took:6.1f} s  {peak:6.0f} MiB")


def main() -> None:
    """Print one line a file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("hours", nargs="?", type=float, default=2.0)
    parser.add_argument("--call", type=Path, help="repeat this call and analyse it as a whole")
    parser.add_argument("--read", help=argparse.SUPPRESS)
    parser.add_argument("--whole", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.read:
        read(given.read, given.whole)
        return
    myself = [sys.executable, __file__, "--read"]
    with tempfile.TemporaryDirectory() as folder:
        if given.call:
            path = Path(folder, "call.wav")
            repeated(given.call, given.hours, path)
            print("analyse   ", end="  ", flush=True)
            subprocess.run([*myself, str(path), "--whole"], check=True)
            return
        for name, codec, rate in (("mulaw.au", "pcm_mulaw", 8000), ("mp3.mp3", "libmp3lame", 44100)):
            path = Path(folder, name)
            one = minute(path, codec, rate)
            head = (
                24 if name.endswith(".au") else 0
            )  # raw samples follow it; MP3 frames can be strung together
            with path.open("wb") as file:
                file.write(one[:8] + b"\xff" * 4 + one[12:head] if head else b"")
                for _ in range(round(given.hours * 60)):
                    file.write(one[head:])
            print(f"{name:10}", end="  ", flush=True)
            subprocess.run([*myself, str(path)], check=True)


if __name__ == "__main__":
    main()
