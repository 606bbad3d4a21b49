"""How quick the rules are, in turns and words a second on one core, and what they cost of an analysis.

    python benchmarks/rules.py DIALOGUES.jsonl... [--language en] [--analyse RECORDING [--model NAME]]

Without files, those of the folder markers/ in the folder that VOICECOACH_CORPORA names, as far as there are
rules for their language. Each file is run "cold", with a pack just loaded whose automaton is to be learnt,
and "warm", with the same pack again. Beside it, in the same run, stands what regular expressions need that
look for 500 of the words in the pack's lists one by one, without context. Times are those of the processor.

--analyse runs a whole analysis of a recording and prints the share of its rules.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from voicecoach.rules import Pack, find, languages, load_pack, loader
from voicecoach.types import Turn

NAIVE = 500  # regular expressions


def main() -> None:
    """Measure each file, then a recording."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--language", default="en")
    parser.add_argument("--analyse", metavar="RECORDING", type=Path)
    parser.add_argument("--model", default="base")
    options = parser.parse_args()
    folder = Path(os.environ.get("VOICECOACH_CORPORA", ".")) / "markers"
    files = options.files or sorted(folder.glob("*.jsonl"))
    if not files and not options.analyse:
        parser.error("no files; name some, or set VOICECOACH_CORPORA")
    seconds, pack = timed(lambda: fresh(options.language))
    print(f"pack {options.language}: {len(pack.rules)} rules, loaded in {seconds:.2f} s")
    for file in files:
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        if lines and lines[0]["language"] in languages():
            measure(file.stem, lines)
    if options.analyse:
        share(options.analyse, options.model)


def measure(name: str, lines: Sequence[dict[str, object]]) -> None:
    """Print the speeds for the dialogues of a file."""
    pack = fresh(str(lines[0]["language"]))
    dialogues = [
        [Turn(turn["speaker"], turn["text"]) for turn in line["turns"]]  # type: ignore[attr-defined]
        for line in lines
    ]
    texts = [turn.text for turns in dialogues for turn in turns]
    words = sum(len(text.split()) for text in texts)
    cold, _ = timed(lambda: [find(pack, turns) for turns in dialogues])
    warm = min(timed(lambda: [find(pack, turns) for turns in dialogues])[0] for _ in range(2))
    patterns = naive(pack)
    slow, _ = timed(lambda: [pattern.search(text) for text in texts for pattern in patterns])
    print(
        f"{name}: {len(texts)} turns of {words / len(texts):.1f} words; "
        f"turns/s cold {len(texts) / cold:,.0f}, warm {len(texts) / warm:,.0f}; "
        f"words/s warm {words / warm:,.0f}; "
        f"{len(patterns)} regular expressions take {slow / warm:.1f} times as long"
    )


def fresh(language: str) -> Pack:
    """The pack, with nothing learnt yet."""
    loader._read.cache_clear()
    return load_pack(language)


def naive(pack: Pack) -> list[re.Pattern[str]]:
    """Regular expressions for words in the lists of the pack."""
    plain: dict[str, None] = {}
    for entries in pack.facts["lists"].values():
        for entry in entries if isinstance(entries, list) else [entries]:
            plain |= dict.fromkeys(re.findall(r"[a-z][a-z' ]+[a-z]", entry))
    return [re.compile(rf"\b{re.escape(words)}\b", re.IGNORECASE) for words in list(plain)[:NAIVE]]


def share(recording: Path, model: str) -> None:
    """Print what the rules cost of a whole analysis."""
    from voicecoach import pipeline

    timings = pipeline.analyse(recording, pipeline.Settings(model=model)).timings
    print(
        f"{recording.name}: rules {timings['rules']:.2f} s of {timings['total']:.2f} s "
        f"({100 * timings['rules'] / timings['total']:.1f} %)"
    )


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """Seconds of the processor, and what the work gave."""
    began = time.process_time()
    result = work()
    return time.process_time() - began, result


if __name__ == "__main__":
    main()
