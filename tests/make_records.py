"""Records of a batch made by hand, by the thousand: for tables, triage and the trainer's page."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import make_analysis

from voicecoach.batch.types import Record, Who
from voicecoach.types import Analysis

NAMES = ("Amal", "Bogdan", "Chiara", "Dana", "Emre", "Femi", "Grete", "Hiro", "Ines", "Jan", "Kofi", "Lena")
SCENARIOS = ("billing", "delivery", "outage", "")
REASONS = (
    "broken.mp3: not a sound file, or damaged at its start; export it again, for example as WAV",
    "empty.wav: is empty (0 bytes); record or export it again",
    "short.wav: is 0.21 s long; at least 0.5 s of sound is needed",
)
HOSTILE = (
    '<script>document.title="hit"</script>',
    '"><img src=x onerror=document.title="hit">',
    "</script><script>document.title='hit'</script>",
    "=cmd|' /C calc'!A0",
    "Zoë\u202egpj.exe\u2028\x07{{ 7 * 7 }}",
)


def slim(analysis: Analysis, **changes: object) -> Analysis:
    """An analysis as a record keeps it: without turns, events, curves and contours."""
    nothing: dict[str, object] = {"turns": (), "events": (), "curves": {}, "contours": {}}
    return replace(analysis, **{**nothing, **changes})  # type: ignore[arg-type]


def record(
    name: str = "call",
    agent: str = "",
    analysis: Analysis | None = None,
    *,
    day: str = "",
    scenario: str = "",
    reason: str = "",
    same_as: str = "",
    relative: str = "",
    seconds: float | None = None,
) -> Record:
    """A record of a good call, or of one that could not be analysed where there is a reason."""
    key = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    kept = None if reason else slim(analysis or make_analysis.good())
    if kept and seconds is not None:
        kept = replace(kept, source=replace(kept.source, duration=seconds))
    return Record(
        relative=relative or f"{name}.wav",
        name=f"{name}-{key[:8]}",
        key=key,
        who=Who(agent, day, scenario, "made by hand" if agent else ""),
        analysis=kept,
        reason=reason,
        same_as=same_as,
        facts={"size": 1_000_000, "path": relative or f"{name}.wav", "seconds": 12.5},
    )


def records(
    count: int, *, people: int | Sequence[str] = 7, seed: int = 1, failed: int = 0, named: bool = True
) -> list[Record]:
    """Calls good, poor and of the agent alone, of so many people, and some that could not be analysed."""
    lot = random.Random(seed)  # noqa: S311 - a lot, not a secret
    names = NAMES[:people] if isinstance(people, int) else tuple(people)
    if isinstance(people, int) and people > len(NAMES):
        names += tuple(f"Person {number:03}" for number in range(len(NAMES), people))
    kinds = [slim(make_analysis.good()), slim(make_analysis.poor()), slim(make_analysis.alone())]
    made = []
    for index in range(count):
        kind = lot.choices(kinds, (5, 3, 1))[0]
        kept = tuple(finding for finding in kind.findings if lot.random() < 0.8)
        by = lot.random()
        moved = tuple(
            replace(finding, start=finding.start + by, end=finding.end + by)
            if finding.start is not None and finding.end is not None
            else finding
            for finding in kept
        )
        day = date(2026, 3, 1) + timedelta(days=lot.randrange(60))
        made.append(
            record(
                f"call_{index:04}",
                lot.choice(names) if named else "",
                replace(kind, findings=moved),
                day=day.isoformat() if named else "",
                scenario=lot.choice(SCENARIOS) if named else "",
                relative=f"{day:%Y-%m}/call_{index:04}.wav",
                seconds=30 + 600 * lot.random() ** 2,
            )
        )
    for index in range(failed):
        made.append(record(f"bad_{index:03}", reason=REASONS[index % len(REASONS)]))
    return made
