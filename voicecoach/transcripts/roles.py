"""Which lines are the agent's: by what speakers are called, or as told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from voicecoach.errors import UsageError
from voicecoach.i18n import _, fill
from voicecoach.transcripts.data import data
from voicecoach.transcripts.speakers import NEITHER, role
from voicecoach.transcripts.types import Line, Transcript, labels
from voicecoach.types import AGENT, CUSTOMER

MOST = 8  # speakers that are kept apart; in a call there are seldom more than three


@dataclass(frozen=True, slots=True)
class Part:
    """The lines of one speaker: "agent", "customer", "speaker3" ..., "" where it is not known who."""

    name: str  # as the transcript calls the speaker, "" where it does not
    lines: tuple[Line, ...]
    role: str = ""
    reason: str = ""


def parse_speakers(text: str) -> Mapping[str, str]:
    """Read "agent=Anna,customer=Ben": what the transcript calls each of the two; "all" is every speaker.

    Raises
    ------
    UsageError
        It does not read so.
    """
    found: dict[str, str] = {}
    for part in text.split(","):
        who, sign, name = (piece.strip() for piece in part.partition("="))
        if who not in (AGENT, CUSTOMER) or not sign or not name or who in found:
            raise UsageError(
                fill("--speakers should look like agent=Anna,customer=Ben, but is {text!r}", text=text)
            )
        found[who] = name
    return found


def parts_of(transcript: Transcript, told: Mapping[str, str]) -> tuple[Part, ...]:
    """The lines by speaker, in the order in which they first speak, each with a role as far as it is known.

    Roles that are neither told nor in the names are left to what is said. A line without a speaker, in a
    transcript that names some, is of whoever spoke before.

    Raises
    ------
    UsageError
        Nobody in the transcript is called as told.
    """
    lines = _with_speakers(transcript.lines)
    if told.get(AGENT, told.get(CUSTOMER, "")).casefold() == "all":
        who = AGENT if AGENT in told else CUSTOMER
        return (Part("", lines, who, _why("told", "all")),)
    names = labels(lines)
    if not names:
        if told:
            raise UsageError(
                fill("{path}: names no speakers, so --speakers finds none", path=transcript.paths[0])
            )
        return (Part("", lines, "", _why("unnamed", "")),)
    said = Counter[str]()
    for line in lines:
        said[line.speaker or ""] += len(line.text)
    roles = _roles(names, told, transcript.paths[0], said)
    grouped: dict[str, list[Line]] = {}
    first: dict[str, tuple[str, tuple[str, str]]] = {}
    for line in lines:
        assert line.speaker is not None
        who, why = roles[line.speaker]
        key = who or f"={line.speaker}"
        grouped.setdefault(key, []).append(line)
        first.setdefault(key, (line.speaker, (who, why)))
    return tuple(Part(first[key][0], tuple(own), *first[key][1]) for key, own in grouped.items())


def _with_speakers(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Lines with the speaker before them where they have none, and with few speakers."""
    names = labels(lines)
    if not names:
        return tuple(lines)
    found, before = [], names[0]
    for line in lines:
        before = line.speaker if line.speaker is not None else before
        found.append(line if line.speaker is not None else replace(line, speaker=before))
    counted = Counter(line.speaker for line in found)
    if len(counted) <= MOST:
        return tuple(found)
    kept = {name for name, _ in counted.most_common(MOST - 1)}
    other = next(name for name in names if name not in kept)
    return tuple(line if line.speaker in kept else replace(line, speaker=other) for line in found)


def _roles(
    names: Sequence[str], told: Mapping[str, str], path: str, said: Mapping[str, int]
) -> dict[str, tuple[str, str]]:
    """The role of each name, "" where it is not known, and why; ``said`` is how much each says."""
    found: dict[str, tuple[str, str]] = {}
    for who, called in told.items():
        own = [name for name in names if name.casefold() == called.casefold()]
        if not own:
            raise UsageError(
                fill(
                    "{path}: nobody is called {called!r}; it has: {names}",
                    path=path,
                    called=called,
                    names=_(", ").join(names[:MOST]),
                )
            )
        found[own[0]] = (who, _why("told", own[0]))
    if not told:
        for name in names:
            if role(name) not in (None, NEITHER):
                found[name] = (role(name) or "", _why("named", name))
    rest = [name for name in names if name not in found]
    most = max(rest, key=lambda name: said[name], default="")
    rest.sort(key=lambda name: name != most)  # of several, whoever says most is the other side
    taken = {who for who, _ in found.values()}
    if not found and len(names) > 1:
        return dict.fromkeys(names, ("", ""))
    if not found:
        who = AGENT if role(names[0]) is None else ""
        return {names[0]: (who, _why("alone", names[0]))}
    free = [who for who in (AGENT, CUSTOMER) if who not in taken]
    free += [f"speaker{n}" for n in range(3, 3 + len(rest))]
    if taken == {AGENT, CUSTOMER}:  # as we write them: speaker5 stays speaker5
        for name in [name for name in rest if name.casefold() in free]:
            found[name] = (name.casefold(), _why("left_over", name))
            free.remove(name.casefold())
            rest.remove(name)
    for name, who in zip(rest, free, strict=False):
        found[name] = (who, _why("left_over_agent" if who == AGENT else "left_over", name))
    return found


def _why(text: str, label: str) -> str:
    return fill(data().texts[text], label=label)
