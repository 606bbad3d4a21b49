"""What only shows when several recordings are laid side by side."""

from __future__ import annotations

from dataclasses import replace

from tests import make_analysis as made
from voicecoach.reports import text
from voicecoach.takes import stock_phrases
from voicecoach.types import Analysis

FORMULA = "I do understand your frustration with this."


def call(number: int, *said: str) -> Analysis:
    """A recording in which the agent says these things, each after a word of the customer."""
    turns = [made.turn("agent", 0.0, 2.0, "Good morning, thank you for calling Northside Bikes today.")]
    for at, words in enumerate(said, 1):
        turns.append(made.turn("customer", 10.0 * at, 10.0 * at + 2, f"Matter {number} of {at}."))
        turns.append(made.turn("agent", 10.0 * at + 3, 10.0 * at + 6, words))
    turns.append(made.turn("agent", 90.0, 92.0, "Thank you for your call and goodbye."))
    return made.analysis(turns, (), path=f"call{number}.wav")


def test_the_same_words_in_most_recordings_are_a_stock_phrase() -> None:
    calls = [
        call(1, FORMULA),
        call(2, "A bike without a brake is no good.", f"Well, {FORMULA}"),
        call(3, f"Right. {FORMULA} Let's see."),
        call(4, "Three weeks is a long wait."),
    ]
    (phrase,) = stock_phrases(calls)
    assert phrase.quote == "I do understand your frustration with this"
    assert phrase.recordings == 4
    assert [index for index, _ in phrase.places] == [0, 1, 2]
    assert phrase.places[0][1] == 13.0
    assert "Victorino" in phrase.source
    page = text.render(calls)
    shared = page[page.index("THE SAME WORDS") :]
    assert 'In 3 of 4 recordings: "I do understand your frustration with this"' in shared
    assert "0:13.0  call1.wav" in shared
    assert max(map(len, page.splitlines())) <= 80


def test_less_than_three_or_not_more_than_half_is_no_stock_phrase() -> None:
    other = [call(n, f"Number {n} is another matter.") for n in range(4, 7)]
    assert stock_phrases([call(1, FORMULA), call(2, FORMULA)]) == ()
    assert stock_phrases([*(call(n, FORMULA) for n in range(3)), *other]) == ()
    assert stock_phrases([*(call(n, FORMULA) for n in range(3)), *other[:2]]) != ()


def test_house_wording_questions_and_numbers_do_not_wear_out() -> None:
    calls = [
        call(n, "Can I have your order number please?", "That is four two seven one nine.") for n in range(5)
    ]
    assert stock_phrases(calls) == ()
    assert "THE SAME WORDS" not in text.render(calls)


def test_languages_are_kept_apart() -> None:
    calls = [call(n, FORMULA) for n in range(3)]
    assert stock_phrases([*calls[:2], replace(calls[2], language="xx")]) == ()
    assert stock_phrases([]) == ()
