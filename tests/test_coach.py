"""Coaching: one strength, one next step, one drill, chosen from evidence and worded with respect."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests import make_analysis as made
from tests.pseudo import LANGUAGE, pseudo, spoken
from voicecoach import rules
from voicecoach.coach import coach, wording
from voicecoach.score import Want, load_scorecard, score, scorecards
from voicecoach.types import Coaching, Finding, Turn

# judgements of a person, blame, and claims no recording can carry
NOT_SAID = set(
    """
    fail failed failing failure bad badly poor poorly wrong never always lazy rude careless stupid
    weak weakness incompetent unprofessional disappointing disappointed unfortunately terrible awful
    worst must should confident confidence emotional emotion angry smile smiling attitude
    personality charisma honest insincere empathic empathy natural accent
    """.split()  # noqa: SIM905 - one word a line would hide the list
)


def coached(
    findings: tuple[Finding, ...], turns: tuple[Turn, ...] = made.GOOD_TURNS, language: str = "en"
) -> Coaching:
    card = load_scorecard()
    scores = score(
        card, findings, made.MEASURES, grades=made.GRADES, turns=turns, separate=True, language=language
    )
    return coach(card, scores, findings, made.MEASURES, turns=turns, language=language)


# --- what is chosen -----------------------------------------------------------------------------------------


def test_a_good_call_gets_its_most_telling_strength_and_an_honest_no() -> None:
    found = made.good().coaching
    assert found.strength is not None
    assert found.strength.about == "listening.echo"
    assert found.strength.quote == "A squealing brake since Monday is worrying, I see."  # the whole sentence
    assert found.strength.start == 11.4
    assert (found.next_step, found.drill) == (None, None)
    assert found.reason.startswith("no next step")


def test_a_poor_call_gets_the_moment_the_wording_and_the_drill() -> None:
    found = made.poor().coaching
    assert found.next_step is not None
    assert found.drill is not None
    assert found.next_step.about == found.drill.about == "respectful_wording"
    assert (found.next_step.quote, found.next_step.start) == ("Calm down.", 7.7)
    assert found.next_step.text.startswith("You asked the customer to calm down.")
    assert found.next_step.suggestion == load_scorecard().items[2].want[0].say["en"]


def test_thanks_come_after_listening() -> None:
    thanks = tuple(f for f in made.GOOD_FINDINGS if f.rule == "courtesy.thanks")
    echo = tuple(f for f in made.GOOD_FINDINGS if f.rule == "listening.echo")
    assert coached(thanks + echo).strength == coached(echo + thanks).strength
    strength = coached(thanks + echo).strength
    assert strength is not None
    assert strength.about == "listening.echo"


def test_a_quote_that_shows_something_comes_before_a_bare_formula() -> None:
    turns = (made.turn("agent", 0.0, 30.0, "I understand. What have you tried so far? Well, right."),)
    bare = made.finding("listening.empathy", turns, 0, "I understand")
    question = made.finding("listening.open_question", turns, 0, "What have you tried")
    strength = coached((bare, question), turns).strength
    assert strength is not None
    assert strength.quote == "What have you tried so far?"
    only = coached((bare,), turns).strength
    assert only is not None
    assert only.quote == "I understand."


def test_musts_come_before_pluses() -> None:
    findings = tuple(
        f for f in made.GOOD_FINDINGS if f.rule not in ("courtesy.greeting", "listening.open_question")
    )
    step = coached(findings).next_step
    assert step is not None
    assert step.about == "greeting"
    assert (step.quote, step.start) == ("", None)


@pytest.mark.parametrize(
    "change", [{"grade": "C"}, {"speaker": "customer"}, {"polarity": "neutral"}, {"quote": ""}]
)
def test_what_is_weak_or_not_the_agents_is_not_praised(change: dict[str, str]) -> None:
    thanks = replace(made.finding("courtesy.thanks", made.GOOD_TURNS, 6, "Thank you"), **change)  # type: ignore[arg-type]
    strength = coached((thanks,)).strength
    assert strength is not None
    assert (strength.about, strength.quote) == ("lets_finish", "")


def test_a_turn_with_something_negative_in_it_is_not_praised() -> None:
    findings = (
        made.finding("courtesy.thanks", made.POOR_TURNS, 2, "Thanks"),
        made.finding("courtesy.dismissive", made.POOR_TURNS, 2, "calm down"),
    )
    strength = coached(findings, made.POOR_TURNS).strength
    assert strength is not None
    assert strength.about == "lets_finish"


def test_where_no_marker_can_be_named_it_is_the_first_criterion_that_is_met() -> None:
    twice = tuple(
        made.finding("listening.interruption", made.POOR_TURNS, n, made.POOR_TURNS[n].text) for n in (2, 4)
    )
    strength = coached(twice, made.POOR_TURNS).strength
    assert strength is not None
    assert strength.about == "shares_the_floor"
    assert strength.text == load_scorecard().steady[1].text


def test_nothing_heard_is_nothing_praised() -> None:
    for found in (made.silent().coaching, made.two_voices().coaching):
        assert (found.strength, found.next_step, found.drill) == (None, None, None)
        assert found.reason.startswith("no coaching: ")


def test_a_short_recording_is_not_blamed_for_what_is_absent() -> None:
    turns = (made.turn("agent", 0.0, 4.0, "Good morning. Calm down."),)
    greeting = made.finding("courtesy.greeting", turns, 0, "Good morning")
    assert coached((greeting,), turns).next_step is None
    assert coached((greeting,), turns).reason == "no next step: 3.6 s of your speech, at least 10 s wanted"
    step = coached((greeting, made.finding("courtesy.dismissive", turns, 0, "Calm down")), turns).next_step
    assert step is not None
    assert step.about == "respectful_wording"


def test_wording_is_only_given_in_the_language_of_the_call() -> None:
    step = coached((), language="en").next_step
    assert step is not None
    assert step.suggestion
    spanish = coached((), language="es").next_step
    assert spanish is not None
    assert spanish.suggestion not in ("", step.suggestion)
    other = coached((), language="fr").next_step
    assert other is not None
    assert other.suggestion == ""


def test_a_negative_finding_outside_the_scorecard_is_used_when_nothing_else_is_open() -> None:
    own = replace(
        made.finding("courtesy.dismissive", made.GOOD_TURNS, 6, "whatever"),
        rule="courtesy.house_rule",
        start=33.0,
    )
    step = coached((*made.GOOD_FINDINGS, own)).next_step
    assert step is not None
    assert (step.about, step.suggestion) == ("courtesy.house_rule", own.advice)


# --- how it is worded ---------------------------------------------------------------------------------------


OTHERS = frozenset(rules.languages()) - {"en"}


def texts() -> Iterator[tuple[str, str]]:
    for language in rules.languages():
        for rule in rules.load_pack(language).rules:
            yield f"{language} {rule.id} message", rule.message
    for name in scorecards():
        card = load_scorecard(name)
        for item in card.items:
            yield f"{name} {item.id} name", item.name
            yield f"{name} {item.id} tip", item.tip
            yield f"{name} {item.id} drill", item.drill
            for want in item.want:
                yield from ((f"{name} {item.id} say", text) for text in want.say.values())
        for strength in card.strengths:
            yield f"{name} {strength.marker} why", strength.why
        for one in card.steady:
            yield f"{name} {one.criterion} text", one.text


def test_texts_speak_of_what_to_do_and_never_of_the_person() -> None:
    found = list(texts())
    assert len(found) > 80
    for place, text in found:
        words = set(re.findall(r"[a-z]+", text.lower().replace("something went wrong", "")))
        assert not words & NOT_SAID, place
        assert text.isascii() or place.split()[0] in OTHERS, place
        assert not {"!", "！"} & set(text), place


def test_every_criterion_has_a_drill_of_a_minute_and_wording_or_a_measure() -> None:
    for name in scorecards():
        for item in load_scorecard(name).items:
            seconds = re.findall(r"(\d+) seconds|(\w+) messages|(Five) rounds", item.drill)
            assert seconds, item.id
            assert len(item.drill.split()) <= 60, item.id
            assert all(want.say.get("en") or want.measure for want in item.want), item.id


@pytest.mark.parametrize("language", rules.languages())
def test_wording_to_try_breaks_no_rule_of_the_pack(language: str) -> None:
    pack = rules.load_pack(language)
    negative = {rule.id for rule in pack.rules if rule.polarity == "negative"}
    assert negative
    wants = [want for name in scorecards() for item in load_scorecard(name).items for want in item.want]
    suggestions = [wording(want, language) for want in wants]
    assert any(suggestions) or language != "en"
    for text in suggestions:
        found = rules.find(pack, (Turn("agent", text),)) if text else ()
        assert not [match for match in found if match.rule in negative], text


def test_wording_in_a_language_is_the_scorecards_own_or_translated(monkeypatch: pytest.MonkeyPatch) -> None:
    want = Want(say={"en": "Thank you.", "es": "Gracias."})
    assert wording(want, "en") == "Thank you."
    assert wording(want, "es") == "Gracias."
    assert wording(want, "xx") == ""
    with spoken(monkeypatch):
        assert wording(want, LANGUAGE) == pseudo("Thank you.")


def test_wording_to_try_shows_the_marker_it_is_for() -> None:
    pack = rules.load_pack("en")
    known = {rule.id for rule in pack.rules}
    tried = 0
    for name in scorecards():
        for item in load_scorecard(name).items:
            for want in item.want:
                if want.at_least is None or not known & set(want.markers):
                    continue
                tried += 1
                found = {match.rule for match in rules.find(pack, (Turn("agent", want.say["en"]),))}
                assert found & set(want.markers), (item.id, want.say["en"], found)
    assert tried > 5
