"""What each answer of a practice take held: markers, wordings, time to answer.

Times are seconds in the recording. Only what the sound backs counts. What could not be judged is "not
measured", with the reason. Limits and texts stand in ``outcome.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from voicecoach import evidence, rules
from voicecoach.datafile import read_file
from voicecoach.i18n import _, fill
from voicecoach.practice.wording import Drift, drift, find
from voicecoach.spacing import joined
from voicecoach.types import AGENT, CUSTOMER, Analysis, Finding, Turn, Word

if TYPE_CHECKING:
    from voicecoach.practice import PlayedLine
    from voicecoach.scenarios import Expect, Scenario

MET, MISSED, NOT_MEASURED = "met", "missed", "not_measured"
SIGNS = "()|?^$_<>*"  # of the phrase language


@dataclass(frozen=True, slots=True)
class Expected:
    """Something an answer should hold: one of these markers, and the finding that shows it."""

    markers: tuple[str, ...]
    tip: str
    status: str
    rule: str = ""
    quote: str = ""
    start: float | None = None
    reason: str = ""  # why it was not measured


@dataclass(frozen=True, slots=True)
class Phrase:
    """A wording that was asked for or asked to be left out; ``said`` is None where that is not known."""

    phrase: str
    said: bool | None
    quote: str = ""
    start: float | None = None
    drift: Drift | None = None  # what was said in place of a wording that was asked for
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A caller's line and what was answered until the next; ``line`` is its index in the scenario.

    ``start`` and ``end`` are those of the caller's words. ``latency`` runs from their end to the first word
    of the answer, below zero where it came before; None, with the reason, where it is not known.
    """

    line: int
    caller: str
    start: float
    end: float
    attack: bool
    quote: str
    answer_start: float | None
    answer_end: float | None
    latency: float | None
    reason: str
    repeats: int
    expected: tuple[Expected, ...]
    must_say: tuple[Phrase, ...]
    must_not_say: tuple[Phrase, ...]
    example: str

    @property
    def seconds(self) -> float | None:
        """From the first word of the answer to the end of the last."""
        if self.answer_start is None or self.answer_end is None:
            return None
        return self.answer_end - self.answer_start


@dataclass(frozen=True, slots=True)
class Settings:
    """The contents of outcome.yaml."""

    limits: Mapping[str, float]
    weights: Mapping[str, float]
    names: Mapping[str, str]  # of markers
    texts: Mapping[str, str]


@cache
def settings() -> Settings:
    """Read outcome.yaml of the package, once."""
    file = read_file(Path(__file__).with_name("outcome.yaml")).fields(
        ("version", "limits", "weights", "names", "texts")
    )
    return Settings(
        {
            key: value.fields(("value", "source"))["value"].number(least=0)
            for key, value in file["limits"].mapping().items()
        },
        {key: value.number(least=0) for key, value in file["weights"].mapping().items()},
        {key: value.text() for key, value in file["names"].mapping().items()},
        {key: " ".join(value.text().split()) for key, value in file["texts"].mapping().items()},
    )


