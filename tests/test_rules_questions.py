"""Open questions, closed questions, and what has the words of a question and asks nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from voicecoach import measures
from voicecoach.rules import Pack, find, load_pack
from voicecoach.types import AGENT, CUSTOMER, Call, Contours, Speaker, Turn, Word

OPEN = [
    "What happened then?",
    "So what seems to be the trouble?",
    "Okay, and how did that come about?",
    "Um, right, so how are you finding the new boiler?",
    "How would you like us to put this right?",
    "Why do you think it stopped?",
    "What would a good result look like for you?",
    "Could you tell me more about the noise?",
    "Can you describe what you see on the screen?",
    "Tell me about the delivery.",
    "Please tell me a little bit about your business.",
    "Tell us something about the house.",
    "Talk me through what you did.",
    "Help me to understand what went wrong.",
    "I wonder what made you change your mind.",
    "I'm wondering how the new timetable works for you.",
    "I'd like to hear a bit more about the engineer's visit.",
    "Can I ask you what you liked about the old one?",
    "What sort of things do you use it for?",
    "What else has changed since the repair?",
    "And what-what happens when you press it?",
    "So w-where would you like to start?",
    "Can you give me an example of that?",
    "What are your thoughts on the second offer?",
    "How important is the date to you?",
    "Is there anything else that's bothering you?",
    "In what way is it slower than before?",
    "Any thoughts on how we could make it easier?",
    "How would they know that it has been paid?",
]
CLOSED = [
    "I am sorry to hear that. When did it start?",
    "Have you a card there?",
    "Is it working now?",
    "Have you got your account number there?",
    "Do you live in the flat?",
    "Um, can you just hold the line, please?",
    "Can I take your name?",
    "Could I have the code, please?",
    "What's your date of birth?",
    "And what is the best telephone number, please?",
    "What time would suit you?",
    "What colour is the light?",
    "When did you order it?",
    "Where did you buy it?",
    "Where are you calling from?",
    "Who signed for the parcel?",
    "Which of the two is it?",
    "How many did you order?",
    "So about how long ago was that?",
    "How often does it cut out?",
    "At what time, please?",
    "Any luck with that?",
    "Is there anything else I can do for you?",
    "You're not ringing from a mobile, are you?",
    "So is it the blue one or the green one?",
    "Have you paid for it already?",
    "Did the driver leave a card?",
    "Would Tuesday be all right?",
    "You want what, sorry?",
    "How happy are you with it on a scale from one to ten?",
    "What was that, sorry?",
    "What's, um, what's your name, please?",
    "And what is the rest of the number?",
    "On a scale of one to ten how loud is it?",
    "Can you tell me how many there are?",
]
NONE = [
    "My pleasure?",
    "Oh, wonderful?",
    "That's what I thought.",
    "What I can do is send another one.",
    "What happens then is that the system sends you a letter.",
    "What a shame.",
    "How kind of you.",
    "So do I.",
    "Have a lovely day.",
    "Have a sunny weekend and thanks for calling.",
    "Have a seat and I will fetch her.",
    "How would anyone know that?",
    "That sounds good.",
    "I have you on the list.",
    "I must have you down twice.",
    "And then do that again.",
    "As soon as it arrives we will ring you.",
    "I don't know why it did that.",
    "I'll explain what the charge is for.",
    "You moved in on Friday, didn't you?",
    "It's cold today, isn't it?",
    "Why don't you try another socket?",
    "Have you considered paying by card?",
    "Have you thought about switching to paper bills?",
    "You know what?",
    "And I can, I'll put you through.",
    "If you can hold for a moment I will look.",
    "Which means the refund is on its way.",
    "So is that.",
    "Yeah?",
    "Okay?",
    "Oh, really?",
    "And then she said, what do you want me to do about it.",
    "So I asked, have you got a spare key for the gate.",
    "Who knows?",
    "How should I know?",
    "It is a bit of a maze, do you know what I mean?",
    "Did a lot of work there.",
    "Who ever sent it will know.",
    "It depends how far away it is.",
    "That's something I could look into for you.",
]
ASKED = [  # only the question mark tells
    ("I'll send it today, sound okay?", "closed"),
    ("You've paid for these?", "closed"),
    ("Your own kettle?", "closed"),
    ("Just the one?", "closed"),
    ("In terms of the garden, what?", "open"),
    ("With the old one still in place, what made you order another?", "open"),
]
STATED = [  # the words of a question inside a sentence that ends in a full stop
    "It is about how can I keep the cost down.",
    "They are the ones that can you know be a little loud.",
    "You are good at seeing what is going on.",
    "We will see are you in the right area for that.",
]

FORMS = {"listening.open_question": "open", "listening.closed_question": "closed"}


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("en")


def forms(pack: Pack, turns: Sequence[Turn], rises: Mapping[float, float] | None = None) -> list[str]:
    return [FORMS[match.rule] for match in find(pack, turns, rises=rises) if match.rule in FORMS]


def agent(text: str, *more: str) -> list[Turn]:
    return [Turn(AGENT if at % 2 == 0 else CUSTOMER, said) for at, said in enumerate((text, *more))]


def bare(text: str) -> str:
    """As a recogniser without punctuation writes it."""
    return re.sub(r"[,.?!]", "", text).lower()


@pytest.mark.parametrize("text", [*OPEN, *map(bare, OPEN)])
def test_open(pack: Pack, text: str) -> None:
    assert forms(pack, agent(text)) == ["open"]


@pytest.mark.parametrize("text", [*CLOSED, *map(bare, CLOSED)])
def test_closed(pack: Pack, text: str) -> None:
    assert forms(pack, agent(text)) == ["closed"]


@pytest.mark.parametrize("text", [*NONE, *map(bare, NONE), *map(bare, (text for text, _ in ASKED)), *STATED])
def test_no_question(pack: Pack, text: str) -> None:
    assert forms(pack, agent(text)) == []


@pytest.mark.parametrize(("text", "form"), ASKED)
def test_a_question_mark_alone(pack: Pack, text: str, form: str) -> None:
    assert forms(pack, agent(text)) == [form]


def test_beside_an_open_question_no_closed_one_counts(pack: Pack) -> None:
    assert forms(pack, agent("What did you see? Was it red?")) == ["open"]
    assert forms(pack, agent("Was it red? Did it blink?")) == ["closed", "closed"]


def test_a_question_after_a_statement_in_one_breath(pack: Pack) -> None:
    said = "right i have found your order here and it left us on monday have you had a card from the driver"
    assert forms(pack, agent(said)) == ["closed"]


def test_who_asks_and_goes_on_leaves_no_room_to_answer(pack: Pack) -> None:
    asked = "What do you think?"
    assert forms(pack, agent(f"{asked} Take your time.")) == ["open"]
    on = (
        " It is the same price for the first year and after that it is two pounds more each month, as I said."
    )
    assert forms(pack, agent(asked + on)) == []


def spoken(text: str, *, start: float = 1.0, each: float = 0.4) -> Turn:
    words = tuple(
        Word(word, round(start + at * each, 3), round(start + (at + 1) * each, 3), 0.9, True)
        for at, word in enumerate(text.split())
    )
    return Turn(AGENT, text, words[0].start, words[-1].end, words)


@pytest.mark.parametrize(
    ("text", "rise", "found"),
    [
        ("You've paid for these.", 4.0, ["closed"]),
        ("so your line is still down", 4.0, ["closed"]),
        ("You didn't get the letter.", 3.0, ["closed"]),
        ("You've paid for these.", 2.0, []),
        ("You've paid for these.", -6.0, []),
        ("I've paid for these.", 6.0, []),
        ("You can find it on the website.", 6.0, []),
        ("You have to press the green one.", 6.0, []),
        ("The line is down.", 6.0, []),
        ("You've paid for these. I see that here.", 6.0, []),
        ("Have you paid for these?", 6.0, ["closed"]),
        ("What have you paid?", 6.0, ["open"]),
    ],
)
def test_a_statement_about_the_customer_asks_if_the_voice_rises(
    pack: Pack, text: str, rise: float, found: list[str]
) -> None:
    turn = spoken(text)
    assert forms(pack, [turn], {turn.words[-1].end: rise}) == found
    assert forms(pack, [turn], {turn.words[-1].end + 5: rise}) == forms(pack, [turn])


def test_the_rise_is_measured_at_the_last_word_before_a_pause() -> None:
    turns = (spoken("you have paid", start=1.0, each=0.5), spoken("for all of these", start=4.0, each=0.5))
    hop, seconds = 0.01, 8.0
    voice: NDArray[np.bool_] = np.zeros(round(seconds / hop), dtype=bool)
    f0 = np.full(len(voice), np.nan)
    for turn, slope in zip(turns, (10, -20), strict=True):
        assert turn.start is not None
        assert turn.end is not None
        at = np.arange(round(turn.start / hop), round(turn.end / hop))
        voice[at] = True
        f0[at] = 200 * 2 ** (slope / 12 * (at * hop - turn.end))  # semitones a second
    level = np.where(voice, -20.0, -60.0)
    call = Call(
        language="en",
        duration=seconds,
        speakers=(Speaker(AGENT, 0, "left", "told"),),
        turns=turns,
        contours={AGENT: Contours(hop, f0, level, voice, np.where(voice, 15.0, np.nan), np.zeros(0))},
        separate=True,
        facts={},
    )
    found = measures.rises(call)
    assert found == {2.5: pytest.approx(3, abs=0.1), 6.0: pytest.approx(-6, abs=0.2)}
    assert measures.rises(replace(call, separate=False)) == {}
