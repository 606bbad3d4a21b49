"""Read dialogues as text, one JSON object a line.

``{"id", "language", "turns": [{"speaker", "text"[, "start", "end"]}]}``, times in seconds. Other keys
are not read.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voicecoach.datafile import read_file
from voicecoach.errors import DataFileError, UsageError
from voicecoach.rules.engine import find
from voicecoach.rules.loader import Pack, load_pack
from voicecoach.types import AGENT, CUSTOMER, UNKNOWN, Match, Turn


@dataclass(frozen=True, slots=True)
class TextDialogue:
    """A dialogue of a file; ``place`` is file:line for messages."""

    id: object
    language: str
    turns: tuple[Turn, ...]
    place: str


def read_dialogues(
    lines: Iterable[str], path: str, *, language: str = "en", agent: str | None = None
) -> Iterator[TextDialogue]:
    """Read dialogues line by line; ``language`` is for lines that name none.

    The agent's turns are those of the speaker ``agent`` if given; else of a speaker called "agent"; else
    of those with a name that usually is one (speakers.yaml); else of all who are not called like a
    customer; in a dialogue with no such name, of everybody.

    Raises:
        DataFileError: a line is no such object, as file:line:col.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _dialogue(line, f"{path}:{number}", language, agent)


def find_in_dialogues(
    lines: Iterable[str],
    path: str,
    *,
    language: str = "en",
    agent: str | None = None,
    extra: Sequence[Path] = (),
    builtin: bool = True,
) -> Iterator[dict[str, object]]:
    """What the rules find in each dialogue: ``{"id", "findings": [{"rule", "turn", "start_char", ...}]}``.

    Raises:
        DataFileError: a line is no dialogue, or its language has no rules, as file:line:col.
    """
    packs: dict[str, Pack] = {}
    for dialogue in read_dialogues(lines, path, language=language, agent=agent):
        if dialogue.language not in packs:
            try:
                packs[dialogue.language] = load_pack(dialogue.language, extra=extra, builtin=builtin)
            except DataFileError:
                raise
            except UsageError as error:
                raise DataFileError(f"{dialogue.place}:1: {error}") from error
        matches = find(packs[dialogue.language], dialogue.turns)
        yield {"id": dialogue.id, "findings": [_finding(match) for match in matches]}


def _finding(match: Match) -> dict[str, object]:
    found: dict[str, object] = {
        "rule": match.rule,
        "turn": match.turn,
        "start_char": match.start_char,
        "end_char": match.end_char,
        "quote": match.quote,
    }
    return found if match.start is None else found | {"start": match.start, "end": match.end}


def _dialogue(line: str, place: str, language: str, agent: str | None) -> TextDialogue:
    try:
        found = json.loads(line)
    except json.JSONDecodeError as error:
        raise DataFileError(f"{place}:{error.colno}: not JSON ({error.msg}); one dialogue a line") from error
    except RecursionError as error:
        raise DataFileError(f"{place}:1: not a dialogue: nested too deep") from error
    if not isinstance(found, dict) or not isinstance(found.get("turns"), list):
        raise DataFileError(
            f'{place}:1: not a dialogue; wanted is {{"id": ..., "turns": [{{"speaker", "text"}}]}}'
        )
    named = found.get("language", language)
    if not isinstance(named, str):
        raise DataFileError(f"{place}:1: 'language' should be text such as \"en\", but is {named!r}")
    raw = [_turn(turn, f"{place}:1: turn {index}") for index, turn in enumerate(found["turns"])]
    agents = _agents({turn.speaker for turn in raw}, agent)
    turns = tuple(
        turn
        if turn.speaker == UNKNOWN
        else Turn(_role(turn.speaker, agents), turn.text, turn.start, turn.end)
        for turn in raw
    )
    return TextDialogue(found.get("id"), named, turns, place)


def _turn(found: Any, where: str) -> Turn:
    if not isinstance(found, dict) or not isinstance(found.get("text"), str):
        raise DataFileError(f'{where} should be {{"speaker": ..., "text": ...}}')
    speaker = found.get("speaker", "")
    if not isinstance(speaker, str):
        raise DataFileError(f"{where}: 'speaker' should be text, but is {speaker!r}")
    times: list[float | None] = []
    for key in ("start", "end"):
        value = found.get(key)
        if value is not None and (
            not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < float("inf")
        ):
            raise DataFileError(f"{where}: {key!r} should be seconds, but is {value!r}")
        times.append(None if value is None else float(value))
    if None in times:
        times = [None, None]
    return Turn(speaker, found["text"], times[0], times[1])


def _agents(speakers: set[str], agent: str | None) -> set[str]:
    if agent is not None:
        return {agent}
    if AGENT in speakers:
        return {AGENT}
    serving, served, _ = names()
    known = {speaker for speaker in speakers if speaker.lower() in serving}
    return known or {speaker for speaker in speakers if speaker.lower() not in served}


def _role(speaker: str, agents: set[str]) -> str:
    if speaker in agents:
        return AGENT
    return CUSTOMER if speaker == AGENT else speaker


@functools.cache
def names() -> tuple[frozenset[str], frozenset[str], tuple[str, ...]]:
    """What those who serve and those who are served are called, and patterns of names that tell neither."""
    fields = read_file(Path(__file__).with_name("speakers.yaml")).fields(("agent", "customer", "neither"))
    return (
        frozenset(fields["agent"].texts()),
        frozenset(fields["customer"].texts()),
        fields["neither"].texts(),
    )
