"""Words and channels -> turns, with who is the agent.

Times are seconds in the recording. What is said in one go is an utterance; utterances of one speaker with
nothing of another in between are a turn. A short "mhm" inside somebody's sentence is a turn of its own and
does not cut theirs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from voicecoach.acoustics.voice import runs
from voicecoach.datafile import read_file
from voicecoach.i18n import _, clock, fill
from voicecoach.types import AGENT, CUSTOMER, UNKNOWN, Contours, Turn, Word


@dataclass(frozen=True, slots=True)
class Settings:
    """The contents of turns.yaml."""

    gap: float
    longest_gap: float
    voices: Mapping[str, float]
    markers: Mapping[str, float]
    texts: Mapping[str, str]


@cache
def settings() -> Settings:
    """Read turns.yaml of the package, once."""
    file = read_file(Path(__file__).with_name("turns.yaml")).fields(
        ("version", "gap", "longest_gap", "voices", "markers", "texts")
    )
    numbers = {
        key: value.fields(("value", "source"))["value"].number(least=0)
        for key, value in {**file["voices"].mapping(), **{k: file[k] for k in ("gap", "longest_gap")}}.items()
    }
    return Settings(
        gap=numbers.pop("gap"),
        longest_gap=numbers.pop("longest_gap"),
        voices=numbers,
        markers={key: value.number() for key, value in file["markers"].mapping().items()},
        texts={key: value.text() for key, value in file["texts"].mapping().items()},
    )


def build(words: Mapping[str, Sequence[Word]]) -> tuple[Turn, ...]:
    """Turns in order of time from the words of each speaker, in order of time. A turn is in one language."""
    utterances = [piece for speaker, own in words.items() for piece in _utterances(speaker, own)]
    utterances.sort(key=lambda piece: (piece[1][0].start, piece[1][-1].end))
    groups: list[tuple[str, list[Word]]] = []
    heard: dict[str, float] = {}  # until when each speaker was heard so far
    for speaker, said in utterances:
        others = max((end for name, end in heard.items() if name != speaker), default=-math.inf)
        last = groups[-1][1][-1] if groups and groups[-1][0] == speaker else None
        if last and last.language == said[0].language and _goes_on(last.end, said[0].start, others):
            groups[-1][1].extend(said)
        else:
            groups.append((speaker, list(said)))
        heard[speaker] = max(heard.get(speaker, -math.inf), said[-1].end)
    return tuple(_turn(speaker, said) for speaker, said in groups)


def _goes_on(end: float, start: float, others: float) -> bool:
    """Tell whether what starts goes on with the turn of what ended, heard ``others`` until then."""
    return start - end <= settings().longest_gap and min(others, start) - end <= settings().gap


def _utterances(speaker: str, words: Sequence[Word]) -> list[tuple[str, list[Word]]]:
    found: list[tuple[str, list[Word]]] = []
    for word in words:
        last = found[-1][1][-1] if found else None
        if last and last.language == word.language and word.start - last.end <= settings().gap:
            found[-1][1].append(word)
        else:
            found.append((speaker, [word]))
    return found


def _turn(speaker: str, words: Sequence[Word]) -> Turn:
    text = "".join(word.text for word in words).strip()
    bare = tuple(replace(word, text=word.text.strip()) for word in words)
    return Turn(speaker, text, words[0].start, max(word.end for word in words), bare, words[0].language)


# --- who is who ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """What makes a channel look like the agent's: (marker id, quote, time) of what is said."""

    channel_name: str
    said: tuple[tuple[str, str, float | None], ...]
    first_word: float | None


def find_roles(candidates: Sequence[Candidate]) -> tuple[tuple[str, str], ...]:
    """Role and reason for each channel, from what is said there; else from who speaks first.

    What is said is the more telling the fewer callers would say it; the weights stand in turns.yaml.
    """
    texts = settings().texts
    weights = [_weight(candidate) for candidate in candidates]
    order = sorted(range(len(candidates)), key=lambda k: -weights[k])
    if len(candidates) > 1 and weights[order[0]] > weights[order[1]]:
        agent = order[0]
        because = _most_telling(candidates, agent)
    else:
        speaking = [k for k in range(len(candidates)) if candidates[k].first_word is not None]
        agent = min(speaking, key=lambda k: candidates[k].first_word or 0.0, default=0)
        because = _(texts["first" if speaking else "silent"])
    names = iter((CUSTOMER, *(f"speaker{n}" for n in range(3, len(candidates) + 1))))
    other = fill(texts["other"], channel=_(candidates[agent].channel_name))
    return tuple((AGENT, because) if k == agent else (next(names), other) for k in range(len(candidates)))


def untimed(candidate: Candidate) -> Candidate:
    """A candidate whose words have no times."""
    return replace(candidate, said=tuple((marker, quote, None) for marker, quote, _at in candidate.said))


def _most_telling(candidates: Sequence[Candidate], agent: int) -> str:
    """What speaks most for the agent: something the agent says, or something a caller says."""
    cues = [
        (weight if k == agent else -weight, k, quote, at)
        for k, candidate in enumerate(candidates)
        for marker, quote, at in candidate.said
        if (weight := settings().markers.get(marker, 0.0))
    ]
    who, quote, at = max(cues, key=lambda cue: cue[0])[1:]
    text = settings().texts[("said" if who == agent else "calls") + ("_untimed" if at is None else "")]
    channel = _(candidates[who].channel_name)
    return fill(text, quote=quote, at="" if at is None else clock(at), channel=channel)


def _weight(candidate: Candidate) -> float:
    heard = {marker for marker, _, _ in candidate.said}
    return sum(settings().markers.get(marker, 0.0) for marker in heard)


def one_channel_role(contours: Contours) -> tuple[str, str]:
    """Role and reason where there is one channel: the agent alone, or unknown where two voices are heard."""
    texts = settings().texts
    apart = _two_voices(contours)
    if apart is not None:
        return UNKNOWN, fill(texts["two_voices"], semitones=apart)
    return AGENT, _(texts["one_voice"])


def _two_voices(contours: Contours) -> float | None:
    """Semitones between two groups of stretches of speech, where they are too far apart for one speaker, else
    None.

    The median F0 of each stretch is put into two groups with the least spread within them. One speaker's
    groups lie close together or run into each other. Two voices of like pitch are not told apart.
    """
    limits = settings().voices
    voice = contours.voice.copy()
    for first, end in runs(~voice):
        voice[first:end] = (end - first) * contours.hop < limits["pause"]
    medians, weights = [], []
    for first, end in runs(voice):
        f0 = contours.f0[first:end]
        f0 = f0[~np.isnan(f0)]
        if len(f0) * contours.hop >= limits["voiced"]:
            medians.append(12 * np.log2(float(np.median(f0)) / 100.0))
            weights.append(len(f0))
    if len(medians) < limits["stretches"]:
        return None
    order = np.argsort(medians)
    value, weight = np.array(medians)[order], np.array(weights, float)[order]
    best: tuple[float, float, float] | None = None
    for k in range(1, len(value)):
        low, high = np.average(value[:k], weights=weight[:k]), np.average(value[k:], weights=weight[k:])
        around = np.concatenate((value[:k] - low, value[k:] - high))
        within = float(np.sqrt(np.average(around**2, weights=weight)))
        smaller = min(weight[:k].sum(), weight[k:].sum()) / weight.sum()
        if best is None or within < best[0]:
            best = (within, float(high - low), float(smaller))
    assert best is not None
    within, apart, smaller = best
    clear = (
        apart >= limits["apart"] and apart >= limits["times_within"] * within and smaller >= limits["smaller"]
    )
    return apart if clear else None
