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
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, overload

from voicecoach.history.types import Review
from voicecoach.review.calls import Call, Found
from voicecoach.review.facts import facts
from voicecoach.types import AGENT

FINDING, CRITERION = "finding", "criterion"
YES, NO = "yes", "no"

Key = tuple[str, str, str, int, int]  # recording, kind, about, times in ms
_Turn = tuple[str, int, int]  # recording, times in ms


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is of a rule: turns in which it was found, moments between turns, turns without it."""

    found: int
    between: int
    quiet: int


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
    def key(self) -> Key:
        """What makes an answer an answer to it."""
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


def key(recording: str, kind: str, about: str, start: float, end: float) -> Key:
    """Return what tells a question from all others; times are seconds."""
    return recording, kind, about, round(start * 1000), round(end * 1000)


class Questions(Sequence[Question]):
    """Questions in the order in which they are asked, each made when it is looked at."""

    def __init__(
        self,
        keys: Sequence[Key],
        make: Callable[[Key], Question],
        today: Callable[[Key], Key | None] = lambda answered: answered,
    ) -> None:
        self.keys = keys
        self._make, self._today = make, today

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, at: int) -> Question: ...
    @overload
    def __getitem__(self, at: slice) -> Questions: ...
    def __getitem__(self, at: int | slice) -> Question | Questions:
        if isinstance(at, slice):
            return Questions(self.keys[at], self._make, self._today)
        return self._make(self.keys[at])

    def still_open(self, answered: Iterable[Review]) -> Questions:
        """Those to which there is no answer yet."""
        done = {self._today(key(r.recording, r.kind, r.about, r.start, r.end)) for r in answered}
        return Questions([one for one in self.keys if one not in done], self._make, self._today)


class Pool:
    """The turns of agents in calls with rules, and what the machine found in them and between them."""

    def __init__(self, calls: Sequence[Call]) -> None:
        self._calls = {call.recording: call for call in calls if call.pack}
        self._turns: dict[_Turn, int] = {}  # place in the call, by recording and times in ms
        self._places: dict[str, list[_Turn]] = defaultdict(list)  # the same turns by recording
        self._hits: dict[str, dict[_Turn, list[Found]]] = defaultdict(lambda: defaultdict(list))
        self._between: dict[str, dict[_Turn, Found]] = defaultdict(dict)
        messages: dict[str, Counter[str]] = defaultdict(Counter)
        for call in self._calls.values():
            places: dict[int, _Turn] = {}
            for index, said in enumerate(call.said):
                if said is not None and said.speaker == AGENT and said.text.strip():
                    places[index] = call.recording, round(said.start * 1000), round(said.end * 1000)
                    self._turns[places[index]] = index
                    self._places[call.recording].append(places[index])
            for one in call.found:
                place = None if one.turn is None else places.get(one.turn)
                if place is not None:
                    self._hits[one.rule][place].append(one)
                elif one.counted:
                    moment = call.recording, round(one.start * 1000), round(one.end * 1000)
                    self._between[one.rule][moment] = one
                if one.counted:
                    messages[one.rule][one.message] += 1
        # where packs differ in what they say, what is said most often
        self._messages = {
            rule: min(said, key=lambda text: (-said[text], text)) for rule, said in messages.items()
        }
        self._found = {
            rule: [place for place, ones in self._hits[rule].items() if any(one.counted for one in ones)]
            for rule in self._messages
        }

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that found something."""
        return tuple(sorted(self._messages))

    def size(self, rule: str) -> Size:
        """How much there is of a rule."""
        found = len(self._found.get(rule, ()))
        return Size(found, len(self._between.get(rule, ())), len(self._turns) - found)

    def drawn(self, rules: Collection[str] = ()) -> Questions:
        """What is asked, in order; of some rules alone where these are named."""
        import numpy as np

        turns = list(self._turns)
        place = {turn: at for at, turn in enumerate(turns)}
        lots = np.array([_lot("turn", turn) for turn in turns], np.uint64)
        asked: list[tuple[int, int, Key]] = []
        for rule in self.rules:
            if rules and rule not in rules:
                continue
            order = _mixed(lots, rule)
            found = np.array([place[turn] for turn in self._found[rule]], np.intp)
            quiet = np.ones(len(turns), bool)
            quiet[found] = False
            rest = np.flatnonzero(quiet)
            for row in (found, rest):
                kept = row[np.argsort(order[row], kind="stable")[: len(found)]]
                asked += [
                    (round_, int(order[at]), _key_of(rule, turns[at]))
                    for round_, at in enumerate(kept.tolist())
                ]
            between = sorted((_lot(rule, moment), moment) for moment in self._between[rule])
            asked += [(round_, lot, _key_of(rule, moment)) for round_, (lot, moment) in enumerate(between)]
        return Questions([one for *_, one in sorted(asked)], self.question, self.today)

    def today(self, answered: Key) -> Key | None:
        """Return the question an answer belongs to, drawn or not; None where there is no such place.

        The edges of a turn move by some milliseconds when the same words are heard once more.
        """
        recording, kind, rule, start, end = answered
        if kind != FINDING:
            return answered
        place = recording, start, end
        if place in self._turns or place in self._between.get(rule, ()):
            return answered
        there = (*self._places.get(recording, ()), *self._between.get(rule, ()))
        apart = [
            (max(abs(a - start), abs(b - end)), (whose, a, b)) for whose, a, b in there if whose == recording
        ]
        nearest = min(apart, default=None)
        if nearest is None or nearest[0] > facts().thresholds["same"] * 1000:
            return None
        return _key_of(rule, nearest[1])

    def question(self, wanted: Key) -> Question:
        """Make a question from what tells it from all others."""
        recording, _, rule, start, end = wanted
        place = recording, start, end
        call, message = self._calls[recording], self._messages.get(rule, "")
        moment = self._between.get(rule, {}).get(place)
        if moment is not None:
            text = facts().questions["event"].format(message=message)
            return _question(wanted, text, call, None, moment.start, moment.end, YES, (moment,))
        index = self._turns[place]
        said = call.said[index]
        assert said is not None
        heard = tuple(self._hits.get(rule, {}).get(place, ()))
        machine = YES if any(one.counted for one in heard) else NO
        text = facts().questions[FINDING].format(message=message)
        return _question(wanted, text, call, index, said.start, said.end, machine, heard)


def findings(calls: Sequence[Call], rules: Collection[str] = ()) -> Questions:
    """Return what is asked of the findings of calls, in order; of some rules alone where these are named."""
    return Pool(calls).drawn(rules)


def criteria(calls: Sequence[Call]) -> Questions:
    """Return the criteria of each call, call by call; the order of calls is drawn."""
    wording = facts().questions[CRITERION]
    made = {
        (at := key(call.recording, CRITERION, one.id, 0.0, call.duration)): _question(
            at, wording.format(name=one.name), call, None, 0.0, call.duration, one.status
        )
        for call in sorted(calls, key=lambda call: _lot("calls", (call.recording,)))
        for one in call.criteria
    }
    return Questions(list(made), made.__getitem__)


def _question(
    wanted: Key,
    text: str,
    call: Call,
    turn: int | None,
    start: float,
    end: float,
    machine: str,
    found: tuple[Found, ...] = (),
) -> Question:
    _, kind, about, *_ = wanted
    id_ = f"q{_digest(*wanted).hex()[:15]}"
    return Question(id_, kind, about, text, call, turn, start, end, machine, found)


def _key_of(rule: str, place: _Turn) -> Key:
    recording, start, end = place
    return recording, FINDING, rule, start, end


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
