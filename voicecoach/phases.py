"""The phases of a call: opening, finding out, solving, deciding, closing.

Every turn has points for each phase: from the markers found in it and from the words that a language has for
a phase. The phases are the way through the turns that gathers most points, where every step from one phase to
another costs some (Viterbi 1967, IEEE Transactions on Information Theory 13): so they come in order, and a
call goes back to finding out only where much speaks for it. A turn for which nothing speaks stays in the
phase before. Points and costs are in phases.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from voicecoach.datafile import read_file
from voicecoach.i18n import _, fill
from voicecoach.spacing import length
from voicecoach.types import AGENT, PHASES, UNKNOWN, Match, Phase, Turn

_CLOSING = PHASES.index("closing")


@dataclass(frozen=True, slots=True)
class Settings:
    """The contents of phases.yaml; points and costs as it explains them."""

    markers: Mapping[str, Mapping[str, float]]  # points by phase and marker
    words: float
    telling_words: int
    telling: float
    forward: float
    back: float
    reopen: float
    begin: float
    least_turns: int
    texts: Mapping[str, str]


@cache
def settings() -> Settings:
    """Read phases.yaml of the package, once."""
    file = read_file(Path(__file__).with_name("phases.yaml")).fields(
        ("version", "source", "grade", "markers", "words", "telling", "costs", "least_turns", "texts")
    )
    telling = file["telling"].fields(("words", "points"))
    costs = file["costs"].fields(("forward", "back", "reopen", "begin"))
    return Settings(
        markers={
            phase: {marker: points.number(least=0) for marker, points in found.mapping().items()}
            for phase, found in file["markers"].fields(PHASES).items()
        },
        words=file["words"].number(least=0),
        telling_words=telling["words"].whole(least=1),
        telling=telling["points"].number(least=0),
        forward=costs["forward"].number(least=0),
        back=costs["back"].number(least=0),
        reopen=costs["reopen"].number(least=0),
        begin=costs["begin"].number(least=0),
        least_turns=file["least_turns"].whole(least=1),
        texts={key: value.text() for key, value in file["texts"].mapping().items()},
    )


def why_not(turns: Sequence[Turn]) -> str:
    """Why a call has no phases; empty where it has some."""
    texts = settings().texts
    speakers = {turn.speaker for turn in turns}
    if UNKNOWN in speakers:
        return _(texts["mixed"])
    if AGENT not in speakers or len(speakers) == 1:
        return _(texts["one_sided"])
    if len(turns) < settings().least_turns:
        return fill(texts["few"], turns=settings().least_turns)
    return _(texts["no_times"]) if any(turn.start is None or turn.end is None for turn in turns) else ""


def phases(turns: Sequence[Turn], matches: Sequence[Match], cues: Sequence[Match]) -> tuple[Phase, ...]:
    """The phases of a call in order of time; none where ``why_not`` has a reason.

    ``matches`` are what the rules found in the agent's turns; the ``rule`` of each of ``cues`` is a phase
    that the words of a turn speak for.
    """
    if why_not(turns):
        return ()
    way = of_turns(turns, matches, cues)
    reasons = _reasons(matches, cues, way)
    found: list[Phase] = []
    for index, (turn, name) in enumerate(zip(turns, way, strict=True)):
        assert turn.start is not None
        assert turn.end is not None
        reason = reasons.get(index, "")
        if found and found[-1].name == name:
            last = found.pop()
            found.append(
                replace(last, end=max(last.end, turn.end), last_turn=index, reason=last.reason or reason)
            )
        else:
            found.append(Phase(name, turn.start, turn.end, index, index, reason))
    return tuple(found)


def of_turns(turns: Sequence[Turn], matches: Sequence[Match], cues: Sequence[Match]) -> tuple[str, ...]:
    """The phase of every turn, at least one turn given. Times are not looked at."""
    points = _points(turns, matches, cues)
    steps = [[_cost(a, b) for a in range(len(PHASES))] for b in range(len(PHASES))]
    best = [own - settings().begin * phase for phase, own in enumerate(points[0])]
    ways: list[list[int]] = []
    for own in points[1:]:
        came = [
            max(range(len(PHASES)), key=lambda a: (best[a] - steps[b][a], a != b, -a))
            for b in range(len(PHASES))
        ]
        best = [best[a] - steps[b][a] + own[b] for b, a in enumerate(came)]
        ways.append(came)
    at = max(range(len(PHASES)), key=lambda phase: (best[phase], -phase))
    way = [at]
    for came in reversed(ways):
        at = came[at]
        way.append(at)
    return tuple(PHASES[phase] for phase in reversed(way))


def _points(
    turns: Sequence[Turn], matches: Sequence[Match], cues: Sequence[Match]
) -> tuple[tuple[float, ...], ...]:
    """The points of each turn for each phase, each marker and the words of a phase counted once a turn."""
    held = settings()
    markers: list[set[str]] = [set() for _ in turns]
    words: list[set[str]] = [set() for _ in turns]
    for found, places in ((matches, markers), (cues, words)):
        for match in found:
            if match.turn is not None:
                places[match.turn].add(match.rule)
    return tuple(
        tuple(
            sum(held.markers[phase].get(marker, 0.0) for marker in markers[index])
            + held.words * (phase in words[index])
            + held.telling * (phase == "finding_out" and _tells(turn))
            for phase in PHASES
        )
        for index, turn in enumerate(turns)
    )


def _tells(turn: Turn) -> bool:
    return turn.speaker != AGENT and length(turn.text) >= settings().telling_words


def _cost(before: int, after: int) -> float:
    """What it costs to go from one phase to another, both as places in ``PHASES``."""
    if after >= before:
        return settings().forward * (after - before)
    if after == 0:  # a call opens once
        return float("inf")
    return settings().reopen if before == _CLOSING else settings().back


def _reasons(matches: Sequence[Match], cues: Sequence[Match], names: Sequence[str]) -> Mapping[int, str]:
    """For each turn with a phase that something speaks for, the first words that do."""
    found: dict[int, str] = {}
    for match in sorted((*matches, *cues), key=lambda match: (match.turn or 0, match.start_char)):
        if match.turn is None or not match.quote:
            continue
        name = names[match.turn]
        if match.rule == name or match.rule in settings().markers[name]:
            found.setdefault(match.turn, fill(settings().texts["said"], quote=match.quote))
    return found
