"""Examples of rules, which are their tests.

An example is a sentence of the agent, or a short dialogue: a list of lines such as ``customer: My phone
is dead.``, with times where they matter (``agent 2.0-3.5: I see.``), and events of the sound (``silence
agent 3.5-12``). In an example that must match, each finding is marked with [[ and ]].
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from voicecoach.datafile import Value
from voicecoach.rules.timing import EVENTS
from voicecoach.types import AGENT, CUSTOMER, Event, Match, Turn

_TIME = r"(?:\s+(?P<start>\d+(?:\.\d+)?)-(?P<end>\d+(?:\.\d+)?))"
_TURN = re.compile(rf"(?P<speaker>{AGENT}|{CUSTOMER}){_TIME}?:\s*(?P<text>.*)\Z", re.DOTALL)
_EVENT = re.compile(
    rf"(?P<open>\[\[)?(?P<kind>{'|'.join(EVENTS)})\s+(?P<speaker>{AGENT}|{CUSTOMER}){_TIME}(?:\]\])?\Z"
)


@dataclass(frozen=True, slots=True)
class Example:
    """A short dialogue and what should be found: (turn, start, end) in characters, (None, 0, 0) an event."""

    turns: tuple[Turn, ...]
    events: tuple[Event, ...]
    expected: frozenset[tuple[int | None, int, int]]
    place: Value

    def differs(self, matches: tuple[Match, ...]) -> str:
        """What is wrong with the matches of the rule in this example; empty if nothing is."""
        found = {(match.turn, match.start_char, match.end_char) for match in matches}
        missed, extra = self.expected - found, found - self.expected
        parts = [f"should match {self._quote(span)}" for span in sorted(missed, key=str)]
        parts += [f"should not match {self._quote(span)}" for span in sorted(extra, key=str)]
        return "; ".join(parts)

    def shown(self) -> str:
        """The example as text on one line, findings marked."""
        if isinstance(self.place.content, str):
            return self.place.content
        return " / ".join(line.text() for line in self.place.items())

    def _quote(self, span: tuple[int | None, int, int]) -> str:
        turn, start, end = span
        return "the event" if turn is None else repr(self.turns[turn].text[start:end])


def read_example(value: Value, *, marked: bool) -> Example:
    """Read one example; ``marked`` says whether it must hold a mark.

    Raises:
        DataFileError: a line is neither a turn nor an event, or the marks are wrong.
    """
    turns: list[Turn] = []
    events: list[Event] = []
    expected: set[tuple[int | None, int, int]] = set()
    lines = value.items() if isinstance(value.content, tuple) else (value,)
    for line in lines:
        text = line.text()
        if isinstance(value.content, str):
            found = re.match(r"(?P<speaker>)(?P<start>)(?P<end>)(?P<text>.*)\Z", text, re.DOTALL)
        elif event := _EVENT.match(text):
            if event["open"]:
                expected.add((None, 0, 0))
            events.append(Event(event["kind"], event["speaker"], float(event["start"]), float(event["end"])))
            continue
        else:
            found = _TURN.match(text)
        if found is None:
            line.fail(
                f"{text!r} is no line of a dialogue; write 'agent: ...', 'customer: ...', "
                "'agent 1.0-2.5: ...' or 'silence agent 3-9'"
            )
        plain, spans = _unmark(line, found["text"])
        expected.update((len(turns), start, end) for start, end in spans)
        times = (float(found["start"]), float(found["end"])) if found["start"] else (None, None)
        turns.append(Turn(found["speaker"] or AGENT, plain, *times))
    if marked and not expected:
        value.fail("an example that must match needs the finding marked, such as [[Thank you]] for waiting.")
    if not marked and expected:
        value.fail("an example that must not match holds no [[ ]]")
    return Example(tuple(turns), tuple(events), frozenset(expected), value)


def read_lines(lines: Sequence[str]) -> Example:
    """Read an example from text: one sentence of the agent, or lines of a dialogue.

    Raises:
        DataFileError: a line is neither a turn nor an event.
    """
    entries = tuple(Value(line, "TEXT", index, 1, {}) for index, line in enumerate(lines, 1))
    alone = len(entries) == 1 and not _TURN.match(lines[0])
    value = entries[0] if alone else Value(entries, "TEXT", 1, 1, {})
    return read_example(value, marked=False)


def _unmark(line: Value, text: str) -> tuple[str, list[tuple[int, int]]]:
    plain = ""
    spans: list[tuple[int, int]] = []
    for index, piece in enumerate(re.split(r"(\[\[.*?\]\])", text, flags=re.DOTALL)):
        inner = piece[2:-2] if index % 2 else piece
        if "[[" in inner or "]]" in inner:
            line.fail(f"[[ and ]] do not go together in {text!r}")
        if index % 2:
            spans.append((len(plain), len(plain) + len(inner)))
        plain += inner
    return plain, spans
