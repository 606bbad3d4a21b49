"""The rules of the packs, how they are found in a conversation, and the commands that show them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from voicecoach.cli.rules import rules
from voicecoach.errors import DataFileError
from voicecoach.rules import Pack, Rule, check, find, languages, load_pack, read_dialogues
from voicecoach.types import AGENT, CUSTOMER, UNKNOWN, Event, Match, Turn, Word

EN = load_pack("en")
MARKERS = frozenset(
    f"{category}.{name}"
    for category, names in {
        "courtesy": "greeting self_introduction offer_help please thanks apology hold hold_return "
        "repeated_apology softener name_use repeated_name anything_else closing blame dismissive "
        "flat_refusal blunt_command careless_wording other_department",
        "listening": "concrete_words acknowledgement open_question closed_question clarification "
        "confirmation echo reflection empathy summary interruption unacknowledged_problem advice_first",
        "structure": "why how what ownership options",
        "delivery": "unannounced_silence monologue filler_cluster stock_phrase",
    }.items()
    for name in names.split()
)
ALL = [(pack, rule) for pack in map(load_pack, languages()) for rule in pack.rules]


def agent(text: str) -> Turn:
    return Turn(AGENT, text)


def customer(text: str) -> Turn:
    return Turn(CUSTOMER, text)


def found(*turns: Turn, events: tuple[Event, ...] = ()) -> set[str]:
    return {match.rule for match in find(EN, turns, events=events)}


def of(rule: str, *turns: Turn, events: tuple[Event, ...] = ()) -> list[Match]:
    return [match for match in find(EN, turns, events=events) if match.rule == rule]


# --- the packs ---


@pytest.mark.parametrize("language", languages())
def test_all_examples_do_what_they_say(language: str) -> None:
    checked = check(language)
    assert checked.mistakes == ()
    assert checked.rules > 30
    assert checked.examples > 4 * checked.rules


def test_the_english_pack_has_every_marker_that_words_and_times_can_carry() -> None:
    assert {rule.id for rule in EN.rules} == MARKERS


@pytest.mark.parametrize(("pack", "rule"), ALL, ids=lambda value: getattr(value, "id", ""))
def test_a_rule_is_complete(pack: Pack, rule: Rule) -> None:
    assert rule.id in MARKERS | pack.words.own.keys()
    assert rule.category == rule.id.split(".")[0]
    assert Path(rule.place.path).stem == rule.category
    assert rule.match
    assert rule.no_match
    assert any(year in rule.source for year in ("19", "20"))  # a source has a year
    assert rule.message.endswith((".", "。"))
    assert rule.advice.endswith((".", '"', "。"))
    if rule.polarity == "negative":
        assert rule.say, "a rule that counts against somebody says what to say instead"


def test_what_is_suggested_goes_against_no_rule() -> None:
    negative = {rule.id for rule in EN.rules if rule.polarity == "negative"}
    tried = 0
    for rule in EN.rules:
        for wording in (rule.advice, *rule.say):
            tried += 1
            assert not found(agent(wording)) & negative, wording
    assert tried > 40


def test_facts_hold_the_language_and_its_sound() -> None:
    assert EN.facts["language"] == "en"
    assert "um" in EN.facts["fillers"]
    assert set(EN.facts["sound"]) > {"pace"}


def test_results_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        EN.rules[0].message = "x"  # type: ignore[misc]


# --- finding ---


def test_only_the_agent_is_judged() -> None:
    assert "courtesy.thanks" in found(agent("Thank you."))
    assert found(customer("Thank you.")) == set()
    assert found(Turn(UNKNOWN, "Thank you, calm down.")) == set()
    assert find(EN, []) == ()


def test_the_span_is_that_of_the_text_as_given() -> None:
    text = "Well \u2026 THANK\u00a0YOU, that\u2019s kind."
    (match,) = of("courtesy.thanks", agent(text))
    assert match.quote == text[match.start_char : match.end_char] == "THANK\u00a0YOU"
    assert (match.turn, match.start, match.end) == (0, None, None)


def test_times_are_those_of_the_words() -> None:
    said = tuple(
        Word(text, n / 10, n / 10 + 0.1, 0.9) for n, text in enumerate(("Well,", "thank", "you."), 10)
    )
    (match,) = of("courtesy.thanks", Turn(AGENT, "Well, thank you.", 1.0, 1.3, said))
    assert (match.start, match.end) == pytest.approx((1.1, 1.3))
    (match,) = of("courtesy.thanks", Turn(AGENT, "Well, thank you.", 1.0, 1.3))
    assert (match.start, match.end) == (1.0, 1.3)


_WORDS = st.sampled_from(
    [
        "thank",
        "you",
        "sorry",
        "?",
        ".",
        ",",
        "can't",
        "that's",
        "what",
        "could",
        "it",
        "is",
        "okay",
        "so",
        "my",
    ]
)
_MORE = st.sampled_from(
    [
        "problem",
        "Hello",
        "bye",
        "um",
        "4",
        "two",
        "double",
        "please",
        "hold",
        "\u2019",
        "\ufb01",
        "\u4f60",
        "tell",
    ]
)
_TURNS = st.lists(
    st.builds(
        Turn,
        st.sampled_from([AGENT, CUSTOMER, UNKNOWN]),
        st.one_of(st.lists(_WORDS | _MORE).map(" ".join), st.text()),
    ),
    max_size=6,
)


@given(_TURNS)
def test_every_match_lies_in_a_turn_of_the_agent(turns: list[Turn]) -> None:
    for match in find(EN, turns):
        assert match.turn is not None
        turn = turns[match.turn]
        assert turn.speaker == AGENT
        assert 0 <= match.start_char < match.end_char <= len(turn.text)
        assert match.quote == turn.text[match.start_char : match.end_char]


@given(_TURNS)
def test_the_same_turns_give_the_same_matches(turns: list[Turn]) -> None:
    assert find(EN, turns) == find(EN, tuple(turns))


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("what happened next", "open"),
        ("okay and how did that come about", "open"),
        ("Could you tell me more about it?", "open"),
        ("um can you just hold the line please", "closed"),
        ("so have you got your account number there", "closed"),
        ("you moved in on Friday didn't you", None),
        ("Any luck with that?", "closed"),
        ("how many did you order", "closed"),
        ("That's what I thought.", None),
        ("What I can do is send another one.", None),
        ("have a lovely day", None),
        ("I have you on the list.", None),
        ("what a shame", None),
        ("so do I", None),
    ],
)
def test_questions_are_known_by_their_form(text: str, form: str | None) -> None:
    expected = {f"listening.{form}_question"} if form else set()
    assert found(agent(text)) & {"listening.open_question", "listening.closed_question"} == expected


def test_sorry_is_regret_or_a_request_to_say_it_again() -> None:
    both = {"courtesy.apology", "listening.clarification"}
    assert found(agent("I'm sorry about the delay.")) & both == {"courtesy.apology"}
    assert found(agent("Sorry?")) & both == {"listening.clarification"}
    assert found(agent("sorry, what was the number")) & both == {"listening.clarification"}
    asked = (customer("can I have two tickets"), agent("sorry"), customer("two tickets"))
    assert found(*asked) & both == {"listening.clarification"}
    told = (customer("I have been waiting for a week"), agent("sorry"), customer("well"))
    assert found(*told) & both == {"courtesy.apology"}


def test_a_refusal_with_an_option_is_not_flat() -> None:
    rule = "courtesy.flat_refusal"
    assert of(rule, agent("We can't refund that."))
    assert not of(rule, agent("We can't refund that, but we can send another one."))
    assert not of(
        rule, agent("We can't refund that."), customer("Oh."), agent("I'll send another one today.")
    )
    assert not of(rule, customer("We can't refund that."))


def test_a_problem_wants_a_word_before_advice() -> None:
    problem = customer("My washing machine is broken and I have been waiting for three weeks.")
    early = "listening.advice_first"
    missing = "listening.unacknowledged_problem"
    assert found(problem, agent("You should call the shop.")) & {early, missing} == {early}
    assert not found(problem, agent("I'm so sorry to hear that. You should call the shop.")) & {
        early,
        missing,
    }
    (match,) = of(missing, problem, agent("Postcode."), customer("AB1."), agent("House number."))
    assert match.turn == 1
    assert not of(missing, problem, agent("Three weeks is a long time. I understand how annoying that is."))
    assert not of(missing, problem)  # nothing was said after it that could have been better


@pytest.mark.parametrize(
    ("heard", "said", "echo"),
    [
        ("it's five two double seven", "five two seven seven", True),
        ("it's five two double seven", "5277", True),
        ("it's five two double seven", "five two seven nine", False),
        ("my code is k l four, I think", "K L four.", True),
        ("I have a line", "I have a four", False),
        ("I bought a blue teapot", "A blue teapot.", True),
        ("I bought a blue teapot", "A green saucer.", False),
        ("", "five two", False),
    ],
)
def test_echo(heard: str, said: str, echo: bool) -> None:
    assert bool(of("listening.echo", customer(heard), agent(said))) is echo


def test_the_first_words_of_a_short_call_do_not_close_it() -> None:
    first, last = agent("Thanks for calling the bank."), agent("Thank you for calling.")
    assert [match.turn for match in of("courtesy.closing", first, last)] == [1]
    assert [match.turn for match in of("courtesy.closing", first, customer("Bye."), last)] == [2]
    assert of("courtesy.closing", agent("Goodbye."))


def test_the_same_wording_three_times_is_a_stock_phrase() -> None:
    line = agent("I do understand your concern about this.")
    assert not of("delivery.stock_phrase", line, customer("Well."), line)
    (match,) = of("delivery.stock_phrase", line, customer("Well."), line, customer("Hm."), line)
    assert match.turn == 4
    assert "3 times" in match.reason
    numbers = agent("one two three four five six")
    assert not of("delivery.stock_phrase", numbers, customer("Yes."), numbers, customer("Yes."), numbers)


def test_a_silence_counts_only_if_nobody_announced_it() -> None:
    rule = "delivery.unannounced_silence"
    silence = Event("silence", AGENT, 5.0, 20.0)
    asked = Turn(CUSTOMER, "When will it come?", 0.0, 2.0)
    (match,) = of(rule, asked, Turn(AGENT, "Well.", 2.5, 5.0), events=(silence,))
    assert (match.turn, match.start, match.end) == (None, 5.0, 20.0)
    assert "15.0 s" in match.reason
    assert not of(rule, asked, Turn(AGENT, "One moment please.", 2.5, 5.0), events=(silence,))
    assert not of(rule, asked, Turn(AGENT, "I'll check that.", 2.5, 5.0), events=(silence,))
    long = Event("silence", AGENT, 5.0, 60.0)  # longer than an announcement covers
    assert of(rule, asked, Turn(AGENT, "One moment please.", 2.5, 5.0), events=(long,))
    assert not of(rule, asked, events=(Event("silence", CUSTOMER, 5.0, 20.0),))


def test_events_become_matches_with_the_words_said() -> None:
    said = tuple(Word(text, 2 + n, 2.9 + n, 0.9) for n, text in enumerate(("Have", "you", "tried", "this?")))
    turn = Turn(AGENT, "Have you tried this?", 2.0, 5.9, said)
    cut = Event("interruption", AGENT, 2.0, 3.5, "customer was speaking")
    (match,) = of("listening.interruption", Turn(CUSTOMER, "It does not", 0.0, 3.5), turn, events=(cut,))
    assert (match.turn, match.quote, match.start, match.end) == (1, "Have you", 2.0, 3.5)
    assert match.reason == "1.5 s of talking over the customer; customer was speaking"
    heard = Event("backchannel", AGENT, 1.0, 1.4)
    (match,) = of("listening.acknowledgement", Turn(AGENT, "Sure.", 1.0, 1.4), events=(heard,))
    assert (match.turn, match.quote) == (0, "Sure")


def test_a_monologue_is_the_time_the_agent_has_the_floor() -> None:
    parts = [Turn(AGENT, "So.", 10.0 * n, 10.0 * n + 9) for n in range(7)]
    assert not of("delivery.monologue", *parts)  # nobody else is heard who could have had a turn
    (match,) = of("delivery.monologue", *parts, Turn(CUSTOMER, "Well.", 70.0, 71.0))
    assert (match.start, match.end) == (0.0, 69.0)
    parts[3] = Turn(CUSTOMER, "Wait.", 30.0, 39.0)
    assert not of("delivery.monologue", *parts)


# --- dialogues as text ---


def test_who_is_the_agent() -> None:
    def roles(*names: str, name: str | None = None) -> list[str]:
        line = json.dumps({"id": 1, "turns": [{"speaker": speaker, "text": "x"} for speaker in names]})
        (dialogue,) = read_dialogues([line], "x", agent=name)
        return [turn.speaker for turn in dialogue.turns]

    assert roles("agent", "customer") == [AGENT, CUSTOMER]
    assert roles("Operator", "caller") == [AGENT, "caller"]
    assert roles("ann", "customer") == [AGENT, CUSTOMER]
    assert roles("A", "B") == [AGENT, AGENT]
    assert roles("A", "B", name="B") == ["A", AGENT]
    assert roles("agent", "supervisor", name="supervisor") == [CUSTOMER, AGENT]
    assert roles("customer") == [CUSTOMER]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "x:2:2: not JSON"),
        ("[]", "x:2:1: not a dialogue"),
        ('{"turns": 3}', "x:2:1: not a dialogue"),
        ('{"turns": ["hi"]}', "x:2:1: turn 0 should be"),
        ('{"turns": [{"speaker": "a"}]}', "x:2:1: turn 0 should be"),
        ('{"turns": [{"speaker": 1, "text": ""}]}', "x:2:1: turn 0: 'speaker' should be text"),
        ('{"turns": [{"text": "", "start": "1"}]}', "x:2:1: turn 0: 'start' should be seconds"),
        ('{"turns": [{"text": "", "start": NaN, "end": 2}]}', "x:2:1: turn 0: 'start' should be seconds"),
        ('{"language": 4, "turns": []}', "x:2:1: 'language' should be text"),
        ("[" * 100_000, "x:2:"),
    ],
)
def test_a_bad_line_is_named(line: str, message: str) -> None:
    with pytest.raises(DataFileError) as caught:
        list(read_dialogues(["", line], "x"))
    assert str(caught.value).startswith(message)


def run(*arguments: str, text: str | None = None) -> tuple[int, str]:
    result = CliRunner().invoke(rules, arguments, input=text, catch_exceptions=True)
    if isinstance(result.exception, DataFileError):
        return 2, str(result.exception)
    return result.exit_code, result.output


def test_run_prints_one_line_a_dialogue(tmp_path: Path) -> None:
    file = tmp_path / "d.jsonl"
    lines = [
        {"id": "a", "language": "en", "turns": [
            {"speaker": "customer", "text": "Thank you."},
            {"speaker": "agent", "text": "Bye now \u2013 thank you.", "gold": 3, "start": 1, "end": 2},
        ]},
        {"id": 7, "turns": []},
    ]  # fmt: skip
    file.write_text("\n".join(map(json.dumps, lines)) + "\n\n", encoding="utf-8")
    code, output = run("run", str(file))
    first, second = map(json.loads, output.splitlines())
    assert code == 0
    assert first["id"] == "a"
    assert {
        "rule": "courtesy.thanks", "turn": 1, "start_char": 10, "end_char": 19, "quote": "thank you",
        "start": 1.0, "end": 2.0,
    } in first["findings"]  # fmt: skip
    assert {finding["turn"] for finding in first["findings"]} == {1}
    assert second == {"id": 7, "findings": []}
    assert run("run", "-", text=file.read_text(encoding="utf-8")) == (0, output)


def test_run_names_the_bad_line(tmp_path: Path) -> None:
    file = tmp_path / "d.jsonl"
    file.write_text('{"turns": []}\nnonsense\n', encoding="utf-8")
    code, output = run("run", str(file))
    assert code == 2
    assert f"{file}:2:1: not JSON" in output
    file.write_text('{"language": "xx", "turns": []}\n', encoding="utf-8")
    code, output = run("run", str(file))
    assert code == 2
    assert f"{file}:1:1: no rules for the language 'xx'" in output


def test_check_counts_and_complains(tmp_path: Path) -> None:
    code, output = run("check")
    assert code == 0
    assert output.startswith(f"en: {len(EN.rules)} rules and ")
    (tmp_path / "mine.yaml").write_text("rules:\n  - id: courtesy.x\n    tpe: phrase\n")
    code, output = run("check", "--rules", str(tmp_path))
    assert code == 2
    assert "mine.yaml:3:5: unknown key 'tpe'; did you mean 'type'?" in output
    assert "1 mistake to mend" in output


def test_list_and_explain() -> None:
    code, output = run("list")
    assert code == 0
    assert len(output.splitlines()) == len(EN.rules)
    code, output = run("explain", "courtesy.thanks")
    assert code == 0
    assert "source: Brown & Levinson" in output
    assert "matches: [[Thank you]] for waiting." in output
    code, output = run("explain", "courtesy.apology", "Sorry?")
    assert output.splitlines()[0] == "does not match"
    assert "'Sorry' does not count: 'Sorry' fits the phrase 'sorry ?'" in output
    code, output = run("explain", "listening.echo", "customer: It's four two one.", "agent: Four two one.")
    assert output.splitlines()[0] == "matches 'Four two one'"
