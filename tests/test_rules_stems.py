"""Words without their endings: stemmers, lists of endings, and phrases that match every form of a word."""

from __future__ import annotations

import pytest

from voicecoach.datafile import Value, read_text
from voicecoach.errors import DataFileError
from voicecoach.rules.patterns import Phrases
from voicecoach.rules.stems import LONGEST, by_endings, by_snowball
from voicecoach.rules.text import Spelling


def named(name: str) -> Value:
    return Value(name, "language.yaml", 7, 10, {})


RUSSIAN = Spelling(stem=by_snowball(named("russian")))
ENGLISH = Spelling(same={"that's": ("that", "is")}, stem=by_endings(("es", "s")))


def hits(phrase: str, text: str, spelling: Spelling = RUSSIAN) -> list[str]:
    phrases = Phrases(spelling, {})
    slot = phrases.add(Value(phrase, "rule.yaml", 4, 1, {}))
    words, found = phrases.look(text)
    return [text[slice(*words.span(*hit))] for hit in found.get(slot, ())]


def test_a_stem_stands_for_every_form_of_a_noun() -> None:
    forms = {RUSSIAN.stem(word) for word in ("посылка", "посылку", "посылки", "посылкой", "посылке")}
    assert len(forms) == 1
    assert RUSSIAN.stem("посыл") not in forms


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("~посылка", "Посылку и две посылки, а не посыл.", ["Посылку", "посылки"]),
        ("(ваш*) ~заказ", "вашего заказа нет, заказать нельзя", ["вашего заказа"]),
        ("~зеленый чайник*", "о зеленых чайниках", ["зеленых чайниках"]),
        ("нет ...2 ~деньги", "нет у меня деньгами", ["нет у меня деньгами"]),
    ],
)
def test_a_phrase_matches_by_stem(phrase: str, text: str, found: list[str]) -> None:
    assert hits(phrase, text) == found


def test_endings_do_it_where_there_is_no_stemmer() -> None:
    assert hits("~box", "Two boxes, a box, boxing", ENGLISH) == ["boxes", "box"]
    assert by_endings(("ing", "s"))("is") == "is"  # three letters are left


@pytest.mark.parametrize(
    ("phrase", "said"),
    [("~that's", "before one word, not 2"), ("~par*", "~ alone"), ("~ box", "means nothing here")],
)
def test_what_is_no_stem_is_refused_with_its_place(phrase: str, said: str) -> None:
    with pytest.raises(DataFileError, match=said) as error:
        hits(phrase, "", ENGLISH)
    assert str(error.value).startswith("rule.yaml:4:")


def test_an_unknown_stemmer_is_refused_with_the_nearest() -> None:
    with pytest.raises(DataFileError, match=r"7:10: no stemmer 'russia'; did you mean 'russian'"):
        by_snowball(named("russia"))


def test_a_word_of_any_length_takes_no_time() -> None:
    word = "а" * (LONGEST + 1) + "ами"
    assert RUSSIAN.stem(word) == word


def test_stemmer_and_endings_exclude_each_other() -> None:
    from voicecoach.rules.language import read_language

    facts = "language: xx\nname: X\nopening: 4\nclosing: 4\nquestions: {}\nstemmer: russian\nendings: [s]\n"
    with pytest.raises(DataFileError, match="'stemmer' takes the place of 'endings'"):
        read_language(read_text(facts, "language.yaml"))
