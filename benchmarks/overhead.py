"""How much an analysis costs beyond the transcription itself, and how quickly the command starts.

    python benchmarks/overhead.py CALL.wav [--peer PATH/whisper-ctranslate2] [--repeats 3]

Three comparisons, each side by side in one run, the sides taking turns; medians and ratios are printed:

1. start: ``voicecoach --help`` against ``python -c "import click"``
2. stages: ``analyse`` against bare faster-whisper that transcribes the same channels with the same settings
   and threads, in this process, models loaded beforehand
3. command: the whole ``voicecoach analyse`` against the whole ``whisper-ctranslate2`` (installed in an
   environment of its own, given by --peer) with the same weights
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from voicecoach import models, pipeline
from voicecoach.transcribe import BATCH, DecodeOptions

LANGUAGE = "en"  # given to all sides, so that none of them has to find it


def timed(action: Callable[[], object]) -> float:
    """Seconds an action takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def taking_turns(actions: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Median seconds of each action."""
    found: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(repeats):
        for name, action in actions.items():
            found[name].append(timed(action))
    return {name: statistics.median(times) for name, times in found.items()}


def start(repeats: int) -> None:
    """Compare the start of the command with that of its smallest part."""
    voicecoach = [sys.executable, "-m", "voicecoach", "--help"]
    smallest = [sys.executable, "-c", "import click"]
    times = taking_turns(
        {
            "help": lambda: subprocess.run(voicecoach, check=True, stdout=subprocess.DEVNULL),
            "click": lambda: subprocess.run(smallest, check=True),
        },
        max(repeats, 7),
    )
    bound = 2 * times["click"] + 0.1
    print("## start")
    print(f"import click           {times['click']:6.3f} s")
    kept = verdict(times["help"], bound)
    print(f"voicecoach --help      {times['help']:6.3f} s   bound {bound:.3f} s   {kept}")


def verdict(value: float, bound: float) -> str:
    """Whether a bound is kept."""
    return "kept" if value <= bound else "MISSED"


def stages(call: Path, repeats: int) -> int:
    """Compare the analysis with bare transcription; returns the words heard by the analysis."""
    from faster_whisper import BatchedInferencePipeline, WhisperModel, decode_audio

    coach = pipeline.Coach.ready(pipeline.Settings(language=LANGUAGE))
    coach.recogniser.load()
    path, files = models.find("base").load_arguments()
    threads = coach.recogniser.threads
    whisper = WhisperModel(
        path, files=files, device="cpu", compute_type="int8", cpu_threads=1, num_workers=threads
    )
    settings = {
        "language": LANGUAGE,
        "beam_size": DecodeOptions().beam_size,
        "word_timestamps": True,
        "vad_filter": True,
        "vad_parameters": {"min_silence_duration_ms": round(DecodeOptions().min_silence * 1000)},
        "condition_on_previous_text": False,
    }
    words: dict[str, int] = {}

    def bare(name: str, run: Callable[[object], tuple[object, object]]) -> Callable[[], None]:
        def action() -> None:
            channels = decode_audio(str(call), split_stereo=True)
            with ThreadPoolExecutor(threads) as pool:
                heard = list(pool.map(lambda c: [w for s in run(c)[0] for w in s.words], channels))
            words[name] = sum(map(len, heard))

        return action

    last: list[object] = []
    times = taking_turns(
        {
            "bare, one by one": bare("bare, one by one", lambda c: whisper.transcribe(c, **settings)),
            "bare, batched": bare(
                "bare, batched",
                lambda c: BatchedInferencePipeline(whisper).transcribe(c, batch_size=BATCH, **settings),
            ),
            "analyse": lambda: last.append(pipeline.analyse(call, coach=coach)),
        },
        repeats,
    )
    analysis = last[-1]
    words["analyse"] = sum(len(turn.words) for turn in analysis.turns)
    print(f"\n## stages ({call.name}, {analysis.source.duration:.0f} s, {threads} threads, models loaded)")
    for name, seconds in times.items():
        print(
            f"{name:22} {seconds:6.2f} s   {words[name]} words   ratio to it {times['analyse'] / seconds:.2f}"
        )
    for stage, seconds in analysis.timings.items():
        print(f"   {stage:12} {seconds:6.2f} s   {seconds / analysis.timings['total']:6.1%}")
    for name in ("bare, one by one", "bare, batched"):
        ratio = times["analyse"] / times[name]
        bounds = f"bound 1.15 {verdict(ratio, 1.15)}, goal 1.05 {verdict(ratio, 1.05)}"
        print(f"analyse / {name}: {ratio:.2f}   {bounds}")
    return words["analyse"]


def command(call: Path, peer: Path, repeats: int, words: int) -> None:
    """Compare the whole command with that of whisper-ctranslate2."""
    folder, files = models.find("base").load_arguments()
    if files is not None:
        raise SystemExit("the weights are not in one folder, which whisper-ctranslate2 needs")
    with tempfile.TemporaryDirectory() as out:
        ours = [sys.executable, "-m", "voicecoach", "analyse", str(call), "--language", LANGUAGE, "-q"]
        ours += ["-f", "json", "-o", out]
        common = [
            str(peer),
            str(call),
            "--model_directory",
            folder,
            "--language",
            LANGUAGE,
            "--device",
            "cpu",
        ]
        common += [
            "--compute_type",
            "int8",
            "--word_timestamps",
            "True",
            "-f",
            "json",
            "-o",
            out,
            "--verbose",
            "False",
        ]
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        times = taking_turns(
            {
                "voicecoach analyse": lambda: subprocess.run(ours, **quiet),
                "whisper-ctranslate2": lambda: subprocess.run([*common, "--vad_filter", "True"], **quiet),
                "the same, batched": lambda: subprocess.run([*common, "--batched", "True"], **quiet),
            },
            repeats,
        )
        text = (Path(out) / f"{call.stem}.json").read_text(encoding="utf-8")
    print(f"\n## command ({call.name}; the peer mixes both channels into one)")
    for name, seconds in times.items():
        print(f"{name:22} {seconds:6.2f} s   ratio to it {times['voicecoach analyse'] / seconds:.2f}")
    ratio = times["voicecoach analyse"] / times["whisper-ctranslate2"]
    peer_words = text.count('"word"')
    print(f"words: ours {words}, batched peer {peer_words}")
    print(f"command ratio: {ratio:.2f}   bound 1.00 {verdict(ratio, 1.0)}, goal 0.60 {verdict(ratio, 0.6)}")


def main() -> None:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("call", type=Path)
    parser.add_argument("--peer", type=Path, help="the whisper-ctranslate2 command")
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    start(given.repeats)
    words = stages(given.call, given.repeats)
    if given.peer:
        command(given.call, given.peer, given.repeats, words)


if __name__ == "__main__":
    main()
