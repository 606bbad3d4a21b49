"""What the customer said, said back, in any spelling; and a yeah told apart by its time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecoach.rules import find, load_pack
from voicecoach.rules.text import MARKS, read
from voicecoach.types import AGENT, CUSTOMER, Event, Turn, Word

EN = load_pack("en")


def signs(text: str) -> list[str]:
    words = [word for word in read(text, EN.words.spelling).stream if word not in MARKS]
    return [run.signs for run in EN.words.numbers.runs(words)]


def echo(heard: str, said: str) -> bool:
    turns = [Turn(CUSTOMER, heard), Turn(AGENT, said)]
    return any(match.rule == "listening.echo" for match in find(EN, turns))


@pytest.mark.parametrize(
    ("form", "texts"),
    {
        "222": ["two two two", "222", "2-2-2", "triple two", "two twenty two", "two double two", "2 22"],
        "0455": ["oh four double five", "zero four five five", "04 55", "o four five five"],
        "07700900123": [
            "07700 900 123",
            "oh double seven double oh nine hundred one two three",
            "07700-900-123",
        ],
        "2499": ["£24.99", "twenty four ninety nine", "24 pounds 99", "24 pounds and 99 pence", "$24.99"],
        "24": ["£24", "£24.00", "twenty-four pounds", "24 euros"],
        "35": ["3.5", "three point five"],
        "330": ["half past three", "3:30", "three thirty", "3.30pm", "three thirty p.m.", "3:30 PM"],
        "345": ["quarter to four", "3:45", "three forty five"],
        "610": ["ten past six", "6:10", "six ten"],
        "3": ["three o'clock", "3:00", "3 pm", "3 p.m.", "three"],
        "105": ["the tenth of May", "May 10th", "10/5", "May the tenth", "10 May", "10th May"],
        "216": ["the twenty first of June", "June 21st", "June the twenty-first"],
        "1052026": ["10 May 2026", "the tenth of May twenty twenty six"],
        "1205": ["one thousand two hundred and five", "1,205", "twelve oh five"],
        "250000": ["two hundred and fifty thousand", "250,000"],
        "100": ["a hundred", "one hundred", "£100", "100"],
        "lloyd": ["L-L-O-Y-D", "l l o y d", "double l o y d", "L for Lima, L for Lima, O for Oscar, Y D"],
        "vio": ["V for Victor, I for India, O for Oscar", "victor india oscar", "V as in violin I O"],
        "abba": ["A for Alpha, B for Bravo, B, A", "a b b a", "A-B-B-A"],
        "sw1a1aa": ["SW1A 1AA", "s w one a one a a", "S-W-1-A 1-A-A"],
        "k277": ["k two double seven", "K277", "K for Kate 2 7 7"],
    }.items(),
)
def test_one_form_for_all_ways_to_say_it(form: str, texts: list[str]) -> None:
    assert {text: signs(text) for text in texts} == {text: [form] for text in texts}


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("I think so", []),
        ("I-I-I think so", []),
        ("oh, I see", []),
        ("a kettle", []),
        ("Charlie may march to the hotel", []),
        ("you may have two", ["2"]),
        ("a two bedroom flat", ["2"]),
        ("six a day", ["6"]),
        ("the second one of May's books", ["1"]),
        ("nine to five", ["9", "5"]),
        ("from two to six", ["2", "6"]),
        ("", []),
        ("double " * 5000, []),
    ],
)
def test_what_is_no_number(text: str, form: list[str]) -> None:
    assert signs(text) == form


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("It is two two two, four one.", "22241, thank you."),
        ("The amount was £24.99.", "Twenty-four ninety-nine."),
        ("I was there at half past three.", "3:30."),
        ("It came on the tenth of May.", "May 10th."),
        ("My name is V-I-O-L-E-T.", "Violet."),
        ("My name is Violet.", "V, I, O, L, E, T."),
        ("That's L for Lima, L for Lima, O, Y, D.", "L-L-O-Y-D."),
        ("SW1A 1AA.", "S W one A, one A A."),
        ("My number is 07700 900 123.", "oh double seven double oh"),
        ("Two tickets to Leeds.", "Two tickets."),
        ("Three o'clock, please.", "Three."),
        ("It is number seven.", "Seven?"),
    ],
)
def test_a_read_back_in_other_spelling(heard: str, said: str) -> None:
    assert echo(heard, said)


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("It's four one five.", "four one six"),
        ("It was half past three.", "3:15."),
        ("It came on the tenth of May.", "June 10th."),
        ("Six tickets to Leeds.", "Two tickets."),
        ("My name is Violet.", "V, I, O, L, A."),
        ("Three o'clock, please.", "Four."),
        ("I have two.", "One moment."),
        ("The green one.", "That one."),
        ("I pay by card.", "You could pay by card."),
        ("Good morning.", "Morning."),
    ],
)
def test_a_wrong_read_back_is_no_echo(heard: str, said: str) -> None:
    assert not echo(heard, said)


@given(
    st.lists(st.sampled_from([*sorted(EN.words.numbers.words), "a", "o", "10th", "3:30", "to", "and", "x"]))
)
def test_runs_are_in_order_and_inside_the_words(words: list[str]) -> None:
    last = 0
    for run in EN.words.numbers.runs(words):
        assert last <= run.places.start < run.places.stop <= len(words)
        assert run.signs
        last = run.places.stop


@given(st.integers(0, 999_999_999))
def test_digits_one_by_one(number: int) -> None:
    names = {str(value): name for name, value in EN.words.numbers.values.items() if value < 10}
    said = " ".join(names[digit] for digit in str(number))
    assert signs(said) == signs(str(number)) == [str(number)]


# --- acknowledgement, by its time ---


def timed(speaker: str, text: str, start: float, end: float) -> Turn:
    pieces = text.split()
    step = (end - start) / len(pieces)
    words = tuple(
        Word(piece, start + at * step, start + (at + 1) * step, 0.9, True) for at, piece in enumerate(pieces)
    )
    return Turn(speaker, text, start, end, words)


def acknowledged(turns: list[Turn], *events: Event) -> list[str]:
    found = find(EN, turns, events=events)
    return [match.quote for match in found if match.rule == "listening.acknowledgement"]


@pytest.mark.parametrize("said", ["Yeah.", "No.", "Gosh.", "Oh no!", "Mm hmm.", "Really?", "Yes, sure."])
def test_a_word_inside_what_the_customer_says_is_an_acknowledgement(said: str) -> None:
    asking = timed(CUSTOMER, "Can you believe that I stood there for an hour and nobody came", 0.0, 6.0)
    assert acknowledged([asking, timed(AGENT, said, 2.0, 2.5)]) == [said.rstrip(".!?")]


@pytest.mark.parametrize(
    ("said", "start", "end"),
    [
        ("Sorry?", 2.0, 2.5),  # asks to hear it again
        ("Thanks.", 2.0, 2.5),
        ("Yeah.", 2.0, 3.5),  # not short
        ("Yeah.", 5.8, 6.4),  # the customer does not go on
        ("Yeah.", 6.2, 6.6),  # answers
        ("You need to ask them.", 2.0, 2.9),
    ],
)
def test_what_is_no_acknowledgement(said: str, start: float, end: float) -> None:
    asking = timed(CUSTOMER, "Can you believe that I stood there for an hour and nobody came", 0.0, 6.0)
    after = timed(CUSTOMER, "And another thing.", 7.0, 9.0)
    assert acknowledged([asking, timed(AGENT, said, start, end), after]) == []


def test_a_backchannel_in_the_sound_behind_a_question_is_an_answer() -> None:
    told = timed(CUSTOMER, "The parcel never came.", 0.0, 2.0)
    asked = timed(CUSTOMER, "Do you have it there?", 0.0, 2.0)
    yes = timed(AGENT, "Yes.", 2.2, 2.6)
    goes_on = timed(CUSTOMER, "Good to hear.", 2.8, 4.0)
    event = Event("backchannel", AGENT, 2.2, 2.6)
    assert acknowledged([told, yes, goes_on], event) == ["Yes"]
    assert acknowledged([asked, yes, goes_on], event) == []


def test_a_backchannel_is_only_the_words_said_at_that_time() -> None:
    turns = [
        timed(CUSTOMER, "It never came and then I rang you and nobody knew", 0.0, 5.0),
        timed(AGENT, "Right. The one that left on Monday was right.", 4.0, 8.0),
    ]
    assert acknowledged(turns, Event("backchannel", AGENT, 4.0, 4.4)) == ["Right"]


@pytest.mark.parametrize(
    ("customer", "agent", "finds"),
    [
        ("It's under Violet Marsh.", "Is that V-I-O-L-E-T?", True),
        ("My name is Owen Reed.", "that's r e e d for reed is it", True),
        ("It's under Violet Marsh.", "Is that V-I-O-L-A?", False),
        ("It's under Violet Marsh.", "Is that the right form?", False),
    ],
)
def test_a_name_spelt_back_is_an_echo_in_any_sentence(customer: str, agent: str, finds: bool) -> None:
    assert echo(customer, agent) == finds
