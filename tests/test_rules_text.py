"""Text as the rules see it, and the phrase language."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecoach.datafile import Value, read_text
from voicecoach.errors import DataFileError
from voicecoach.rules.language import QUESTIONS, read_language
from voicecoach.rules.patterns import Phrases
from voicecoach.rules.text import MARKS, Endings, Spelling, normalise, read

SPELLING = Spelling(
    same={"ok": ("okay",), "that's": ("that", "is")},
    skipped=frozenset({"um", "uh"}),
    kept_before=frozenset({"huh"}),
    abbreviations=frozenset({"mr"}),
)


@pytest.mark.parametrize(
    ("text", "stream"),
    [
        ("Sorry? I see.", "^ sorry ? ^ i see $"),
        ("one two", "^ one two $"),
        ("", "^ $"),
        ("... !", "^ $"),
        ("Don\u2019t \uff34HANK me", "^ don't thank me $"),
        ("um can you uh wait", "^ can you wait $"),
        ("uh huh", "^ uh huh $"),
        ("Mr. Hill is here.", "^ mr hill is here $"),
        ("It is 3.50 at 10:30 today.", "^ it is 3.50 at 10:30 today $"),
        ("See example.com now.", "^ see example com now $"),
        ("ye- you wh-", "^ you $"),
        ("What-what happened?", "^ what happened ?"),
        ("OK, that's fine", "^ okay that is fine $"),
        ("谢谢您。再见", "^ 谢 谢 您 $ ^ 再 见 $"),
        ("line one\nline two", "^ line one $ ^ line two $"),
    ],
)
def test_stream(text: str, stream: str) -> None:
    assert " ".join(read(text, SPELLING).stream) == stream


def test_spans_point_at_the_words_as_given() -> None:
    text = "Well,  \ufb01ne \u2014 I\u2019m  THANKFUL!"  # a ligature becomes two letters
    words = read(text, SPELLING)
    found = [text[a:b] for word, (a, b) in zip(words.stream, words.spans, strict=True) if word not in MARKS]
    assert found == ["Well", "\ufb01ne", "I\u2019m", "THANKFUL"]


@given(st.text(max_size=60))
def test_every_span_lies_in_the_text_in_order(text: str) -> None:
    words = read(text, SPELLING)
    assert len(words.stream) == len(words.spans)
    assert words.stream[0] == "^"
    assert words.stream[-1] in "$?"
    last = 0
    for word, (start, end) in zip(words.stream, words.spans, strict=True):
        assert last <= start <= end <= len(text) or word in MARKS
        assert 0 <= start <= end <= len(text)
        if word not in MARKS:
            assert start < end
            last = start


@given(st.text(max_size=40))
def test_normalised_text_is_stable_and_mapped_back(text: str) -> None:
    plain, offsets = normalise(text)
    assert normalise(plain)[0] == plain
    if offsets is None:
        assert len(plain) == len(text)
    else:
        assert len(offsets) == len(plain) + 1
        assert offsets == sorted(offsets)
        assert offsets[-1] == len(text)


@given(st.text(alphabet="abcdefghij ", max_size=30))
def test_composed_and_decomposed_accents_are_one_word(text: str) -> None:
    accented = text.replace("e", "\u00e9")
    assert read(accented, SPELLING).stream == read(unicodedata.normalize("NFD", accented), SPELLING).stream


def matched(phrase: str, text: str, lists: str = "unused: [x]") -> list[str]:
    """What a phrase finds, as given in the text."""
    named = read_text(lists, "lists").mapping()
    phrases = Phrases(SPELLING, named)
    slot = phrases.add(Value(phrase, "rule.yaml", 1, 1, {}))
    words = read(text, SPELLING)
    spans = [words.span(start, end) for start, end in phrases.scan(words).get(slot, ())]
    return [text[first:last] for first, last in spans]


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("thank you", "Thank you. I thank you, truly.", ["Thank you", "thank you"]),
        ("thank you", "I thank. You are here.", []),  # a phrase does not cross a sentence end
        ("thank you", "a thankful youth", []),
        ("thank you (very much)?", "thank you very much", ["thank you very much"]),
        ("(so|very) sorry", "so sorry, very sorry, sorry", ["so sorry", "very sorry"]),
        ("call _ back", "call me back, call back", ["call me back"]),
        ("not ... work", "not going to work", ["not going to work"]),
        ("not ... work", "not a b c d work", []),
        ("not ...5 work", "not a b c d work", ["not a b c d work"]),
        ("apologi*", "I apologise, apologies", ["apologise", "apologies"]),
        ("i am *ing", "I am waiting, I am here", ["I am waiting"]),
        ("sorry ?", "Sorry? Sorry.", ["Sorry"]),
        ("^ sorry", "Sorry. I am sorry. Sorry", ["Sorry", "Sorry"]),
        ("sorry $", "Sorry to hear. I am sorry.", ["sorry"]),
        ("that's right", "That is right", ["That is right"]),
        ("that is right", "That's right", ["That's right"]),
        ("谢谢", "非常谢谢您", ["谢谢"]),
        ("<polite> wait", "please wait, would you wait", ["please wait", "would you wait"]),
    ],
)
def test_phrases(phrase: str, text: str, found: list[str]) -> None:
    spans = matched(phrase, text, "polite: [please, (would|could) you]")
    assert spans == found


@pytest.mark.parametrize(
    ("phrase", "column", "message"),
    [
        ("thank (you", 7, "'(' without ')'"),
        ("thank you)", 10, "')' without '('"),
        ("... you", 1, "a gap stands between words"),
        ("you ...", 5, "a gap stands between words"),
        ("a ...99 b", 3, "a gap holds 1 to 12 words, not 99"),
        ("(a)?", 1, "can match nothing at all"),
        ("hello <greting>", 7, "no list <greting>; did you mean 'greeting'?"),
        ("hello <loop>", 1, "the list <loop> holds itself"),
        ("a , b", 3, "',' is not a word"),
        ("a * b", 3, "'*' means nothing here"),
        ("a *b* c", 3, "write * before or after, not both"),
        ("(" * 31 + "a" + ")" * 31, 31, "more than 30 brackets in brackets"),
    ],
)
def test_mistakes_in_phrases_say_where(phrase: str, column: int, message: str) -> None:
    lists = read_text("greeting: [hi]\nloop: [a, <loop>]", "lists").mapping()
    with pytest.raises(DataFileError) as caught:
        Phrases(SPELLING, lists).add(Value(phrase, "rule.yaml", 4, 1, {}))
    assert message in str(caught.value)
    if "<loop>" not in phrase:
        assert str(caught.value).startswith(f"rule.yaml:4:{column}: ")


def test_no_phrase_makes_the_search_slow() -> None:
    """Choices and gaps that would keep a backtracking search busy for ever."""
    phrase = "a " + "(a|a a|(a)? a) ...12 " * 12 + "b"
    phrases = Phrases(SPELLING, {})
    phrases.add(Value(phrase, "rule.yaml", 1, 1, {}))
    assert phrases.scan(read("a " * 400, SPELLING)) == {}


def test_a_phrase_too_large_is_refused() -> None:
    lists = read_text("\n".join(f"l{n}: [<l{n - 1}> <l{n - 1}> x]" for n in range(1, 30)) + "\nl0: [a]", "x")
    with pytest.raises(DataFileError, match="more than 200 words"):
        Phrases(SPELLING, lists.mapping()).add(Value("<l29>", "rule.yaml", 1, 1, {}))


FOLDED = Spelling(fold={ord("謝"): "谢", ord("ё"): "е", ord("ß"): "ss", ord("á"): "a"})


@pytest.mark.parametrize(
    ("text", "stream"),
    [
        ("謝謝您", "^ 谢 谢 您 $"),
        ("Ещё раз, ЁЛКА", "^ еще раз елка $"),
        ("está a\u0301rbol", "^ esta arbol $"),  # composed and decomposed
        ("plain thanks", "^ plain thanks $"),
    ],
)
def test_a_folded_character_is_read_as_another(text: str, stream: str) -> None:
    assert " ".join(read(text, FOLDED).stream) == stream


def test_a_folded_character_keeps_its_place() -> None:
    text = "so ß謝謝, ga\u0301s"  # one character that becomes two, and two that become one
    words = read(text, Spelling(fold={ord("謝"): "谢", ord("á"): "a", ord("\u03b2"): "ss"}))
    found = [text[a:b] for word, (a, b) in zip(words.stream, words.spans, strict=True) if word not in MARKS]
    assert found == ["so", "ß", "謝", "謝", "ga\u0301s"]


def test_a_phrase_in_one_script_finds_the_other() -> None:
    phrases = Phrases(FOLDED, {})
    slot = phrases.add(Value("謝謝", "rule.yaml", 1, 1, {}))
    assert slot in phrases.scan(read("谢谢您", FOLDED))
    assert slot in phrases.scan(read("謝謝您", FOLDED))


@given(st.text(alphabet="謝谢ёеáa ,.ß", max_size=40))
def test_folded_text_is_stable_and_mapped_back(text: str) -> None:
    plain, offsets = normalise(text, FOLDED.fold)
    assert normalise(plain, FOLDED.fold)[0] == plain
    if offsets is not None:
        assert len(offsets) == len(plain) + 1
        assert offsets == sorted(offsets)


@pytest.mark.parametrize(
    ("fold", "message"),
    [
        ("{謝谢: 谢}", "'謝谢' should be one small letter or sign that is not plain ASCII"),
        ("{e: é}", "'e' should be one small letter or sign that is not plain ASCII"),
        ("{Ё: е}", "'Ё' should be one small letter or sign that is not plain ASCII"),
        ("{ё: Е}", "'Е' should be small letters or signs in their usual width"),
        ("{臺: 颱, 颱: 台}", "'臺' is read as '颱', itself read as something else"),
    ],
)
def test_a_mistake_in_what_is_folded_is_told(fold: str, message: str) -> None:
    facts = f"language: xx\nname: X\nopening: 1\nclosing: 1\nquestions: {{}}\nfold: {fold}"
    with pytest.raises(DataFileError, match=message):
        read_language(read_text(facts, "language.yaml"))


def test_words_of_a_language_are_folded_with_its_text() -> None:
    forms = ", ".join(f"{name}: [x]" for name in QUESTIONS)
    facts = (
        "language: xx\nname: X\nopening: 1\nclosing: 1\n"
        f"questions: {{{forms}}}\nfold: {{ё: е, é: e}}\ncommon: [её]\nnumbers: {{values: {{trés: 3}}}}"
    )
    language = read_language(read_text(facts, "language.yaml"))
    assert language.common == {"ее"}
    assert language.numbers.says("tres")


ENDINGS = Endings(
    ends=("です", "ます", "ました"),
    tails=("か", "ね"),
    goes_on=("が", "ので", "ら"),
    asks=("か",),
    questions=("ますでしょうか",),
)
JAPANESE = Spelling(
    same={"下さい": tuple("ください"), "有難う": tuple("ありがとう")},
    skipped=frozenset({"えーと", "あの、"}),
    endings=ENDINGS,
)


@pytest.mark.parametrize(
    ("written", "stream"),
    [
        ("有難うです", "^ ありがとうです $"),
        ("ご確認下さい", "^ ご確認ください $"),
        ("えーと山です", "^ 山です $"),
        ("あの、山です", "^ 山です $"),
        ("山です川です", "^ 山です $ ^ 川です $"),
        ("山です、川です。", "^ 山です $ ^ 川です $"),
        ("山ですか川ですね", "^ 山ですか ? ^ 川ですね $"),
        ("山ですか。", "^ 山ですか ?"),
        ("山ですが川です", "^ 山ですが川です $"),
        ("山でしたら登りましたら", "^ 山でしたら登りましたら $"),
        ("見えますでしょうか", "^ 見えます $ ^ でしょうか ?"),
        ("ｶﾞｽです", "^ ガスです $"),
    ],
)
def test_a_language_without_spaces_or_marks(written: str, stream: str) -> None:
    text = read(written, JAPANESE)
    said = " ".join("".join(text.stream).replace("^", " ^ ").replace("$", " $ ").replace("?", " ? ").split())
    assert said == stream
    assert text.span(0, len(text.stream))[1] <= len(written)


def test_spellings_keep_their_place_in_the_given_text() -> None:
    text = read("ではえーと、ご確認下さいね", JAPANESE)
    at = text.stream.index("確")
    assert text.given[slice(*text.span(at - 1, len(text.stream) - 1))] == "ご確認下さいね"
