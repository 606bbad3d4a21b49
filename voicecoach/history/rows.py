"""What of an analysis stands in rows of its own, so that no trend has to read documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voicecoach.types import Analysis

AGENT = "agent"
CUSTOMER = "customer"

Value = tuple[str, float | None, str, float | None, float | None]  # id, value, unit, low, high


@dataclass(frozen=True, slots=True)
class Summary:
    """An analysis in one row."""

    versions: tuple[str, ...]  # voicecoach, model name and sha256, pack sha256, scorecard, version, sha256
    telephone: bool
    total: float | None
    musts: int
    musts_met: int


def summary(analysis: Analysis) -> Summary:
    """Return what the list of takes shows of an analysis."""
    made = analysis.provenance
    model, pack, card = (made.get(key) or {} for key in ("model", "pack", "scorecard"))
    musts = [c.status for c in analysis.scores.criteria if c.kind == "must"]
    judged = [status for status in musts if status in ("met", "partly", "missed")]
    channels = [s.channel for s in analysis.source.speakers if s.name == AGENT and s.channel is not None]
    return Summary(
        versions=(
            str(made.get("voicecoach", "")),
            str(model.get("name", "")),
            str(model.get("sha256", "")),
            str(pack.get("sha256", "")),
            analysis.scores.scorecard,
            analysis.scores.version,
            str(card.get("sha256", "")),
        ),
        telephone=any(analysis.quality[c].telephone_band for c in channels if c < len(analysis.quality)),
        total=analysis.scores.total,
        musts=len(judged),
        musts_met=judged.count("met"),
    )


def values(analysis: Analysis) -> Iterator[Value]:
    """Yield the agent's values: measures, ``score.total``, ``marker:ID`` and ``criterion:ID``.

    A marker that could not be looked for has the value None; one that was not found has no row.
    """
    measures = [m for m in analysis.measures if m.speaker == AGENT]
    for measure in measures:
        if measure.value is not None:
            yield measure.id, measure.value, measure.unit, measure.low, measure.high
    if analysis.scores.total is not None:
        yield "score.total", analysis.scores.total, "points", None, None
    found = Counter(f.rule for f in analysis.findings if f.speaker != CUSTOMER)
    for rule, count in found.items():
        yield f"marker:{rule}", float(count), "times", None, None
    known = {m.id for m in measures} | set(found)
    for id_ in dict.fromkeys(missing.id for missing in analysis.not_measured if missing.id not in known):
        yield f"marker:{id_}", None, "times", None, None
    for criterion in analysis.scores.criteria:
        if criterion.status in ("met", "partly", "missed"):
            yield f"criterion:{criterion.id}", criterion.points, "points", 0.0, criterion.weight
