"""Phrases, pauses and wording of two takes whose words are aligned. Times are seconds in each recording."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from voicecoach.compare.side import Side
from voicecoach.compare.types import PauseChange, Phrase, Wording, limit
from voicecoach.compare.words import Run, Token
from voicecoach.measures.definitions import definitions, threshold


def _ends(token: Token, marks: str) -> bool:
    last = token.word.text.rstrip().rstrip("\"'”’»」』)")
    return token.word.bare.endswith(token.key) and last[-1:] in tuple(marks)


def _parts(run: Run, a: Side, b: Side) -> Iterator[Run]:
    """Cut the same words where a sentence ends or another speaks, and long stretches where a clause ends."""
    known, first = definitions(), 0
    spaces = a.sound is None or a.sound.spaces
    most = limit("most_words" if spaces else "most_characters")
    for at in range(1, len(run.a) + 1):
        if at < len(run.a):
            pair = run.a[at - 1], run.b[at - 1]
            gaps = a.gap(pair[0], run.a[at]), b.gap(pair[1], run.b[at])
            marks = known.sentence_marks if at - first < most else known.clause_marks
            ends = any(_ends(token, marks) for token in pair)
            # a mark without a pause may be that of an abbreviation
            cut = None in gaps or (ends and max(gap or 0.0 for gap in gaps) >= threshold("pause"))
            if not cut:
                continue
        yield Run(True, run.a[first:at], run.b[first:at])
        first = at


def phrases(runs: Sequence[Run], a: Side, b: Side) -> Iterator[Phrase]:
    """Yield the phrases that are long enough to be compared, in order."""
    spaces = a.sound is None or a.sound.spaces
    least = limit("least_words" if spaces else "least_characters")
    for run in runs:
        for part in _parts(run, a, b) if run.same else (run,):
            if min(len(part.a), len(part.b)) >= least and _one_piece(part.a, a) and _one_piece(part.b, b):
                yield _phrase(part, a, b)


def _one_piece(said: Sequence[Token], where: Side) -> bool:
    """Tell whether nobody else speaks between these words."""
    return all(where.gap(*pair) is not None for pair in pairwise(said))


def _phrase(part: Run, a: Side, b: Side) -> Phrase:
    least = limit("least_voiced")
    one, other = a.spoken(part.a, least), b.spoken(part.b, least)
    if part.same:  # how many syllables the same words have does not matter
        change = one.seconds / other.seconds - 1 if min(one.seconds, other.seconds) > 0.1 else None
    else:
        change = None if one.pace is None or other.pace is None else other.pace / one.pace - 1
    inner = sum(
        not where.beside_pause(edge) for where, s in ((a, one), (b, other)) for edge in (s.start, s.end)
    )
    shortest = max(min(one.seconds, other.seconds), 0.1)
    moved: bool | None = None
    if part.same and one.highest_at is not None and other.highest_at is not None:
        there = b.pitch_of(part.b, one.highest_at, least)
        moved = one.highest_at != other.highest_at and (
            there is None or other.pitch is None or other.pitch - there >= limit("emphasis")
        )
    return Phrase(
        same=part.same,
        a=one,
        b=other,
        change=change,
        unsure=max(limit("pace_heard"), limit("edge") * inner**0.5 / shortest),
        moved=moved,
    )


def pauses(runs: Sequence[Run], a: Side, b: Side) -> Iterator[PauseChange]:
    """Yield the pauses that differ, between words that are the same and follow each other in both takes."""
    marks = definitions().clause_marks
    pairs = [(run.same, *pair) for run in runs for pair in _pairs(run)]
    for (same, one, other), (still, one_after, other_after) in pairwise(pairs):
        if not (same and still and one and other and one_after and other_after):
            continue
        before, after = a.gap(one, one_after), b.gap(other, other_after)
        if before is None or after is None:
            continue
        least = threshold("pause")
        before, after = (gap if gap >= least else 0.0 for gap in (before, after))
        if abs(after - before) < max(limit("pause_changed"), limit("pause_share") * before):
            continue
        kind = (
            ("gained" if not before else "longer") if after > before else "lost" if not after else "shorter"
        )
        yield PauseChange(
            kind=kind,
            before=other_after.word.text.strip(),
            a=before,
            b=after,
            a_time=one.end,
            b_time=other.end,
            within=not (_ends(one, marks) or _ends(other, marks)),
        )


def _pairs(run: Run) -> Iterator[tuple[Token | None, Token | None]]:
    if run.same:
        yield from zip(run.a, run.b, strict=True)
    else:
        yield None, None


def wording(runs: Sequence[Run], a: Side, b: Side) -> Iterator[Wording]:
    """Yield the words of the agent that are not the same."""
    for run in runs:
        if not run.same:
            texts = [where.spoken(said, 0).text if said else "" for where, said in ((a, run.a), (b, run.b))]
            yield Wording(
                a=texts[0],
                b=texts[1],
                a_start=run.a[0].start if run.a else None,
                b_start=run.b[0].start if run.b else None,
            )
