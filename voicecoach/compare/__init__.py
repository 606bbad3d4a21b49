"""Two takes of the same scenario or the same words, side by side: pace, pauses, emphasis, markers, measures.

Where the wording is the same, phrases are compared exactly: pace by the time the same words take (grade B),
pauses by the word they stand before (grade B: how long is the sound's, where is the recogniser's), and which
word carries the highest pitch and the highest level (grade C). Where it is not, what stands in its place is
compared as a whole. Times are seconds in each recording. Pitch is in semitones against the speaker's own
middle in that take and level in dB against the middle of the voice, never Hz or dBFS, so that a lower voice
or another microphone is no change. Every change is from ``a`` to ``b``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from voicecoach import audio, pipeline
from voicecoach.compare import changes, phrases, verdict
from voicecoach.compare.side import side
from voicecoach.compare.types import Comparison, limit, reason
from voicecoach.compare.words import align, shared, tokens
from voicecoach.errors import AudioError, UsageError
from voicecoach.measures.sound import facts, sound
from voicecoach.types import AGENT, Analysis, Contours

__all__ = ["Comparison", "compare"]


def compare(
    a: Analysis,
    b: Analysis,
    *,
    names: tuple[str, str] | None = None,
    model: bool = False,
    same_speaker: bool = True,
    spreads: Mapping[str, float] | None = None,
) -> Comparison:
    """Lay two takes side by side.

    Parameters
    ----------
    a, b : the earlier and the later take; ``a`` may be a model. Contours are taken from the recordings again
        where an analysis has none.
    names : what to call them; their paths when None.
    model : whether ``a`` is a model take.
    same_speaker : whether one person spoke both; of two, pitch and voice as wholes are not compared.
    spreads : standard deviation of measures over other takes of the speaker, by id; a tolerance is never
        narrower than twice that.

    Raises
    ------
    UsageError : the takes are in different languages, or one has no words of an agent.
    """
    called = names or (a.source.path, b.source.path)
    if a.language != b.language:
        raise UsageError(
            f"{called[0]} is in {a.language!r} and {called[1]} in {b.language!r}; "
            "compare takes of one language"
        )
    known = sound(facts(a.language))
    said = [tokens(take.turns, spaces=known is None or known.spaces) for take in (a, b)]
    for name, words in zip(called, said, strict=True):
        if not any(token.speaker == AGENT for token in words):
            raise UsageError(
                f"{name}: no words that are surely the agent's; name the agent's channel, such as "
                "--channels agent=left"
            )
    lines = _telephones(a, b)
    same_line = lines[0] == lines[1]
    notes, contours = _contours(a, b, called, same_line)
    first, second = (
        side(name, take, words, known, found)
        for name, take, words, found in zip(called, (a, b), said, contours, strict=True)
    )
    runs = align(*said)
    same = [run for run in runs if run.same]
    found = tuple(phrases.phrases(runs, first, second))
    alike = [phrase for phrase in found if phrase.same]
    seconds = sum(phrase.a.seconds for phrase in alike), sum(phrase.b.seconds for phrase in alike)
    ours = [sum(token.speaker == AGENT for token in words) for words in said]
    if shared(runs) < limit("least_shared") * min(ours):
        notes.append(reason("few_shared", percent=100 * shared(runs) / min(ours)))
    if not same_speaker:
        notes.append(reason("speakers"))
    if a.scores.scorecard != b.scores.scorecard:
        notes.append(reason("scorecards"))
    comparison = Comparison(
        a=called[0],
        b=called[1],
        model=model,
        language=a.language,
        unit=known.unit if known else "",
        words_a=ours[0],
        words_b=ours[1],
        words_same=shared(runs),
        seconds_a=seconds[0],
        seconds_b=seconds[1],
        change=seconds[0] / seconds[1] - 1 if min(seconds) > 0 else None,
        phrases=found,
        pauses=tuple(phrases.pauses(runs, first, second)),
        wording=tuple(phrases.wording(runs, first, second)),
        markers=changes.markers(a, b, same),
        measures=tuple(
            changes.measures(a, b, same_speaker=same_speaker, same_line=same_line, spreads=spreads or {})
        ),
        criteria=tuple(changes.criteria(a, b)),
        curves={
            name: curve
            for name, take in zip(called, (a, b), strict=True)
            if (curve := take.curves.get("pace", {}).get(AGENT)) is not None
        },
        notes=tuple(notes),
    )
    return replace(
        comparison,
        better=verdict.better(comparison, b.coaching),
        next_step=verdict.next_step(comparison, b.coaching),
    )


# --- sound --------------------------------------------------------------------------------------------------


def _telephones(a: Analysis, b: Analysis) -> tuple[bool, bool]:
    found = []
    for take in (a, b):
        channel = next((s.channel for s in take.source.speakers if s.name == AGENT), None)
        found.append(channel is not None and take.quality[channel].telephone_band)
    return found[0], found[1]


def _contours(
    a: Analysis, b: Analysis, called: tuple[str, str], same_line: bool
) -> tuple[list[str], tuple[Contours | None, Contours | None]]:
    """The agent's contours in both takes, or notes on why there are none."""
    if not same_line:
        return [reason("line", a=called[0], b=called[1])], (None, None)
    notes, found = [], []
    for name, take in zip(called, (a, b), strict=True):
        contours, why = _heard(take)
        if contours is not None and not contours.voice.any():
            contours, why = None, "no_voice"
        if why:
            notes.append(reason(why, take=name))
        found.append(contours)
    return notes, (found[0], found[1]) if not notes else (None, None)


def _heard(take: Analysis) -> tuple[Contours | None, str]:
    """The agent's contours, from the recording again where the analysis has none; else why there are none."""
    if AGENT in take.contours:
        return take.contours[AGENT], ""
    try:
        recording = audio.load(take.source.path)
    except (AudioError, OSError):
        return None, "no_sound"
    if recording.sha256 != take.source.sha256:
        return None, "other_sound"
    used = [s.channel for s in take.source.speakers if s.channel is not None]
    listened = pipeline.listen(recording, used)
    own = next(s.channel for s in take.source.speakers if s.name == AGENT)
    return listened.own[used.index(own)] if own is not None else None, "" if own is not None else "no_voice"
