"""What a trainer is asked, and in which order.

Of a rule are asked, in pairs, a turn of the agent in which the machine found it and one in which it did not,
each drawn at random; they are shown alike. Whoever stops anywhere has answered a random sample of either, and
weighing each by how many there are gives what holds of all turns (see ``agreement.stratified``). The draw
hangs on the recording, the rule and the times alone: everybody is asked the same in the same order, also when
other calls are added.

What the machine finds between turns, such as a silence, cannot be paired: it is asked as it is, and says how
much of it is accepted, not how much is missed. A rule that found nothing in any of the calls is not asked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from voicecoach.history.types import Review
from voicecoach.review.calls import Call, Found
from voicecoach.review.facts import facts
from voicecoach.types import AGENT

FINDING, CRITERION = "finding", "criterion"
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to be judged. ``turn`` is None for what lies between turns, and for a whole call."""

    id: str
    kind: str  # FINDING or CRITERION
    about: str  # id of the rule or the criterion
    text: str
    call: Call
    turn: int | None
    start: float
    end: float
    machine: str  # "yes" or "no"; of a criterion its status
    found: tuple[Found, ...] = ()  # what the machine says it by

    @property
    def paired(self) -> bool:
        """Whether there could be a question like it where the machine found nothing."""
        return self.kind == FINDING and self.turn is not None

    @property
    def key(self) -> tuple[str, str, str, int, int]:
        """What makes an answer an answer to it: recording, kind, about, times in ms."""
        return key(self.call.recording, self.kind, self.about, self.start, self.end)

    @property
    def version(self) -> str:
        """SHA-256 of the rules or the scorecard it is asked by."""
        return self.call.pack if self.kind == FINDING else self.call.scorecard

    def answered(self, trainer: str, answer: str) -> Review:
        """The answer of a trainer as the history keeps it."""
        return Review(
            trainer, self.call.recording, self.kind, self.about, self.start, self.end, answer, self.version
        )


def key(recording: str, kind: str, about: str, start: float, end: float) -> tuple[str, str, str, int, int]:
    """Return what tells a question from all others."""
    return recording, kind, about, round(start * 1000), round(end * 1000)


@dataclass(frozen=True, slots=True)
class Draw:
    """What there is of a rule: its questions in the order of the draw, and how many turns hold nothing."""

    found: tuple[Question, ...]  # in turns
    between: tuple[Question, ...]  # found between turns
    quiet: tuple[Question, ...]  # turns without a finding: as many of them as are asked
    quiet_turns: int  # all of them


def findings(calls: Sequence[Call], rules: Collection[str] = ()) -> tuple[Question, ...]:
    """Return what is asked of the findings of calls, in order; of some rules alone where these are named."""
    asked: list[tuple[int, int, Question]] = []
    for rule, draw in draws(calls, rules).items():
        for row in (draw.found, draw.quiet, draw.between):
            asked += [(round_, _lot(rule, question.key), question) for round_, question in enumerate(row)]
    return tuple(question for *_, question in sorted(asked, key=lambda entry: (*entry[:2], entry[2].id)))


def criteria(calls: Sequence[Call]) -> tuple[Question, ...]:
    """Return the criteria of each call, call by call; the order of calls is drawn."""
    drawn = sorted(calls, key=lambda call: _lot("calls", (call.recording,)))
    wording = facts().questions[CRITERION]
    return tuple(
        _question(
            CRITERION, one.id, wording.format(name=one.name), call, None, 0.0, call.duration, one.status
        )
        for call in drawn
        for one in call.criteria
    )


def open_questions(asked: Iterable[Question], answered: Iterable[Review]) -> tuple[Question, ...]:
    """Return the questions to which there is no answer yet."""
    done = {key(r.recording, r.kind, r.about, r.start, r.end) for r in answered}
    return tuple(question for question in asked if question.key not in done)


