"""Check scenarios: every example answer holds what is expected, and the whole example meets the scorecard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from voicecoach import audio
from voicecoach.datafile import Value
from voicecoach.errors import AudioError, DataFileError
from voicecoach.rules import Pack, find, load_pack
from voicecoach.scenarios import FOLDER, Scenario, read_scenario, refuse_second, said, scenario_files
from voicecoach.score import load_scorecard, score
from voicecoach.types import AGENT, CUSTOMER, Evidence, Finding, Match, Turn


@dataclass(frozen=True, slots=True)
class Checked:
    """How many scenarios and example answers there are, and a line for each mistake (file:line:col: what)."""

    scenarios: int
    answers: int
    mistakes: tuple[str, ...]


def check(
    folders: Iterable[Path] = (), *, builtin: bool = True, scorecard: str | Path = "service-call"
) -> Checked:
    """Read all scenarios and try the example answers on the rules and on a scorecard.

    Raises:
        UsageError: no such folder or scorecard, or a folder without a scenario.
    """
    mistakes: list[str] = []
    scenarios = answers = 0
    for group in scenario_files(folders, builtin=builtin):
        seen: dict[str, Scenario] = {}
        for path in group:
            try:
                scenario, value = read_scenario(path)
                if scenario.id in seen:
                    refuse_second(value, seen[scenario.id])
            except DataFileError as error:
                mistakes.append(str(error))
                continue
            seen[scenario.id] = scenario
            scenarios += 1
            answers += len(scenario.lines)
            mistakes += find_mistakes(scenario, value, scorecard)
    return Checked(scenarios, answers, tuple(mistakes))


def find_mistakes(scenario: Scenario, value: Value, scorecard: str | Path = "service-call") -> Iterator[str]:
    """What is wrong with the examples and tips of a scenario, as file:line:col: what."""
    pack = load_pack(scenario.language)
    negative = {rule.id for rule in pack.rules if rule.polarity == "negative"}
    entries = [entry.mapping() for entry in value.mapping()["lines"].items()]
    turns = [
        turn for line in scenario.lines for turn in (Turn(CUSTOMER, line.say), Turn(AGENT, line.example))
    ]
    matches = find(pack, turns)
    for index, (line, entry) in enumerate(zip(scenario.lines, entries, strict=True)):
        here = [match for match in matches if match.turn == 2 * index + 1]
        found = {match.rule for match in here}
        for number, expect in enumerate(line.expect):
            place = entry["expect"].items()[number]
            if found.isdisjoint(expect.markers):
                wanted = " or ".join(expect.markers)
                yield place.said(f"the example does not show {wanted}; it shows {_listed(found)}")
            for match in find(pack, [Turn(AGENT, expect.tip)]):
                if match.rule in negative:
                    yield place.said(f"the tip says {match.quote!r}, which goes against {match.rule}")
        for match in here:
            if match.rule in negative:
                yield entry["example"].said(
                    f"the example says {match.quote!r}, which goes against {match.rule}"
                )
        yield from _spoken(pack, entry, line.must_say, line.must_not_say, (line.example,))
        if line.audio is not None and not scenario.path.is_relative_to(FOLDER):  # ours are heard by a test
            try:
                audio.load(line.audio)
            except AudioError as error:
                yield entry["audio"].said(str(error))
    examples = [line.example for line in scenario.lines]
    yield from _spoken(pack, value.mapping(), scenario.must_say, scenario.must_not_say, examples)
    yield from _missed(scenario, value, pack, turns, matches, scorecard)


def _spoken(
    pack: Pack,
    fields: Mapping[str, Value],
    must_say: Sequence[str],
    must_not_say: Sequence[str],
    answers: Sequence[str],
) -> Iterator[str]:
    """Phrases that no answer holds and should, and those that one holds and should not."""
    for key, phrases, wanted in (("must_say", must_say, True), ("must_not_say", must_not_say, False)):
        if not phrases:
            continue
        spans = [said(pack, phrases, answer) for answer in answers]
        places = fields[key].items() if isinstance(fields[key].content, tuple) else (fields[key],)
        for number, (phrase, place) in enumerate(zip(phrases, places, strict=True)):
            if any(found[number] for found in spans) != wanted:
                yield place.said(f"the example {'does not say' if wanted else 'says'} {phrase!r}")


def _missed(
    scenario: Scenario,
    value: Value,
    pack: Pack,
    turns: Sequence[Turn],
    matches: Sequence[Match],
    scorecard: str | Path,
) -> Iterator[str]:
    """The musts of a scorecard that the example answers miss, as far as they can be told from text."""
    rules = {rule.id: rule for rule in pack.rules}
    findings = [
        Finding(
            rule=match.rule,
            category=rules[match.rule].category,
            polarity=rules[match.rule].polarity,
            speaker=AGENT,
            turn=match.turn,
            start=None,
            end=None,
            quote=match.quote,
            message=rules[match.rule].message,
            advice=rules[match.rule].advice,
            grade=rules[match.rule].grade,
            source=rules[match.rule].source,
            evidence=Evidence("not_checked", "text alone"),
        )
        for match in matches
    ]
    card = load_scorecard(scorecard)
    grades = {rule.id: rule.grade for rule in pack.rules}
    scores = score(card, findings, (), grades=grades, turns=turns, separate=False, language=scenario.language)
    for criterion in scores.criteria:
        if criterion.kind == "must" and criterion.status in ("missed", "partly"):
            what = f"{criterion.name!r} of the scorecard {card.id}: {criterion.reason}"
            yield value.mapping()["lines"].said(f"the examples together miss {what}")


def _listed(found: Iterable[str]) -> str:
    return ", ".join(sorted(found)) or "nothing the rules know"