@dataclass(frozen=True, slots=True)
class Judge:
    """Looks at one answer after the other; ``pack`` is that of the scenario's language."""

    scenario: Scenario
    analysis: Analysis
    pack: rules.Pack

    def answer(self, played: PlayedLine, start: float, end: float) -> Answer:
        """The answer to a line, which lasts until the next one."""
        line = self.scenario.lines[played.line]
        said = self._said(start, end)
        heard_last = played.repeats[-1] if played.repeats else (played.start, played.end)
        theirs = [
            word.end
            for turn in self.analysis.turns
            if turn.speaker == CUSTOMER
            for word in turn.words
            if played.start <= word.start < min(end, heard_last[1])
        ]
        stop = max(theirs, default=heard_last[1])
        asides = [e for e in self.analysis.events if e.kind == "backchannel" and e.speaker == AGENT]
        floor = [
            word
            for word in said.words
            if word.start >= heard_last[0] and not any(e.start <= word.start < e.end for e in asides)
        ]
        texts = settings().texts
        why = "" if floor else _(texts["no_words" if played.answer_start is not None else "no_answer"])
        if floor and not played.sounded:
            why = _(texts["shown"])
        return Answer(
            line=played.line,
            caller=line.say,
            start=played.start,
            end=stop,
            attack=line.attack,
            quote=said.text,
            answer_start=floor[0].start if floor else None,
            answer_end=floor[-1].end if floor else None,
            latency=None if why else floor[0].start - stop,
            reason=why,
            repeats=len(played.repeats),
            expected=tuple(self._expected(one, said, (start, end), why) for one in line.expect),
            must_say=self._phrases(line.must_say, said, why),
            must_not_say=self._phrases(line.must_not_say, said, why, wanted=False),
            example=line.example,
        )

    def anywhere(
        self, phrases: Sequence[str], answers: Sequence[Answer], *, wanted: bool = True
    ) -> tuple[Phrase, ...]:
        """Phrases that are wanted, or not wanted, at any place of the call."""
        why = "" if any(answer.quote for answer in answers) else _(settings().texts["no_answer"])
        return self._phrases(phrases, self._said(0.0, float("inf")), why, wanted=wanted)

    def _said(self, start: float, end: float) -> Turn:
        """What the agent says between two times, as a turn."""
        pieces: list[str] = []
        words: list[Word] = []
        for turn in self.analysis.turns:
            if turn.speaker != AGENT:
                continue
            own = [
                (word, span)
                for word, span in zip(turn.words, turn.word_spans(), strict=True)
                if start <= word.start < end
            ]
            if own:
                pieces.append(turn.text[own[0][1][0] : own[-1][1][1]])
                words += [word for word, _ in own]
        begin, stop = (words[0].start, words[-1].end) if words else (None, None)
        return Turn(AGENT, joined(pieces), begin, stop, tuple(words))

    def _expected(self, expect: Expect, said: Turn, times: tuple[float, float], why: str) -> Expected:
        bare = Expected(expect.markers, expect.tip, NOT_MEASURED)
        missing = self._unknown()
        if missing:
            return replace(bare, reason=missing)

        def here(findings: Sequence[Finding]) -> list[Finding]:
            return [
                f
                for f in findings
                if f.rule in expect.markers
                and f.speaker == AGENT
                and f.start is not None
                and times[0] <= f.start < times[1]
            ]

        found, doubted = here(self.analysis.findings), here(self.analysis.unbacked)
        if found:
            first = min(found, key=lambda f: f.start or 0.0)
            return replace(bare, status=MET, rule=first.rule, quote=first.quote, start=first.start)
        if doubted:
            reason = fill(settings().texts["not_backed"], quote=doubted[0].quote)
            return replace(bare, reason=reason)
        if not said.words and why == _(settings().texts["no_words"]):
            return replace(bare, reason=why)
        return replace(bare, status=MISSED)

    def _phrases(
        self, phrases: Sequence[str], said: Turn, why: str, *, wanted: bool = True
    ) -> tuple[Phrase, ...]:
        if not phrases:
            return ()
        missing = self._unknown()
        if missing:
            return tuple(Phrase(phrase, None, reason=missing) for phrase in phrases)
        if not said.words and why == _(settings().texts["no_words"]):
            return tuple(Phrase(phrase, None, reason=why) for phrase in phrases)
        found = []
        for phrase, span in zip(phrases, find(self.pack, phrases, said.text), strict=True):
            if span is None:
                found.append(Phrase(phrase, False, drift=self._drift(phrase, said) if wanted else None))
                continue
            quote = said.text[span[0] : span[1]]
            first = next(
                w for w, (_, last) in zip(said.words, said.word_spans(), strict=True) if last > span[0]
            )
            if evidence.of_span(said, *span, {}).status == "not_backed":
                reason = fill(settings().texts["not_backed"], quote=quote)
                found.append(Phrase(phrase, None, quote, first.start, reason=reason))
            else:
                found.append(Phrase(phrase, True, quote, first.start))
        return tuple(found)

    def _drift(self, phrase: str, said: Turn) -> Drift | None:
        if any(sign in phrase for sign in SIGNS):
            return None
        limits = settings().limits
        return drift(
            phrase,
            said.text,
            self.pack.words.spelling,
            least=int(limits["drift_words"]),
            most=limits["drift_most"],
        )

    def _unknown(self) -> str:
        """Why nothing can be said of the words at all; empty where it can."""
        texts, language = settings().texts, self.analysis.language
        if language and language != self.scenario.language:
            return fill(texts["language"], language=language, expected=self.scenario.language)
        return ""
