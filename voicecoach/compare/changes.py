"""What was found in two takes, side by side: markers, measures, criteria of the scorecard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from voicecoach.compare.types import CriterionChange, MarkerChange, MeasureChange, rules
from voicecoach.compare.words import Run
from voicecoach.measures.definitions import definitions
from voicecoach.types import AGENT, Analysis, Finding

_PERSONAL = ("pitch.median", "loudness.level")  # of a voice and its microphone, not of how something is said


def markers(a: Analysis, b: Analysis, same: Sequence[Run]) -> tuple[MarkerChange, ...]:
    """Return what only one take has; findings of a rule are paired with the nearest one of the other take.

    How near they are is told by the words that are the ``same``.
    """
    here = [token.start for run in same for token in run.a] or [0.0]
    there = [token.start for run in same for token in run.b] or [0.0]

    def place(finding: Finding) -> float:
        return _moved(finding.start or 0.0, here, there)

    changes: list[MarkerChange] = []
    for rule in dict.fromkeys(f.rule for f in (*a.findings, *b.findings)):
        old, new = ([f for f in take.findings if f.rule == rule] for take in (a, b))
        near = sorted(
            (abs(place(o) - (n.start or 0.0)), i, k) for i, o in enumerate(old) for k, n in enumerate(new)
        )
        taken_old: set[int] = set()
        taken_new: set[int] = set()
        for _, i, k in near:
            if i not in taken_old and k not in taken_new:
                taken_old.add(i)
                taken_new.add(k)
        changes += [_marker("lost", f) for i, f in enumerate(old) if i not in taken_old]
        changes += [_marker("gained", f) for k, f in enumerate(new) if k not in taken_new]
    return tuple(changes)


def _moved(time: float, here: Sequence[float], there: Sequence[float]) -> float:
    return float(np.interp(time, here, there)) if len(here) > 1 else time


def _marker(kind: str, finding: Finding) -> MarkerChange:
    return MarkerChange(kind, finding.rule, finding.polarity, finding.quote, finding.start, finding.advice)


def measures(
    a: Analysis, b: Analysis, *, same_speaker: bool, same_line: bool, spreads: Mapping[str, float]
) -> Iterator[MeasureChange]:
    """Yield the measures of the agent that both takes have, but for those that cannot be compared."""
    entries = definitions().entries
    old = {m.id: m for m in a.measures if m.speaker == AGENT and m.value is not None}
    for new in b.measures:
        before = old.get(new.id)
        if before is None or new.speaker != AGENT or new.value is None or new.unit != before.unit:
            continue
        assert before.value is not None
        own, family = entries[new.id].own, new.id.split(".")[0]
        if family == "quality" or (not same_speaker and (family == "voice" or new.id in _PERSONAL)):
            continue
        if own is not None and "line" in own.same and not same_line:
            continue
        low, high = own.band(before.value, spreads.get(new.id)) if own else (None, None)
        if low is None and high is None:
            status = "described"
        else:
            beyond = (low is not None and new.value < low) or (high is not None and new.value > high)
            status = "changed" if beyond else "within"
        yield MeasureChange(
            id=new.id,
            unit=new.unit,
            grade=new.grade,
            a=before.value,
            b=new.value,
            apart=own.apart(new.value, before.value, new.unit) if own else f"{new.value - before.value:+.1f}",
            status=status,
            low=low,
            high=high,
        )


def criteria(a: Analysis, b: Analysis) -> Iterator[CriterionChange]:
    """Yield the criteria whose status is another one, where both takes were judged by the same scorecard."""
    if a.scores.scorecard != b.scores.scorecard:
        return
    old = {c.id: c for c in a.scores.criteria}
    for new in b.scores.criteria:
        before = old.get(new.id)
        ranked = rules().statuses
        if before and before.status != new.status and before.status in ranked and new.status in ranked:
            yield CriterionChange(new.id, new.name, new.kind, before.status, new.status, new.tip)
