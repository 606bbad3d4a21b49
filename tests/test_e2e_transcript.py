"""A recording with a transcript of its true words gives what the model's words gave, the misheard aside."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import SAMPLES

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("good_call", "complaint")


def vtt(name: str) -> str:
    with (SAMPLES / f"{name}.yaml").open(encoding="utf-8") as file:
        turns = yaml.safe_load(file)["turns"]
    return "WEBVTT\n\n" + "\n".join(
        f"00:{int(one['start']) // 60:02d}:{one['start'] % 60:06.3f} --> "
        f"00:{int(one['end']) // 60:02d}:{one['end'] % 60:06.3f}\n"
        f"<v {turn['speaker'].title()}>{one['text']}\n"
        for turn in turns
        for one in turn["utterances"]
    )


def found(document: dict[str, Any]) -> set[str]:
    return {one["rule"] for one in document["findings"]}


@pytest.mark.parametrize("name", NAMES)
def test_true_words_give_what_the_models_words_gave(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.vtt"
    path.write_text(vtt(name), encoding="utf-8")
    recording = next(SAMPLES.glob(f"{name}.flac"))
    command = [sys.executable, "-m", "voicecoach", "analyse", str(recording), "--transcript", str(path)]
    done = subprocess.run([*command, "-f", "json"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    given = json.loads(done.stdout)
    heard = json.loads((SAMPLES / f"{name}.expected.json").read_text(encoding="utf-8"))
    assert len(found(heard)) > 5
    assert found(given) == found(heard)
    assert [turn["speaker"] for turn in given["turns"]] == [turn["speaker"] for turn in heard["turns"]]
    numbers = {(m["id"], m["speaker"]): m["value"] for m in given["measures"]}
    of_sound = ("pitch.median", "pitch.spread", "loudness.level", "loudness.range", "quality.snr")
    compared = [m for m in heard["measures"] if m["id"] in of_sound and m["value"] is not None]
    assert len(compared) >= 5
    for measure in compared:
        value = numbers[measure["id"], measure["speaker"]]
        assert value == pytest.approx(measure["value"], rel=0.05), measure["id"]
