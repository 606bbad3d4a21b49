"""Time and memory that a long stereo recording takes to decode and judge.

``python benchmarks/long_audio.py [HOURS]`` makes each file in a temporary folder and reads it in a process of
its own, whose highest resident memory is printed. The goal is to stay well within 1 GiB for two hours.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
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


def main() -> None:
    """Print one line a file."""
    if len(sys.argv) == 3 and sys.argv[1] == "--read":
        start = time.perf_counter()
        found = audio.load(sys.argv[2])
        took = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{found.duration / 3600:.2f} h  {found.layout.kind:8}  {took:6.1f} s  {peak:6.0f} MiB")
        return
    hours = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    with tempfile.TemporaryDirectory() as folder:
        for name, codec, rate in (("mulaw.au", "pcm_mulaw", 8000), ("mp3.mp3", "libmp3lame", 44100)):
            path = Path(folder, name)
            one = minute(path, codec, rate)
            head = (
                24 if name.endswith(".au") else 0
            )  # raw samples follow the header; MP3 frames can be strung together
            with path.open("wb") as file:
                file.write(one[:8] + b"\xff" * 4 + one[12:head] if head else b"")
                for _ in range(round(hours * 60)):
                    file.write(one[head:])
            print(f"{name:10}", end="  ", flush=True)
            subprocess.run([sys.executable, __file__, "--read", str(path)], check=True)


if __name__ == "__main__":
    main()