def draws(calls: Sequence[Call], rules: Collection[str] = ()) -> Mapping[str, Draw]:
    """Return what there is of each rule that found something, by rule."""
    import numpy as np

    calls = [call for call in calls if call.pack]
    turns = [
        (call, index)
        for call in calls
        for index, said in enumerate(call.said)
        if said is not None and said.speaker == AGENT and said.text.strip()
    ]
    place = {(call.recording, index): at for at, (call, index) in enumerate(turns)}
    lots = np.array([_lot("turn", _turn_key(call, index)) for call, index in turns], np.uint64)
    messages = _messages(calls)
    hits: dict[str, dict[int, list[Found]]] = defaultdict(lambda: defaultdict(list))
    between: dict[str, list[Question]] = defaultdict(list)
    for call in calls:
        for one in call.found:
            at = None if one.turn is None else place.get((call.recording, one.turn))
            if at is not None:
                hits[one.rule][at].append(one)
            elif one.counted:
                text = facts().questions["event"].format(message=messages[one.rule])
                between[one.rule].append(
                    _question(FINDING, one.rule, text, call, None, one.start, one.end, YES, (one,))
                )
    found: dict[str, Draw] = {}
    for rule in sorted(rules or messages):
        if rule not in messages:
            continue
        text = facts().questions[FINDING].format(message=messages[rule])
        here = hits[rule]
        yes = [at for at, ones in here.items() if any(one.counted for one in ones)]
        order = _mixed(lots, rule)
        quiet = np.ones(len(turns), bool)
        quiet[yes] = False
        rest = np.flatnonzero(quiet)
        drawn = rest[np.argsort(order[rest], kind="stable")[: len(yes)]]

        def turn_question(at: int, machine: str, rule: str = rule, text: str = text) -> Question:
            call, index = turns[at]
            said = call.said[index]
            assert said is not None
            ones = tuple(hits[rule].get(at, ()))
            return _question(FINDING, rule, text, call, index, said.start, said.end, machine, ones)

        found[rule] = Draw(
            tuple(turn_question(at, YES) for at in sorted(yes, key=lambda at: (int(order[at]), at))),
            tuple(sorted(between[rule], key=lambda question: (_lot(rule, question.key), question.id))),
            tuple(turn_question(int(at), NO) for at in drawn),
            len(rest),
        )
    return found


def turn_questions(
    calls: Sequence[Call], wanted: Collection[tuple[str, str, str, int, int]]
) -> Mapping[tuple[str, str, str, int, int], Question]:
    """Return the questions on findings that have these keys, as the reports pose them, drawn or not."""
    rules = {about for _, kind, about, *_ in wanted if kind == FINDING}
    found = {
        question.key: question
        for draw in draws(calls, rules).values()
        for question in (*draw.found, *draw.between)
    }
    turns = {_turn_key(call, at): (call, at) for call in calls for at, said in enumerate(call.said) if said}
    messages = _messages(calls)
    for one in wanted:
        recording, kind, rule, start, end = one
        if kind != FINDING or one in found or (recording, start, end) not in turns:
            continue
        call, at = turns[recording, start, end]
        text = facts().questions[FINDING].format(message=messages.get(rule, ""))
        heard = tuple(other for other in call.found if (other.rule, other.turn) == (rule, at))
        found[one] = _question(FINDING, rule, text, call, at, start / 1000, end / 1000, NO, heard)
    return {at: question for at, question in found.items() if at in wanted}


def _messages(calls: Sequence[Call]) -> Mapping[str, str]:
    """What each rule says where it fires; where packs differ, what is said most often."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for call in calls:
        for one in call.found:
            if one.counted:
                counts[one.rule][one.message] += 1
    return {rule: min(said, key=lambda text: (-said[text], text)) for rule, said in counts.items()}


def _question(
    kind: str,
    about: str,
    text: str,
    call: Call,
    turn: int | None,
    start: float,
    end: float,
    machine: str,
    found: tuple[Found, ...] = (),
) -> Question:
    digest = _digest(*key(call.recording, kind, about, start, end))
    return Question(f"q{digest.hex()[:15]}", kind, about, text, call, turn, start, end, machine, found)


def _turn_key(call: Call, index: int) -> tuple[str, int, int]:
    said = call.said[index]
    assert said is not None
    return call.recording, round(said.start * 1000), round(said.end * 1000)


def _digest(*parts: object) -> bytes:
    return blake2b("\0".join(map(str, parts)).encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _lot(name: str, parts: Iterable[object]) -> int:
    """A number by lot, 0 to 2 ** 64, always the same for the same things."""
    return int.from_bytes(_digest(name, *parts))


def _mixed(lots: Any, rule: str) -> Any:
    """Other lots for each rule, by the finaliser of SplitMix64 (Steele, Lea & Flood 2014)."""
    import numpy as np

    mixed = lots ^ np.uint64(_lot("rule", (rule,)))
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))
