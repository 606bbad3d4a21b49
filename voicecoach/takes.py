"""What only shows when several recordings of one person are laid side by side. Times are seconds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voicecoach import rules
from voicecoach.history.types import Utterance
from voicecoach.measures import sound
from voicecoach.measures.definitions import definitions, threshold
from voicecoach.measures.scene import Scene, Spell, Stretch, scene
from voicecoach.rules.text import MARKS, Spelling, read
from voicecoach.spacing import joined, length
from voicecoach.types import AGENT, Analysis, Call, Contours, Word


@dataclass(frozen=True, slots=True)
class StockPhrase:
    """The same words in most of several recordings: in which of them (by index), and when first."""

    rule: str
    quote: str
    advice: str
    source: str
    recordings: int  # how many were looked at
    places: tuple[tuple[int, float | None], ...]


def stock_phrases(analyses: Sequence[Analysis]) -> tuple[StockPhrase, ...]:
    """What the agent says in the same words in most of the recordings, those most often said first.

    Recordings are compared with those of the same language, by the rules of its pack.
    """
    found: list[StockPhrase] = []
    for language in dict.fromkeys(analysis.language for analysis in analyses):
        if language not in rules.languages():
            continue
        pack = rules.load_pack(language)
        own = [index for index, analysis in enumerate(analyses) if analysis.language == language]
        for matches in rules.across(pack, [rules.spoken_in(analyses[index].turns, "") for index in own]):
            first = matches[0][1]
            rule = pack.rule(first.rule)
            places = tuple((own[index], match.start) for index, match in matches)
            found.append(StockPhrase(rule.id, first.quote, rule.advice, rule.source, len(own), places))
    return tuple(sorted(found, key=lambda phrase: -len(phrase.places)))


def utterances(analysis: Analysis) -> tuple[Utterance, ...]:
    """Return what the agent says, sentence by sentence, for comparison with the same words in other takes.

    A sentence ends at its mark or where the floor is lost. Left out are sentences of few words, short ones,
    and those with a word that the sound does not back. ``analysis`` needs its contours; without those of the
    agent there is nothing to measure and nothing is returned.
    """
    contours = analysis.contours.get(AGENT)
    if contours is None:
        return ()
    speakers = analysis.source.speakers
    call = Call(
        analysis.language,
        analysis.source.duration,
        speakers,
        analysis.turns,
        analysis.contours,
        separate=all(speaker.name in analysis.contours for speaker in speakers),
        facts=sound.facts(analysis.language),
    )
    seen = scene(call)
    pack = rules.load_pack(analysis.language) if analysis.language in rules.languages() else None
    spelling = pack.words.spelling if pack else Spelling()
    fillers = [(e.start, e.end) for e in analysis.events if e.kind == "filler" and e.speaker == AGENT]
    semitones = 12 * np.log2(np.where(contours.voice, contours.f0, np.nan).astype(np.float64))
    heard = semitones[~np.isnan(semitones)]
    middle = float(np.median(heard)) if len(heard) else 0.0
    found = []
    for spell in seen.spells.get(AGENT, ()):
        for said in _sentences(spell, spelling):
            found += _utterance(seen, contours, said, spelling, fillers, semitones - middle)
    return tuple(found)


Said = list[tuple[Stretch, list[Word]]]  # the words of a sentence by the stretch they are said in


def _sentences(spell: Spell, spelling: Spelling) -> Iterator[Said]:
    said: Said = []
    for stretch in spell.stretches:
        said.append((stretch, []))
        for word in sorted((*stretch.words, *stretch.doubted), key=lambda word: word.start):
            said[-1][1].append(word)
            mark = word.text.rstrip().rstrip("\"'”’»」』)")[-1:]
            short = mark == "." and word.bare in spelling.abbreviations  # "Dr." ends no sentence
            if mark in tuple(definitions().sentence_marks) and not short:
                yield [part for part in said if part[1]]
                said = [(stretch, [])]
    yield [part for part in said if part[1]]


def _utterance(
    seen: Scene,
    contours: Contours,
    said: Said,
    spelling: Spelling,
    fillers: Sequence[tuple[float, float]],
    semitones: NDArray[np.float64],
) -> list[Utterance]:
    """Measure a sentence; an empty list where there is too little of it."""
    words = [word for _, part in said for word in part]
    if not words or any(word.backed is False for word in words):
        return []
    known = seen.sound
    text = joined(word.text.strip() for word in words)
    bare = [word for word in read(text, spelling).stream if word not in MARKS]
    if length(" ".join(bare)) < threshold("utterance_words"):
        return []
    spoken = np.zeros(len(contours.voice), bool)
    hop = contours.hop
    for stretch, part in said:
        every = sorted((*stretch.words, *stretch.doubted), key=lambda word: word.start)
        start = stretch.start if part[0] is every[0] else part[0].start  # at a pause the sound knows better
        end = stretch.end if part[-1] is every[-1] else part[-1].end
        spoken[round(start / hop) : round(end / hop)] = True
    for start, end in fillers:
        spoken[round(start / hop) : round(end / hop)] = False
    seconds = float(spoken.sum()) * hop
    if seconds < threshold("utterance_least"):
        return []
    rate = known.count(" ".join(bare) if known.spaces else "".join(bare)) / seconds if known else None
    heard = semitones[spoken & ~np.isnan(semitones)]
    enough = len(heard) * hop >= threshold("utterance_voiced")
    low, middle, high = np.percentile(heard, (10, 50, 90)) if enough else (None, None, None)
    at = np.flatnonzero(spoken) * hop
    return [
        Utterance(
            key=" ".join(bare),
            text=text,
            start=float(at[0]),
            end=float(at[-1]) + hop,
            rate=rate,
            spread=None if low is None else float(high - low),
            median_st=None if middle is None else float(middle),
        )
    ]
