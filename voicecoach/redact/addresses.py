"""E-mail addresses, written or said: "anna.smith@example.org", "anna dot smith at example dot org"."""

from __future__ import annotations

from collections.abc import Sequence

from voicecoach.redact.facts import settings
from voicecoach.redact.numbers import Spoken
from voicecoach.rules.text import unspaced

Place = tuple[int, int, int, int]  # turn, first word, after the last word, address
_SPELT = 3  # letters in a row


def find(said: Sequence[Spoken], cues: Sequence[Sequence[int]]) -> list[Place]:
    """The words of addresses; ``cues`` are the places after words such as "e-mail address", by turn."""
    found: list[Place] = []
    announced = float("-inf")  # words since an address was asked for, counted from the beginning
    passed = 0.0
    for index, own in enumerate(said):
        at = 0
        for start, end in _written(own):
            found.append((index, start, end, len(found)))
        while at < len(own.words):
            if at in cues[index]:
                announced = passed + own.length(0, at)
            near = passed + own.length(0, at) - announced <= settings().limits["reach"]
            end = _host(said, index, at, near=near)
            if end:
                found += _whole(said, index, at, end, len(found))
                at = end
                continue
            if near and (letters := _spelt(own, at)) >= _SPELT:
                found.append((index, at, at + letters, len(found)))
                at += letters
                continue
            at += 1
        passed += own.length(0, len(own.words))
    return _merged([*found, *_again(said, found)])


def _written(said: Spoken) -> list[tuple[int, int]]:
    places = []
    for match in settings().written.finditer(said.turn.text):
        inside = [
            k for k, (start, end) in enumerate(said.spans) if start < match.end() and match.start() < end
        ]
        if inside:
            places.append((inside[0], inside[-1] + 1))
    return places


def _host(said: Sequence[Spoken], index: int, at: int, *, near: bool) -> int:
    """The place after a host that follows an "at", or stands alone where an address is awaited; 0: none."""
    own = said[index]
    length = own.starts(at, own.facts.at)
    hosts = settings().hosts
    if not length and not (near and _bare(own.words[at]) in hosts):
        return 0
    begin = at + length
    most = begin + settings().limits["email_words"] * (
        2 if begin < len(own.words) and unspaced(own.words[begin]) else 1
    )
    end = begin + 1 if begin < len(own.words) and _bare(own.words[begin]) in hosts else 0
    k = begin
    while k < min(most, len(own.words)):
        if (dot := _dot(own, k)) is not None and k > begin:
            end = _label(own, k + dot)
            k = end
            most = max(most, k + 2)
        elif own.words[k] in own.facts.stops and not end and k > begin + 3:
            break
        else:
            if end and k >= end:
                break
            k += 1
    end = min(end, len(own.words))
    sure = near or any(
        unspaced(word) or word in settings().ends or _bare(word) in hosts for word in own.words[begin:end]
    )
    return end if sure else 0


def _bare(word: str) -> str:
    return word.partition(".")[0]


def _dot(said: Spoken, at: int) -> int | None:
    """How many words a dot before the next label takes: "dot", or none where it is written; None: no dot."""
    length = said.starts(at, said.facts.dot)
    if length and at + length < len(said.words):
        return length
    gap = said.turn.text[said.spans[at - 1][1] : said.spans[at][0]].strip() if at else ""
    return 0 if gap in (".", "．") and said.words[at] in settings().ends else None


def _label(said: Spoken, at: int) -> int:
    """The place after the part of a host that begins at a word: a word, spelt letters, or characters."""
    if at >= len(said.words):
        return at
    if (letters := _spelt(said, at)) > 1:
        return at + letters
    if not unspaced(said.words[at]):
        return at + 1
    end = at
    while end < len(said.words) and unspaced(said.words[end]) and end - at < settings().limits["email_words"]:
        if said.words[end] in said.facts.stops or said.starts(end, said.facts.dot):
            break
        if said.sentences[end] != said.sentences[at]:
            break
        end += 1
    return max(end, at + 1)


def _spelt(said: Spoken, at: int) -> int:
    """How many letters are spelt from a word on."""
    end = at
    while end < len(said.words) and (
        (len(said.words[end]) == 1 and said.words[end].isalpha() and not unspaced(said.words[end]))
        or said.words[end] in said.facts.numbers.letters
    ):
        end += 1
    return end - at


def _whole(said: Sequence[Spoken], index: int, at: int, end: int, group: int) -> list[Place]:
    """An address with the name before its "at", which may stand in the speaker's turn before."""
    start = _name(said[index], at)
    places = [(index, start, end, group)]
    if start == at:
        for before in range(index - 1, max(index - 3, -1), -1):
            if said[before].turn.speaker == said[index].turn.speaker:
                own = said[before]
                first = _name(own, len(own.words))
                return [(before, first, len(own.words), group), *places] if first < len(own.words) else places
    return places


def _name(said: Spoken, at: int) -> int:
    """Where the name before a word begins: after the last word that cannot be part of one."""
    first, left = at, float(settings().limits["email_words"])
    latin = at > 0 and not unspaced(said.words[at - 1])
    while first > 0 and left > 0:
        word = said.words[first - 1]
        if first < at and said.sentences[first - 1] != said.sentences[first]:
            break
        dot = next((len(p) for p in said.facts.dot if said.ends(first, [p])), 0)
        if not dot and (
            word in said.facts.stops or (latin and unspaced(word) and (word,) not in said.facts.digits)
        ):
            break
        left -= 0.5 if unspaced(word) or len(word) == 1 else 1.0
        first -= dot or 1
    return first


def _again(said: Sequence[Spoken], found: Sequence[Place]) -> list[Place]:
    """Names of addresses that are said again without the rest."""
    names = set()
    for index, start, end, _group in found:
        own = said[index]
        ats = [k for k in range(start, end) if own.starts(k, own.facts.at)]
        name = tuple(own.words[start : ats[0]] if ats else own.words[start:end])
        if sum(map(len, name)) >= 4 and (len(name) > 1 or any(c.isdecimal() for c in "".join(name))):
            names.add(name)
    again: list[Place] = []
    for index, own in enumerate(said):
        for at in range(len(own.words)):
            length = own.starts(at, sorted(names, key=len, reverse=True))
            if length:
                again.append((index, at, at + length, len(found) + len(again)))
    return again


def _merged(places: Sequence[Place]) -> list[Place]:
    """Places without those that overlap an earlier one, which then takes them in."""
    merged: list[Place] = []
    for place in sorted(places):
        if merged and merged[-1][0] == place[0] and place[1] < merged[-1][2]:
            index, start, end, group = merged.pop()
            merged.append((index, start, max(end, place[2]), group))
        else:
            merged.append(place)
    return merged
