"""Check a pack: examples do what they say, suggested wording obeys the rules, ids are those of English."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from voicecoach.datafile import meant
from voicecoach.rules.dialogue import touching, wordings
from voicecoach.rules.engine import find
from voicecoach.rules.loader import PACKS, Pack, Rule, find_mistakes, load_pack
from voicecoach.rules.text import read
from voicecoach.types import AGENT, Turn


@dataclass(frozen=True, slots=True)
class Checked:
    """How many rules and examples there are, and one line for each mistake (file:line:col: what).

    ``notes`` are lines about what is no mistake, but hardly meant.
    """

    rules: int
    examples: int
    mistakes: tuple[str, ...]
    notes: tuple[str, ...] = ()


def check(language: str, *, extra: Iterable[str | Path] = (), builtin: bool = True) -> Checked:
    """Load the pack of a language as ``load_pack`` does, and run all examples.

    Raises:
        UsageError: no such language or folder.
    """
    found = find_mistakes(language, extra=extra, builtin=builtin)
    if found:
        return Checked(0, 0, found)
    checked = check_pack(load_pack(language, extra=extra, builtin=builtin))
    if builtin:
        differences = find_differences(load_pack(language))
        checked = replace(checked, mistakes=(*checked.mistakes, *differences))
    return checked


def check_pack(pack: Pack) -> Checked:
    """Run all examples of a pack."""
    mistakes = [mistake for rule in pack.rules for mistake in _mistakes(pack, rule)]
    examples = sum(len(rule.match) + len(rule.no_match) for rule in pack.rules)
    notes = [note for rule in pack.rules for note in _notes(pack, rule)]
    return Checked(len(pack.rules), examples, tuple(mistakes), tuple(dict.fromkeys(notes)))


def find_differences(pack: Pack) -> Iterator[str]:
    """How the ids of a pack differ from those of English without a word about it, as file:line:col.

    In language.yaml ``gaps`` lists ids that the language lacks, ``own`` those that English lacks.
    """
    english = {rule.id for rule in load_pack("en").rules}
    here = {rule.id: rule for rule in pack.rules}
    gaps, own = pack.words.gaps, pack.words.own
    for name in sorted(english - here.keys() - gaps.keys()):
        facts = PACKS / pack.language / "language.yaml"
        yield f"{facts}:1:1: there is no rule {name!r}; write it, or say under 'gaps' why not"
    for name, reason in gaps.items():
        if name not in english:
            yield reason.said(f"the gap {name!r} is no rule of English{meant(name, english)}")
        elif name in here:
            yield reason.said(f"the gap {name!r} is a rule of this pack; delete this line")
    for name, rule in here.items():
        if name not in english and name not in own:
            yield rule.place.said(f"English has no rule {name!r}; list it under 'own' in language.yaml")
    for name, reason in own.items():
        if name in english or name not in here:
            yield reason.said(
                f"{name!r} is {'a rule of English' if name in english else 'no rule of this pack'}"
            )


def _mistakes(pack: Pack, rule: Rule) -> Iterator[str]:
    for example in (*rule.match, *rule.no_match):
        found = find(pack, example.turns, events=example.events)
        wrong = example.differs(tuple(match for match in found if match.rule == rule.id))
        if wrong:
            place = example.place
            yield f"{place.path}:{place.line}:{place.column}: {rule.id}: this example {wrong}"
    negative = {other.id for other in pack.rules if other.polarity == "negative"}
    for wording in (rule.advice, *rule.say):
        for match in find(pack, [Turn(AGENT, wording)]):
            if match.rule in negative:
                place = rule.place
                yield (
                    f"{place.path}:{place.line}:{place.column}: {rule.id}: its own advice {match.quote!r} "
                    f"goes against {match.rule}; suggest other words"
                )


def _notes(pack: Pack, rule: Rule) -> Iterator[str]:
    phrases = pack.words.phrases
    named: set[str] = set()
    for finder in rule.finders:
        for _, wording in wordings(finder.spec):
            named |= phrases.labels(wording.phrases)
            for phrase, why in phrases.doubtful(wording.phrases):
                yield phrase.said(f"note: {rule.id}: the phrase {phrase.text()!r} {why}")
            for phrase, text in phrases.single(wording.phrases):
                hits = phrases.scan(read(text, pack.words.spelling))
                against = hits.get(wording.unless, ()) if wording.unless is not None else ()
                found = hits.get(wording.phrases, ())
                if found and all(touching(against, *hit) for hit in found):
                    yield phrase.said(
                        f"note: {rule.id}: the phrase {phrase.text()!r} is cancelled by 'unless'"
                    )
    said = {word for example in rule.no_match for turn in example.turns for word in phrases.words(turn.text)}
    near = any(named & phrases.answers(word) for word in said)
    if rule.type == "phrase" and named and not near:
        yield rule.place.said(
            f"note: {rule.id}: no example under 'no_match' holds a word of its phrases; the right words in "
            "the wrong sense are the best test"
        )
