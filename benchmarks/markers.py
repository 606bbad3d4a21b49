"""How well the rules find what people have labelled: precision, recall and F1 of each marker in each file.

    python benchmarks/markers.py DIALOGUES.jsonl... [--half even|odd] [--errors MARKER] [--rules DIR]

Without files, those of the folder markers/ in the folder that VOICECOACH_CORPORA names. A line is a dialogue:
{"id", "language", "scores": [markers], "turns": [{"speaker", "text", "gold": [markers] or null}]}.

Only the turns of the speaker "agent" with a gold list count, and only the markers that `scores` names. A turn
counts as found when any finding of the rule falls in it. `listening.question`: an open or a closed question.
`--half` takes every other dialogue, so that rules can be written on one half and measured on the other.
`--errors` prints the turns where the rules and the people differ.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import Counter
from pathlib import Path

from voicecoach.rules import Pack, find, languages, load_pack
from voicecoach.types import Turn

UMBRELLA = {
    "listening.question": ("listening.open_question", "listening.closed_question"),
}


def main() -> None:
    """Measure each file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--half", choices=("even", "odd"))
    parser.add_argument("--errors", metavar="MARKER", default="")
    parser.add_argument("--rules", action="append", default=[], type=Path)
    options = parser.parse_args()
    folder = Path(os.environ.get("VOICECOACH_CORPORA", ".")) / "markers"
    files = options.files or sorted(folder.glob("*.jsonl"))
    if not files:
        parser.error("no files; name some, or set VOICECOACH_CORPORA")
    for file in files:
        measure(file, options.half, options.errors, options.rules)


def measure(file: Path, half: str | None, errors: str, extra: list[Path]) -> None:
    """Print the table of one file."""
    right: Counter[str] = Counter()
    found: Counter[str] = Counter()
    gold: Counter[str] = Counter()
    packs: dict[str, Pack] = {}
    turns_seen, seconds = 0, 0.0
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines()):
        if half and number % 2 != (half == "odd"):
            continue
        dialogue = json.loads(line)
        language = dialogue["language"]
        if language not in languages():
            print(f"{file.stem}: no rules for the language {language!r}")
            return
        if language not in packs:
            packs[language] = load_pack(language, extra=extra)
        turns = [Turn(turn["speaker"], turn["text"]) for turn in dialogue["turns"]]
        began = time.perf_counter()
        matches = find(packs[language], turns)
        seconds += time.perf_counter() - began
        turns_seen += len(turns)
        by_turn: dict[int, set[str]] = {}
        for match in matches:
            if match.turn is not None:
                by_turn.setdefault(match.turn, set()).add(match.rule)
        for index, turn in enumerate(dialogue["turns"]):
            if turn["gold"] is None or turn["speaker"] != "agent":
                continue
            says = by_turn.get(index, set())
            for marker in dialogue["scores"]:
                hit = bool(says.intersection(UMBRELLA.get(marker, (marker,))))
                wanted = marker in turn["gold"]
                right[marker] += hit and wanted
                found[marker] += hit
                gold[marker] += wanted
                if marker == errors and hit != wanted:
                    before = dialogue["turns"][index - 1]["text"][-60:] if index else ""
                    kind = "extra " if hit else "missed"
                    print(f"{kind} {turn['text'][:160]!r} after {before!r} {turn['gold']}")
    print(f"{file.stem}: {turns_seen} turns, {turns_seen / seconds:,.0f} turns/s")
    print(f"  {'marker':<28}{'gold':>6}{'found':>7}{'precision':>11}{'recall':>8}{'F1':>7}")
    for marker in sorted(gold):
        precision = right[marker] / found[marker] if found[marker] else 0.0
        recall = right[marker] / gold[marker] if gold[marker] else 0.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        print(f"  {marker:<28}{gold[marker]:>6}{found[marker]:>7}{precision:>11.3f}{recall:>8.3f}{f1:>7.3f}")


if __name__ == "__main__":
    main()
