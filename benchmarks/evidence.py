"""Words that are backed by the sound, and words that are not: precision, recall, and what nobody said.

    python benchmarks/evidence.py [--corpora FOLDER] [--prompts FOLDER TEXT] [--music FOLDER]
                                  [--spoken FOLDER] [--part NAME] [--remember FOLDER] [--check]

What is read, each where it is given: FOLDER/speech with NAME.wav and NAME.txt (read speech with exact
text; ``--corpora`` or VOICECOACH_CORPORA); telephone prompts and their text (Debian: asterisk-core-sounds-en
and its -wav); hold music (Debian: asterisk-moh-opsound-wav); ``--spoken``, a folder of short utterances,
VOICE_cNAME.wav for sentences and VOICE_sNAME.wav for words such as "thanks", with index.json from name to
text. The practice calls in samples/ are always used.

A heard word is *real* when it is aligned with the exact text, *invented* when it stands in a stretch in
which nobody speaks. Recall is the share of real words that are backed; what is backed of the invented ones
is false. Parts: ``lines`` (speech made worse), ``inserted`` (sounds without speech between sentences),
``forced`` (the recogniser made to speak: no gate, no thresholds, a prompt that asks for thanks), ``planted``
(words with times and high probability put where nobody speaks, no recogniser at all), ``beside`` (voice found
in each of the sounds, between speech), ``empty`` (files
without speech), ``soft`` (courteous words 10 dB softer at the end of a turn), ``bleed`` (two channels, one
heard on the other), ``cut`` (files that end within a word).

Sources are divided into two halves: one for setting limits, with ``--check`` the other. ``--remember`` keeps
what the recogniser heard, so that a second run is quick.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import os
import pickle
import tempfile
import wave
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from evidence_cases import RATE, Case, bleed, cut, empty, inserted, lines, material, mixed, soft
from numpy.typing import NDArray

from voicecoach import audio, evidence, rules
from voicecoach.acoustics import contours
from voicecoach.measures.sound import sound
from voicecoach.pipeline import Coach, Settings, analyse
from voicecoach.transcribe import DecodeOptions, Recogniser, Transcript, speech_probability
from voicecoach.types import Analysis, Contours, Floats, Segment, Word

# --- recogniser that remembers ------------------------------------------------------------------------------


class Remembering:
    """A recogniser that keeps what it heard in a folder, and the last transcript."""

    def __init__(self, recogniser: Recogniser, folder: Path | None) -> None:
        self.own, self.folder = recogniser, folder
        self.last: Transcript | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.own, name)

    def kept(self, key: bytes, make: Callable[[], Any]) -> Any:
        """What ``make`` gives, from the folder where it was made before."""
        if self.folder is None:
            return make()
        path = self.folder / f"{hashlib.sha256(key).hexdigest()[:24]}.pickle"
        if not path.exists():
            path.write_bytes(pickle.dumps(make()))
        return pickle.loads(path.read_bytes())  # noqa: S301 - written by us

    def load(self) -> None:
        """Nothing: loaded with the first word that is not known."""

    def transcribe(self, channels: Any, probabilities: Any, **told: Any) -> Transcript:
        """As ``Recogniser.transcribe``."""
        told.pop("progress", None)
        key = b"".join(np.asarray(c).tobytes() for c in [*channels, *probabilities]) + repr(told).encode()
        self.last = self.kept(key, lambda: self.own.transcribe(channels, probabilities, **told))
        return self.last

    def forced(self, samples: NDArray[np.int16], language: str, prompt: str | None) -> list[Segment]:
        """What Whisper says with no gate before it and no threshold of its own."""

        def make() -> list[Segment]:
            found, _ = self.own._whisper.transcribe(
                samples.astype(np.float32) / np.float32(32768),
                language=language,
                beam_size=5,
                word_timestamps=True,
                vad_filter=False,
                no_speech_threshold=None,
                log_prob_threshold=None,
                compression_ratio_threshold=None,
                temperature=0.0,
                initial_prompt=prompt,
                condition_on_previous_text=False,
            )
            return [
                Segment(
                    s.text,
                    s.start,
                    s.end,
                    tuple(Word(w.word, w.start, w.end, w.probability) for w in s.words or ()),
                    s.no_speech_prob,
                    s.avg_logprob,
                    s.compression_ratio,
                )
                for s in found
            ]

        return list(self.kept(samples.tobytes() + f"{language}{prompt}forced".encode(), make))


# --- what came of it ----------------------------------------------------------------------------------------


EDGE = 0.5  # s by which a word that was said may stand in a stretch in which nobody speaks


@dataclass
class Row:
    """A word as it came out, and whether it is backed.

    It is real, invented, in babble (said by other voices, or invented) or other, such as misheard.
    """

    case: Case
    word: Word
    kind: str
    backed: bool


def tokens(text: str, language: str) -> list[str]:
    """What is aligned: words, or characters where a language has no spaces."""
    if language in ("ja", "zh"):
        return [c for c in text.casefold() if c.isalnum()]
    return ["".join(c for c in t if c.isalnum()) for t in text.casefold().split() if any(map(str.isalnum, t))]


def rows(case: Case, words: Sequence[Word], channel: int, language: str) -> list[Row]:
    """Each word of a channel with what it is."""
    pieces = [(token, k) for k, w in enumerate(words) for token in tokens(w.text, language)]
    match = difflib.SequenceMatcher(
        None, tokens(case.texts[channel], language), [t for t, _ in pieces], autojunk=False
    )
    hit: set[int] = set()
    for _, start, size in match.get_matching_blocks():
        hit |= {k for _, k in pieces[start : start + size]}
    found = []
    for k, word in enumerate(words):
        middle = (word.start + word.end) / 2
        off = EDGE if k in hit and not case.condition.startswith("bleed") else 0.0
        within = [
            n
            for n, (a, b) in enumerate(case.empty[channel] if case.empty else ())
            if a + off <= middle <= b - off
        ]
        voices = bool(within) and within[0] < len(case.sounds) and case.sounds[within[0]] == "babble"
        nobody = "babble" if voices else "invented"
        kind = nobody if within else "real" if k in hit else "other"
        found.append(Row(case, word, kind, word.backed is True))
    return found


def save(path: Path, case: Case) -> None:
    """Write a case as a WAV file."""
    block = np.stack(case.channels)
    if case.rate == 8000:
        size = block.shape[1] // 2
        block = np.fft.irfft(np.fft.rfft(block)[:, : size // 2 + 1], size) / 2
    samples = np.round(np.clip(block, -1, 1) * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(block))
        file.setsampwidth(2)
        file.setframerate(case.rate)
        file.writeframes(samples.T.tobytes())


def heard(case: Case, coach: Coach, folder: Path) -> tuple[Analysis, list[Row]]:
    """The whole analysis of a case, and its words."""
    path = folder / "case.wav"
    save(path, case)
    if case.condition.startswith("cut"):  # the header still promises twice as much
        content = bytearray(path.read_bytes())
        for at in (4, 40):
            content[at : at + 4] = (int.from_bytes(content[at : at + 4], "little") * 2).to_bytes(4, "little")
        path.write_bytes(bytes(content))
    settings = replace(coach.settings, language=case.language, channels=case.roles)
    roles = audio.parse_channels(case.roles) if case.roles else {}
    found = analyse(path, coach=replace(coach, settings=settings, roles=roles))
    result: list[Row] = []
    for speaker in found.source.speakers:
        if speaker.channel is not None and speaker.channel < len(case.texts):
            said = [w for t in found.turns if t.speaker == speaker.name for w in t.words]
            result += rows(case, said, speaker.channel, found.language)
    return found, result


def shape_of(case: Case, folder: Path) -> tuple[NDArray[np.int16], Floats, Contours]:
    """Samples, speech probability and contours of the first channel, through a file."""
    save(folder / "gate.wav", case)
    samples = audio.load(folder / "gate.wav").samples[0]
    probability = speech_probability(samples)
    return samples, probability, contours(samples, RATE, probability)


def gate(case: Case, segments: Sequence[Segment], shape: Contours) -> list[Row]:
    """What the evidence stage alone says of given segments."""
    language = case.language or "en"
    known = sound(rules.load_pack(language).facts) if language in rules.languages() else None
    return rows(
        case, evidence.back(segments, shape, syllables=known.count if known else None).words, 0, language
    )


def planted(case: Case, segments: Sequence[Segment]) -> Iterator[tuple[str, Segment]]:
    """Thanks put where nobody speaks: after the last word, far from any, before the next."""
    said = sorted((w for s in segments for w in s.words), key=lambda w: w.start)
    for (start, end), what in zip(case.empty[0], case.sounds, strict=True):
        if what == "babble":
            continue
        before = min(start, max((w.end for w in said if w.start < start), default=start))
        after = max(end, min((w.start for w in said if w.end > end), default=end))
        for name, at in (
            ("right after the last word", before),
            ("0.2 s after it", before + 0.2),
            ("far from any", (start + end) / 2),
            ("right before the next word", after - 0.45),
        ):
            words = (Word(" Thank", at, at + 0.25, 0.8), Word(" you.", at + 0.25, at + 0.45, 0.8))
            yield name, Segment(" Thank you.", at, at + 0.45, words, 0.1, -0.3, 0.8)


def on_planted(cases: Iterable[Case], ears: Remembering, folder: Path) -> None:
    """Print how many of the planted words are backed, beside what was really heard."""
    count: dict[str, Counter[str]] = defaultdict(Counter)
    for case in cases:
        samples, probability, shape = shape_of(case, folder)
        near = evidence.near_voice(probability, shape)
        options = DecodeOptions(beam_size=5)
        segments = ears.transcribe([samples], [near], language=case.language, options=options).channels[0]
        for name, segment in planted(case, segments):
            first, second = evidence.back([*segments, segment], shape).words[-2:]
            count[name].update(
                pairs=1, first=first.backed is True, both=(first.backed and second.backed) is True
            )
    print("\n## planted\n\n| where | pairs of words | first backed | both backed |\n|---|---|---|---|")
    for name, c in count.items():
        print(f"| {name} | {c['pairs']} | {c['first']} | {c['both']} |")


def beside(cases: Iterable[Case], folder: Path) -> None:
    """Print the seconds of voice and of pitched voice found in sounds put between speech."""
    seconds: dict[str, NDArray[np.float64]] = defaultdict(lambda: np.zeros(6))
    for case in cases:
        _, _, shape = shape_of(case, folder)
        column = 3 * (case.condition == "telephone")
        for (start, end), what in zip(case.empty[0], case.sounds, strict=True):
            inside = slice(round((start + EDGE) / shape.hop), round((end - EDGE) / shape.hop))
            active = shape.voice[inside]
            pitched = active & ~np.isnan(shape.f0[inside])
            found = np.array([len(active), active.sum(), pitched.sum()]) * shape.hop
            seconds[what][column : column + 3] += found
    print(
        "\n## beside\n\n| sound, s | voice | pitched | telephone, s | voice | pitched |\n" + "|---" * 6 + "|"
    )
    for what, (wide, *a, narrow, b, c) in seconds.items():
        cells = " | ".join(f"{v:.2f}" for v in (*a, narrow, b, c))
        print(f"| {what}, {wide:.2f} | {cells} |")


def table(title: str, every: Mapping[str, list[Row]], notes: Mapping[str, str]) -> None:
    """Print recall, precision and what was invented, by condition."""
    print(f"\n## {title}\n")
    print("| condition | real | backed | invented | backed | in babble | backed | other | backed | |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, found in every.items():
        cells = []
        for kind in ("real", "invented", "babble", "other"):
            some = [r for r in found if r.kind == kind]
            yes = sum(r.backed for r in some)
            share = f"{100 * yes / len(some):.1f} %" if some and kind == "real" else f"{yes}"
            cells.append(f"{len(some)} | {share}")
        print(f"| {name} | {' | '.join(cells)} | {notes.get(name, '')} |", flush=True)


def whole(part: str, cases: Sequence[Case], coach: Coach, folder: Path, verbose: bool) -> None:
    """Run the whole analysis on the cases of a part and print its table."""
    every: dict[str, list[Row]] = defaultdict(list)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for case in cases:
        found, result = heard(case, coach, folder)
        every[case.condition] += result
        count = counts[case.condition]
        count["files"] += 1
        count["warned"] += bool(found.warnings)
        for finding in found.findings:
            at = finding.start
            if at is not None:
                channels = [s.channel for s in found.source.speakers if s.name == finding.speaker]
                here = case.empty[channels[0] or 0] if channels and case.empty else ()
                inside = [k for k, (a, b) in enumerate(here) if a <= at and (finding.end or at) <= b]
                voices = bool(inside) and case.sounds[inside[0] : inside[0] + 1] == ("babble",)
                wrong = bool(inside) and not voices
                count["findings in babble"] += voices
            else:
                wrong = part == "empty"
            count["wrong findings"] += wrong
            if wrong and verbose:
                print("WRONG FINDING", case.condition, case.name, finding.rule, at, finding.quote)
        lost = [m.value for m in found.measures if m.id == "quality.untranscribed_speech" and m.value]
        count["untranscribed, s"] += round(sum(lost))
        if verbose:
            show(case, result)
    notes = {
        name: ", ".join(f"{key} {n}" for key, n in c.items() if n or key == "wrong findings")
        for name, c in counts.items()
    }
    table(part, every, notes)


def show(case: Case, result: Sequence[Row]) -> None:
    """Print what is not as it should be."""
    for row in result:
        if (row.kind == "real") != row.backed and row.kind != "other":
            w = row.word
            print(
                f"{case.condition}|{case.name}|{row.kind}|{w.start:.2f}-{w.end:.2f}|{w.probability:.2f}|{w.text}"
            )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    told = os.environ.get("VOICECOACH_CORPORA")
    parser.add_argument("--corpora", type=Path, default=Path(told) if told else None)
    parser.add_argument("--prompts", type=Path, nargs=2, metavar=("FOLDER", "TEXT"))
    parser.add_argument("--music", type=Path)
    parser.add_argument("--spoken", type=Path)
    parser.add_argument("--part", action="append")
    parser.add_argument("--check", action="store_true", help="the half that no limit was set on")
    parser.add_argument("--remember", type=Path)
    parser.add_argument("--verbose", action="store_true", help="print the words that come out wrong")
    given = parser.parse_args()
    stuff = material(given)
    coach = Coach.ready(Settings())
    ears = Remembering(coach.recogniser, given.remember)
    coach = replace(coach, recogniser=ears)  # type: ignore[arg-type]
    parts = {"lines": lines, "inserted": inserted, "empty": empty, "soft": soft, "bleed": bleed, "cut": cut}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part, make in parts.items():
            if not given.part or part in given.part:
                whole(part, list(make(stuff)), coach, folder, given.verbose)
        if not given.part or "planted" in given.part:
            on_planted(inserted(stuff), ears, folder)
        if not given.part or "beside" in given.part:
            beside(mixed(stuff), folder)
        if not given.part or "forced" in given.part:
            every: dict[str, list[Row]] = defaultdict(list)
            for case in (*inserted(stuff), *empty(stuff)):
                if "telephone" in case.condition or "looped" in case.condition or len(case.channels) > 1:
                    continue
                samples, _, shape = shape_of(case, folder)
                for prompt in (None, "Thank you."):
                    result = gate(case, ears.forced(samples, case.language or "en", prompt), shape)
                    every[f"{case.condition}{', prompted' if prompt else ''}"] += result
                    if given.verbose:
                        show(case, result)
            table("forced", every, {})


if __name__ == "__main__":
    main()
