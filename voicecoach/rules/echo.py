"""Rule type ``echo``: the customer's own words or numbers, said back by the agent.

Compared are content words (all but the ``common`` words of language.yaml), without their ``endings``,
and numbers, times, dates and spelt words in one form (numbers.py). What the customer said in the last
``reach`` words counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from voicecoach.datafile import Value
from voicecoach.rules.dialogue import WORDING, Dialogue, Line, Spot, Wording, read_wording, touching
from voicecoach.rules.language import Language
from voicecoach.rules.text import ASK, MARKS

REQUIRED = ("reach",)
OPTIONAL = ("words", "share", "digits", "most", "question", "wording", "unless", "part", "besides")


@dataclass(frozen=True, slots=True)
class Echo:
    """How much has to come back, in one sentence.

    Either ``words`` content words which are at least ``share`` (0..1) of the agent's content words, or
    ``digits`` digits in the customer's order. ``most`` bounds the length of the sentence; ``question``
    says whether it must (or must not) end with a question mark; ``wording`` must and ``unless`` must not
    stand in it. With ``part: wording`` only the words of the wording count, not those of the whole sentence;
    words that ``besides`` covers never count.
    """

    reach: int
    words: int | None
    share: float
    digits: int | None
    most: int | None
    question: bool | None
    wording: Wording | None
    unless: int | None
    of_wording: bool
    besides: int | None
    language: Language
    needs: tuple[str, ...] = ()


def read(fields: Mapping[str, Value], language: Language) -> Echo:
    """Make the rule from its patterns."""
    if "words" not in fields and "digits" not in fields:
        fields["reach"].fail("an echo needs 'words' or 'digits' beside 'reach'")
    wording = fields.get("wording")
    if "part" in fields and wording is None:
        fields["part"].fail("beside 'part' an echo needs 'wording'")
    return Echo(
        reach=fields["reach"].whole(least=1, most=500),
        words=fields["words"].whole(least=0, most=50) if "words" in fields else None,
        share=fields["share"].number(least=0, most=1) if "share" in fields else 0.0,
        digits=fields["digits"].whole(least=1, most=50) if "digits" in fields else None,
        most=fields["most"].whole(least=1, most=500) if "most" in fields else None,
        question=fields["question"].flag() if "question" in fields else None,
        wording=read_wording(wording.fields(("phrases",), WORDING), language.phrases) if wording else None,
        unless=language.phrases.add(fields["unless"]) if "unless" in fields else None,
        of_wording="part" in fields and fields["part"].one_of(("sentence", "wording")) == "wording",
        besides=language.phrases.add(fields["besides"]) if "besides" in fields else None,
        language=language,
    )


@dataclass(slots=True)
class _Heard:
    """What the customer said last, newest at the end; what it holds is worked out when it is asked for."""

    language: Language
    words: list[str]
    known: set[str] | None = None
    signs: str | None = None

    def content(self) -> set[str]:
        if self.known is None:
            self.known = self.language.content(self.words)
        return self.known

    def numbers(self) -> str:
        if self.signs is None:
            self.signs = "".join(run.signs for run in self.language.numbers.runs(self.words))
        return self.signs


def find(rule: Echo, dialogue: Dialogue) -> Iterator[Spot]:
    """Each sentence of the agent that says something back."""
    heard: _Heard | None = None
    for line in dialogue.lines:
        if not line.agent:
            heard = heard if MARKS.issuperset(line.text.stream) else None
            continue
        wanted = line.sentences if rule.wording is None else rule.wording.find(line, dialogue)
        if not wanted:
            continue
        heard = heard or _Heard(rule.language, _last_words(rule, dialogue, line))
        if not heard.words:
            continue
        against = line.hits.get(rule.unless, ()) if rule.unless is not None else ()
        for start, end in wanted if rule.of_wording else line.sentences:
            if touching(against, start, end) or not touching(wanted, start, end):
                continue
            if _says_back(rule, line, start, end, heard):
                yield Spot(line.index, start, end)


def _last_words(rule: Echo, dialogue: Dialogue, line: Line) -> list[str]:
    """The customer's last words before a turn of the agent."""
    words: list[str] = []  # newest first
    for index in range(line.index - 1, -1, -1):
        before = dialogue.lines[index]
        if not before.agent:
            words += (word for word in reversed(before.text.stream) if word not in MARKS)
            if len(words) >= rule.reach:
                break
    return words[: rule.reach][::-1]


def _says_back(rule: Echo, line: Line, start: int, end: int, heard: _Heard) -> bool:
    besides = () if rule.besides is None else touching(line.hits.get(rule.besides, ()), start, end)
    covered = {at for first, last in besides for at in range(max(first, start), min(last, end))}
    said = [
        word
        for at, word in enumerate(line.text.stream[start:end], start)
        if word not in MARKS and at not in covered
    ]
    if rule.most is not None and len(said) > rule.most:
        return False
    if rule.question is not None and rule.question != (line.text.stream[end - 1] == ASK):
        return False
    return _numbers_back(rule, said, heard) or _words_back(rule, said, heard)


def _numbers_back(rule: Echo, said: list[str], heard: _Heard) -> bool:
    if rule.digits is None:
        return False
    runs = list(rule.language.numbers.runs(said))
    spelt = [run for run in runs if run.spelt and run.signs in heard.words]  # Violet: v i o l e t
    signs = "".join(run.signs for run in runs if run not in spelt)
    return (bool(spelt) or len(signs) >= rule.digits) and signs in heard.numbers()


def _words_back(rule: Echo, said: list[str], heard: _Heard) -> bool:
    if rule.words is None:
        return False
    content = rule.language.content(said)
    if len(content) < rule.words:
        return False
    shared = content & heard.content()
    if len(shared) < rule.words or len(shared) < rule.share * len(content):
        return False
    numbers = [
        run.signs
        for run in rule.language.numbers.runs(said)
        if rule.language.stem(run.signs) not in heard.content()
    ]
    return all(signs in heard.numbers() for signs in numbers)  # two tickets are not six tickets
